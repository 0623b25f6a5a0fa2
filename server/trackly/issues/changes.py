"""What an edit would do to an issue: the columns to write and the difference to tell. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from trackly.issues.errors import InvalidAssignee
from trackly.issues.held import HeldIssue
from trackly.issues.rules import ensure_legal, ensure_may_edit, resolution_of
from trackly.issues.schemas import IssuePatch
from trackly.kit.errors import FieldError, InvalidInput
from trackly.projects.facade import Status, Transitions
from trackly.users.facade import Person, Role

NO_TRANSITIONS = Transitions(frozenset())


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a plan needs to know beside the issue: legal moves, who can be assigned, how the project spells labels, and
    what the new description looks like."""

    people: Mapping[int, Person]
    transitions: Transitions = NO_TRANSITIONS
    spelling: Mapping[str, str] = field(default_factory=dict)
    description_html: str = ""

    def spelled(self, names: list[str]) -> tuple[str, ...]:
        return tuple(sorted({self.spelling.get(name.lower(), name) for name in names}))

    def assignee(self, person_id: int) -> Person:
        """Raises InvalidAssignee for who can't work on issues of the project."""
        person = self.people.get(person_id)
        if person is None:
            message = "must be an active maintainer of the project"
            raise InvalidAssignee(f"assignee_id {message}", errors=[FieldError("assignee_id", message)])
        return person


@dataclass(slots=True)
class EditPlan:
    """One edit, not yet written: columns and, for those who are told, `{field: {old, new}}`. None of it: no change."""

    held: HeldIssue
    values: dict[str, Any] = field(default_factory=dict)
    changed: dict[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] | None = None
    assignee: Person | None = None

    @property
    def starts_watching(self) -> Person | None:
        """The new assignee, unless they watch already."""
        if self.assignee is None or self.assignee.id in self.held.watchers:
            return None
        return self.assignee

    def set(self, name: str, new: Any, old: Any) -> None:
        if new != old:
            self.values[name] = new
            self.changed[name] = {"old": _plain(old), "new": _plain(new)}


def plan_edit(held: HeldIssue, patch: IssuePatch, actor_id: int, around: Surroundings, now: datetime) -> EditPlan:
    """Decide one edit. Raises FieldsNotAllowed, NotAllowed, IllegalTransition, InvalidAssignee, InvalidInput."""
    role = held.role_here
    ensure_may_edit(role, patch.model_fields_set, own=held.reporter_id == actor_id)
    wanted = {name: getattr(patch, name) for name in patch.model_fields_set}
    plan = EditPlan(held)
    for name in ("title", "description", "severity", "priority", "due_on"):
        if name in wanted:
            plan.set(name, wanted[name], getattr(held, name))
    if "description" in plan.values:
        plan.values["description_html"] = around.description_html
    _plan_status(plan, wanted, role, around.transitions, now)
    if "assignee_id" in wanted:
        _plan_assignee(plan, wanted["assignee_id"], around)
    if "labels" in wanted:
        names = around.spelled(wanted["labels"])
        if names != tuple(sorted(held.labels)):
            plan.labels = names
            plan.changed["labels"] = {"old": list(held.labels), "new": list(names)}
    return plan


def _plan_status(
    plan: EditPlan, wanted: Mapping[str, Any], role: Role, transitions: Transitions, now: datetime
) -> None:
    held = plan.held
    status = wanted.get("status", held.status)
    ensure_legal(transitions, role, held.status, status)
    named = wanted.get("resolution")
    if named is not None and status != Status.DONE:
        raise InvalidInput.of("resolution", "only a done issue has a resolution")
    if "resolution" in wanted and named is None and held.status == status == Status.DONE:
        raise InvalidInput.of("resolution", "a done issue has a resolution")
    plan.set("status", status, held.status)
    plan.set("resolution", resolution_of(status, named, held.resolution), held.resolution)
    if "status" in plan.values:
        plan.values["status_since"] = now
        plan.values["done_at"] = now if status == Status.DONE else None


def _plan_assignee(plan: EditPlan, person_id: int | None, around: Surroundings) -> None:
    old = plan.held.assignee
    if person_id == (old.id if old else None):
        return
    plan.assignee = None if person_id is None else around.assignee(person_id)
    plan.values["assignee_id"] = person_id
    plan.changed["assignee"] = {"old": _person(old), "new": _person(plan.assignee)}


def _person(person: Person | None) -> dict[str, Any] | None:
    return None if person is None else {"id": person.id, "name": person.name}


def _plain(value: Any) -> Any:
    """As it is written in JSON; texts of enumerations stay texts."""
    if value is None:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
