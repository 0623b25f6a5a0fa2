"""Issues that began elsewhere or earlier: written with their own times, people and history, many at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from trackly.events.envelope import ActorRef
from trackly.events.unit_of_work import UnitOfWork
from trackly.issues.held import IssuePlace, audience_of
from trackly.issues.markdown import render_markdown
from trackly.issues.past import ImportedIssue, Names, State, first_state, state_members, steps_of
from trackly.issues.queries import ISSUE, LABEL, WATCHER
from trackly.issues.records import Happening, began, issue_event, write_changes
from trackly.issues.words import vector_of
from trackly.kit.schema import utc_text
from trackly.projects.facade import ProjectAccess, ensure_labels, take_next_number
from trackly.users.facade import Actor, load_persons


@dataclass(frozen=True, slots=True)
class ImportResult:
    """One issue of a batch: where it is now; `created` False when it was imported before."""

    external_ref: str
    id: int
    key: str
    created: bool


async def import_issues(
    uow: UnitOfWork, actor: Actor, project: ProjectAccess, issues: Sequence[ImportedIssue]
) -> list[ImportResult]:
    """Write a batch (some 200 make a good transaction) with histories and events at their own times, in order.

    What has an `external_ref` that the project knows stays as it is: safe to run twice. Labels are made as needed.
    The caller has checked rights. Locks: the project."""
    known = await _known(uow, project.project_id, [issue.external_ref for issue in issues])
    fresh = list({issue.external_ref: issue for issue in issues if issue.external_ref not in known}.values())
    if fresh:
        known |= await _write(uow, actor, project, fresh)
    new = {issue.external_ref for issue in fresh}
    return [ImportResult(ref, *known[ref], created=ref in new) for ref in dict.fromkeys(i.external_ref for i in issues)]


async def _known(uow: UnitOfWork, project_id: int, refs: Sequence[str]) -> dict[str, tuple[int, str]]:
    rows = await uow.session.execute(
        select(ISSUE.c.external_ref, ISSUE.c.id, ISSUE.c.key).where(
            ISSUE.c.project_id == project_id, ISSUE.c.external_ref.in_(refs)
        )
    )
    return {ref: (issue_id, key) for ref, issue_id, key in rows}


async def _write(
    uow: UnitOfWork, actor: Actor, project: ProjectAccess, issues: Sequence[ImportedIssue]
) -> dict[str, tuple[int, str]]:
    spelled = await ensure_labels(uow, actor, project, sorted({name for i in issues for name in i.all_labels()}))
    people = await load_persons(uow.session, {person for issue in issues for person in issue.people()})
    names = Names(people, {name.lower(): name for name in spelled})
    first = await take_next_number(uow.session, project.project_id, len(issues))
    lives = [_Life(project, issue, first + index, names) for index, issue in enumerate(issues)]
    rows = await uow.session.execute(insert(ISSUE).returning(ISSUE.c.id, ISSUE.c.key), [life.row() for life in lives])
    ids = {key: issue_id for issue_id, key in rows}
    labels = [{"issue_id": ids[life.key], "name": name} for life in lives for name in life.last.labels]
    watchers = [{"issue_id": ids[life.key], "user_id": user_id} for life in lives for user_id in life.watchers]
    if labels:
        await uow.session.execute(insert(LABEL), labels)
    await uow.session.execute(insert(WATCHER), watchers)
    told = [moment for life in lives for moment in life.told(ids[life.key])]
    await write_changes(uow, [happening for happening, _ in told])
    for happening, issue in told:
        uow.record(issue_event(happening, issue))
    return {life.issue.external_ref: (ids[life.key], life.key) for life in lives}


class _Life:
    """One issue of a batch with all that happened to it."""

    def __init__(self, project: ProjectAccess, issue: ImportedIssue, number: int, names: Names) -> None:
        self.project, self.issue, self.number, self.names = project, issue, number, names
        self.key = f"{project.key}-{number}"
        self.html = render_markdown(issue.description)
        self.first = first_state(issue, names)
        self.steps = list(steps_of(issue, names))
        self.last = self.steps[-1].state if self.steps else self.first
        assigned = {step.state.assignee_id for step in self.steps} | {issue.assignee_id}
        self.watchers = sorted({issue.reporter_id, *issue.watchers, *(p for p in assigned if p is not None)})

    @property
    def updated_at(self) -> datetime:
        return max(self.last.updated_at, self.issue.updated_at or self.last.updated_at)

    def row(self) -> dict[str, Any]:
        state = self.last
        return {
            "project_id": self.project.project_id,
            "number": self.number,
            "key": self.key,
            "external_ref": self.issue.external_ref,
            "title": state.title,
            "description": self.issue.description,
            "description_html": self.html,
            "status": state.status,
            "status_since": state.status_since,
            "resolution": state.resolution,
            "severity": state.severity,
            "priority": state.priority,
            "reporter_id": self.issue.reporter_id,
            "assignee_id": state.assignee_id,
            "due_on": state.due_on,
            "watchers_count": len(self.watchers),
            "version": state.version,
            "created_at": self.issue.created_at,
            "updated_at": self.updated_at,
            "done_at": state.done_at,
            "search": vector_of(("A", state.title), ("B", self.issue.description)),
        }

    def told(self, issue_id: int) -> Iterator[tuple[Happening, dict[str, Any]]]:
        """Creation, who watches, and every change, in order, each with the issue as it was after it."""
        project = self.project
        audience = audience_of(project.project_id, project.reporters_see_all, self.issue.reporter_id, self.watchers)
        place = IssuePlace(issue_id, self.key, project.project_id, project.key, audience)
        created = began(self.first.status, self.first.severity)
        text = {"description": self.issue.description, "description_html": self.html}
        yield (
            Happening("issue.created", place, self._actor(self.issue.reporter_id), created, at=self.issue.created_at),
            self._summary(issue_id, self.first) | text,
        )
        for user_id in self.watchers:
            if user_id not in (self.issue.reporter_id, self.issue.assignee_id):
                told = {"watcher": self.names.person(user_id)}
                at = self.issue.created_at
                begins = Happening("watcher.added", place, self._actor(user_id), detail=told, more=told, at=at)
                yield begins, self._summary(issue_id, self.first)
        for step in self.steps:
            changed = {name.removesuffix("_id"): change for name, change in step.changed.items()}
            happening = Happening("issue.updated", place, self._actor(step.actor_id), changed, at=step.state.updated_at)
            yield happening, self._summary(issue_id, step.state)

    def _actor(self, person_id: int | None) -> ActorRef | None:
        person = None if person_id is None else self.names.people.get(person_id)
        return None if person is None else ActorRef(person.id, person.name)

    def _as_told(self, state: State) -> State:
        """What is told last is what is there: also when the issue was touched elsewhere after its last change."""
        return replace(state, updated_at=self.updated_at) if state is self.last else state

    def _summary(self, issue_id: int, state: State) -> dict[str, Any]:
        return {
            "id": issue_id,
            "key": self.key,
            "project": self.project.key,
            **state_members(self._as_told(state), self.names),
            "reporter": self.names.person(self.issue.reporter_id),
            "watchers_count": len(self.watchers),
            "comments_count": 0,
            "attachments_count": 0,
            "created_at": utc_text(self.issue.created_at),
        }
