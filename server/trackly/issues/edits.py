"""Writing planned edits, one or many in a transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, update

from trackly.events.unit_of_work import UnitOfWork
from trackly.issues.changes import NO_TRANSITIONS, EditPlan, Surroundings
from trackly.issues.held import HeldIssue, IssuePlace
from trackly.issues.markdown import render_aside
from trackly.issues.queries import ISSUE, LABEL, WATCHER, label_spelling, load_summaries, load_texts
from trackly.issues.records import Happening, issue_event, next_moment, search_of_text, write_changes
from trackly.issues.schemas import IssuePatch
from trackly.projects.facade import STAFF, assignable, ensure_labels, get_project_access_by_id, transitions_of
from trackly.users.facade import Actor


async def look_around(
    uow: UnitOfWork, actor: Actor, issues: Sequence[HeldIssue], patch: IssuePatch, *, making_labels: bool
) -> dict[int, Surroundings]:
    """What plans need to know, by project. With `making_labels`, labels that a project lacks are made where the
    actor may set labels; otherwise nothing is written."""
    around: dict[int, Surroundings] = {}
    html = await render_aside(patch.description) if patch.description else ""
    for held in issues:
        if held.project_id in around:
            continue
        session, project_id = uow.session, held.project_id
        spelled: Sequence[str] = ()
        if patch.labels and making_labels and held.role in STAFF:
            access = await get_project_access_by_id(session, actor, project_id)
            spelled = await ensure_labels(uow, actor, access, patch.labels)
        elif patch.labels:
            spelled = await label_spelling(session, project_id, patch.labels)
        around[project_id] = Surroundings(
            people=await assignable(session, project_id, [patch.assignee_id] if patch.assignee_id else []),
            transitions=await transitions_of(session, project_id) if patch.status else NO_TRANSITIONS,
            spelling={name.lower(): name for name in spelled},
            description_html=html,
        )
    return around


async def write_edits(uow: UnitOfWork, actor: Actor, plans: Sequence[EditPlan]) -> None:
    """Write what the plans say, with one history row and one event each, in their order. Empty plans are left out."""
    written = [plan for plan in plans if plan.changed]
    if not written:
        return
    for plan in written:
        await uow.session.execute(update(ISSUE).where(ISSUE.c.id == plan.held.id).values(_values(uow, plan)))
    await _write_labels(uow, [plan for plan in written if plan.labels is not None])
    watching = [{"issue_id": p.held.id, "user_id": p.starts_watching.id} for p in written if p.starts_watching]
    if watching:
        await uow.session.execute(insert(WATCHER), watching)
    await _tell(uow, actor, written)


def _values(uow: UnitOfWork, plan: EditPlan) -> dict[str, Any]:
    values = {**plan.values, "version": ISSUE.c.version + 1, "updated_at": next_moment(uow.now)}
    if plan.starts_watching:
        values["watchers_count"] = ISSUE.c.watchers_count + 1
    if "title" in values or "description" in values:
        values["search"] = search_of_text(
            values.get("title", plan.held.title), values.get("description", plan.held.description)
        )
    return values


async def _write_labels(uow: UnitOfWork, plans: Sequence[EditPlan]) -> None:
    if not plans:
        return
    await uow.session.execute(delete(LABEL).where(LABEL.c.issue_id.in_([plan.held.id for plan in plans])))
    rows = [{"issue_id": plan.held.id, "name": name} for plan in plans for name in plan.labels or ()]
    if rows:
        await uow.session.execute(insert(LABEL), rows)


def _place(plan: EditPlan) -> IssuePlace:
    return plan.held.place_with([plan.starts_watching.id] if plan.starts_watching else [])


async def _tell(uow: UnitOfWork, actor: Actor, plans: Sequence[EditPlan]) -> None:
    """History rows and events; a new assignee who begins to watch is told of as a watcher, too."""
    happenings: list[Happening] = []
    for plan in plans:
        happenings.append(Happening("issue.updated", _place(plan), actor.ref, plan.changed))
        if plan.starts_watching:
            watcher = {"watcher": {"id": plan.starts_watching.id, "name": plan.starts_watching.name}}
            happenings.append(Happening("watcher.added", _place(plan), actor.ref, detail=watcher, more=watcher))
    await write_changes(uow, happenings)
    summaries = await load_summaries(uow.session, [plan.held.id for plan in plans])
    texts = await load_texts(uow.session, [plan.held.id for plan in plans if "description" in plan.values])
    for one in happenings:
        text = texts.get(one.issue.id, {}) if one.type == "issue.updated" else {}
        uow.record(issue_event(one, summaries[one.issue.id] | text))
