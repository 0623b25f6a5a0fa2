"""What people do with issues: report, edit, delete, watch. Many at once: `bulk.py`; from elsewhere: `importing.py`."""

from typing import Any

from sqlalchemy import delete, insert, update

from trackly.events.unit_of_work import UnitOfWork
from trackly.issues.changes import Surroundings, plan_edit
from trackly.issues.edits import look_around, write_edits
from trackly.issues.errors import IssueNotFound
from trackly.issues.held import HeldIssue, IssuePlace, audience_of
from trackly.issues.markdown import render_aside
from trackly.issues.queries import (
    ISSUE,
    LABEL,
    WATCHER,
    get_issue,
    hold_issues,
    load_summaries,
)
from trackly.issues.records import Happening, began, issue_event, next_moment, search_words, write_changes
from trackly.issues.rules import ensure_may_create, ensure_may_delete, ensure_may_edit
from trackly.issues.schemas import IssueNew, IssueOut, IssuePatch, Watching
from trackly.kit.errors import StaleVersion
from trackly.projects.facade import (
    ProjectAccess,
    assignable,
    ensure_labels,
    get_project_access,
    take_next_number,
)
from trackly.users.facade import Actor


async def create_issue(uow: UnitOfWork, actor: Actor, new: IssueNew) -> IssueOut:
    """Report an issue; its reporter and its assignee watch it. Locks: the project's numbers.

    Raises ProjectNotFound, FieldsNotAllowed, InvalidAssignee."""
    project = await get_project_access(uow.session, actor, new.project)
    ensure_may_create(project.role, new.model_fields_set)
    around = Surroundings(people=await assignable(uow.session, project.project_id, _ids(new.assignee_id)))
    if new.assignee_id is not None:
        around.assignee(new.assignee_id)
    html = await render_aside(new.description)
    labels = await ensure_labels(uow, actor, project, new.labels)
    watchers = sorted({actor.user_id, *_ids(new.assignee_id)})
    number = await take_next_number(uow.session, project.project_id)
    values = _columns(uow, actor, project, new, number)
    values |= {"watchers_count": len(watchers), "description_html": html}
    issue_id = int((await uow.session.execute(insert(ISSUE).values(values).returning(ISSUE.c.id))).scalar_one())
    if labels:
        await uow.session.execute(insert(LABEL), [{"issue_id": issue_id, "name": name} for name in labels])
    await uow.session.execute(insert(WATCHER), [{"issue_id": issue_id, "user_id": person} for person in watchers])
    issue = await get_issue(uow.session, actor, values["key"])
    audience = audience_of(project.project_id, project.reporters_see_all, actor.user_id, watchers)
    place = IssuePlace(issue_id, issue.key, project.project_id, project.key, audience)
    happening = Happening("issue.created", place, actor.ref, began(issue.status, issue.severity))
    await write_changes(uow, [happening])
    uow.record(issue_event(happening, issue.model_dump(mode="json", exclude={"watching"})))
    return issue


def _ids(person_id: int | None) -> list[int]:
    return [] if person_id is None else [person_id]


def _columns(uow: UnitOfWork, actor: Actor, project: ProjectAccess, new: IssueNew, number: int) -> dict[str, Any]:
    return {
        "project_id": project.project_id,
        "number": number,
        "key": f"{project.key}-{number}",
        "title": new.title,
        "description": new.description,
        "status": "OPEN",
        "status_since": uow.now,
        "severity": new.severity,
        "priority": new.priority,
        "reporter_id": actor.user_id,
        "assignee_id": new.assignee_id,
        "due_on": new.due_on,
        "created_at": uow.now,
        "updated_at": uow.now,
        "search": search_words(("A", new.title), ("B", new.description)),
    }


async def update_issue(uow: UnitOfWork, actor: Actor, key: str, patch: IssuePatch, if_match: int | None) -> IssueOut:
    """Edit an issue. Nothing is told, and the version stays, when nothing changes. Locks: the issue.

    Raises IssueNotFound, FieldsNotAllowed, NotAllowed, StaleVersion, IllegalTransition, InvalidAssignee,
    InvalidInput."""
    held = await _hold(uow, actor, key)
    ensure_may_edit(held.role_here, patch.model_fields_set, own=held.reporter_id == actor.user_id)
    _ensure_fresh(held, if_match)
    around = await look_around(uow, actor, [held], patch, making_labels=True)
    plan = plan_edit(held, patch, actor.user_id, around[held.project_id], uow.now)
    await write_edits(uow, actor, [plan])
    return await get_issue(uow.session, actor, held.key)


async def delete_issue(uow: UnitOfWork, actor: Actor, key: str, if_match: int | None) -> None:
    """Remove an issue with its comments and files; its history stays. Locks: the issue.

    Raises IssueNotFound, NotAllowed, StaleVersion."""
    held = await _hold(uow, actor, key)
    ensure_may_delete(held.role_here)
    _ensure_fresh(held, if_match)
    await uow.session.execute(delete(ISSUE).where(ISSUE.c.id == held.id))
    gone = {"status": {"old": held.status, "new": None}, "severity": {"old": held.severity, "new": None}}
    happening = Happening("issue.deleted", held.place, actor.ref, gone, detail={"title": held.title})
    await write_changes(uow, [happening])
    uow.record(issue_event(happening, {"id": held.id, "key": held.key}, held.version + 1))


async def watch_issue(uow: UnitOfWork, actor: Actor, key: str) -> Watching:
    """Begin to watch; no effect when the actor does. Raises IssueNotFound. Locks: the issue."""
    held = await _hold(uow, actor, key)
    if actor.user_id not in held.watchers:
        await uow.session.execute(insert(WATCHER).values(issue_id=held.id, user_id=actor.user_id))
        await _tell_watching(uow, actor, held, "watcher.added", 1)
        return Watching(watching=True, watchers_count=len(held.watchers) + 1)
    return Watching(watching=True, watchers_count=len(held.watchers))


async def unwatch_issue(uow: UnitOfWork, actor: Actor, key: str) -> None:
    """Stop watching; no effect when the actor does not. Raises IssueNotFound. Locks: the issue.

    Who saw the issue only because they watched it is told that as the last thing of it."""
    held = await _hold(uow, actor, key)
    if actor.user_id in held.watchers:
        mine = (WATCHER.c.issue_id == held.id, WATCHER.c.user_id == actor.user_id)
        await uow.session.execute(delete(WATCHER).where(*mine))
        await _tell_watching(uow, actor, held, "watcher.removed", -1)


async def _tell_watching(uow: UnitOfWork, actor: Actor, held: HeldIssue, kind: str, by: int) -> None:
    values = {"watchers_count": ISSUE.c.watchers_count + by, "updated_at": next_moment(uow.now)}
    await uow.session.execute(update(ISSUE).where(ISSUE.c.id == held.id).values(values))
    watcher = {"watcher": {"id": actor.user_id, "name": actor.name}}
    happening = Happening(kind, held.place_with([actor.user_id]), actor.ref, detail=watcher, more=watcher)
    await write_changes(uow, [happening])
    summaries = await load_summaries(uow.session, [held.id])
    uow.record(issue_event(happening, summaries[held.id]))


async def _hold(uow: UnitOfWork, actor: Actor, key: str) -> HeldIssue:
    found = await hold_issues(uow.session, actor, ISSUE.c.key == key)
    if not found:
        raise IssueNotFound
    return found[0]


def _ensure_fresh(held: HeldIssue, if_match: int | None) -> None:
    if if_match is not None and if_match != held.version:
        raise StaleVersion(f"The issue is at version {held.version} now.", fields={"version": held.version})
