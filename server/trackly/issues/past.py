"""The life of an issue that is told afterwards: what it was at first, what then changed, what it is now. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from trackly.issues.rules import Priority, Severity, resolution_of
from trackly.kit.schema import utc_text
from trackly.projects.facade import Status
from trackly.users.facade import Person


@dataclass(frozen=True, slots=True)
class ImportedChange:
    """What changed at one moment. `fields` as in a PATCH: status, resolution, title, severity, priority,
    assignee_id, labels, due_on. `actor_id` None: nobody that is known here."""

    at: datetime
    actor_id: int | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ImportedIssue:
    """An issue as it was when it was created, and its changes, oldest first. It begins OPEN.

    `external_ref` names it where it comes from; within a project, a name is imported once."""

    external_ref: str
    title: str
    description: str
    reporter_id: int
    created_at: datetime
    severity: Severity = Severity.MEDIUM
    priority: Priority = Priority.MEDIUM
    assignee_id: int | None = None
    labels: tuple[str, ...] = ()
    due_on: date | None = None
    watchers: tuple[int, ...] = ()
    changes: tuple[ImportedChange, ...] = ()
    updated_at: datetime | None = None

    def people(self) -> set[int]:
        """Everybody that it names."""
        named: set[int | None] = {self.reporter_id, self.assignee_id, *self.watchers}
        for change in self.changes:
            named |= {change.actor_id, change.fields.get("assignee_id")}
        return {person for person in named if person is not None}

    def all_labels(self) -> set[str]:
        return {*self.labels, *(name for change in self.changes for name in change.fields.get("labels", ()))}


@dataclass(frozen=True, slots=True)
class State:
    """The fields of an issue at one moment of its life."""

    title: str
    status: str
    resolution: str | None
    severity: str
    priority: str
    assignee_id: int | None
    labels: tuple[str, ...]
    due_on: date | None
    version: int
    updated_at: datetime
    status_since: datetime
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """One moment: the state after it, who brought it about, and what was different before."""

    state: State
    actor_id: int | None
    changed: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """People by id, and labels as the project spells them, by their lower case."""

    people: Mapping[int, Person]
    labels: Mapping[str, str]

    def person(self, person_id: int | None) -> dict[str, Any] | None:
        found = None if person_id is None else self.people.get(person_id)
        return None if found is None else {"id": found.id, "name": found.name}

    def spelled(self, labels: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        return tuple(sorted({self.labels.get(name.lower(), name) for name in labels}))


def first_state(issue: ImportedIssue, names: Names) -> State:
    return State(
        title=issue.title,
        status=Status.OPEN.value,
        resolution=None,
        severity=str(issue.severity),
        priority=str(issue.priority),
        assignee_id=issue.assignee_id,
        labels=names.spelled(issue.labels),
        due_on=issue.due_on,
        version=1,
        updated_at=issue.created_at,
        status_since=issue.created_at,
        done_at=None,
    )


def steps_of(issue: ImportedIssue, names: Names) -> Iterator[Step]:
    """Each change that made a difference, in order. One that is dated before its forerunner happens right after it."""
    state = first_state(issue, names)
    for change in issue.changes:
        fields = dict(change.fields)
        status = str(fields.pop("status", state.status))
        named = fields.pop("resolution", None)
        fields["status"] = status
        fields["resolution"] = resolution_of(status, named and str(named), state.resolution)
        if "labels" in fields:
            fields["labels"] = names.spelled(fields["labels"])
        for name in ("severity", "priority"):
            if name in fields:
                fields[name] = str(fields[name])
        different = {name: value for name, value in fields.items() if value != getattr(state, name)}
        if not different:
            continue
        at = max(change.at, state.updated_at + timedelta(microseconds=1))
        after = replace(state, **different, version=state.version + 1, updated_at=at)
        if "status" in different:
            after = replace(after, status_since=at, done_at=at if status == Status.DONE else None)
        yield Step(after, change.actor_id, {name: _told(name, state, after, names) for name in different})
        state = after


def _told(name: str, before: State, after: State, names: Names) -> dict[str, Any]:
    old, new = getattr(before, name), getattr(after, name)
    if name == "assignee_id":
        return {"old": names.person(old), "new": names.person(new)}
    if name == "labels":
        return {"old": list(old), "new": list(new)}
    return {"old": _plain(old), "new": _plain(new)}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def state_members(state: State, names: Names) -> dict[str, Any]:
    """The members of a summary that the state says, in their wire form."""
    return {
        "title": state.title,
        "status": state.status,
        "resolution": state.resolution,
        "severity": state.severity,
        "priority": state.priority,
        "assignee": names.person(state.assignee_id),
        "labels": list(state.labels),
        "due_on": _plain(state.due_on),
        "version": state.version,
        "updated_at": utc_text(state.updated_at),
        "done_at": None if state.done_at is None else utc_text(state.done_at),
        "status_since": utc_text(state.status_since),
    }
