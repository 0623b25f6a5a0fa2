"""Roles in a project, the default workflow, colours of labels. Pure."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from trackly.users.facade import Actor, Forbidden, Role


class Status(StrEnum):
    """Where an issue stands, in the order of its life."""

    OPEN = "OPEN"
    TRIAGED = "TRIAGED"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"


STAFF = (Role.MAINTAINER, Role.ADMIN)
"""The roles that move issues."""

DEFAULT_MOVES: tuple[tuple[Status, Status], ...] = (
    (Status.OPEN, Status.TRIAGED),
    (Status.OPEN, Status.IN_PROGRESS),
    (Status.TRIAGED, Status.OPEN),
    (Status.TRIAGED, Status.IN_PROGRESS),
    (Status.TRIAGED, Status.DONE),
    (Status.IN_PROGRESS, Status.TRIAGED),
    (Status.IN_PROGRESS, Status.DONE),
    (Status.DONE, Status.OPEN),
    (Status.DONE, Status.IN_PROGRESS),
)

_COLORS = (
    "#2563eb",
    "#0891b2",
    "#0d9488",
    "#16a34a",
    "#65a30d",
    "#ca8a04",
    "#ea580c",
    "#dc2626",
    "#db2777",
    "#9333ea",
    "#4f46e5",
    "#64748b",
)


@dataclass(frozen=True, slots=True)
class Transitions:
    """The legal moves of one project, as (role, from, to)."""

    moves: frozenset[tuple[str, str, str]]

    def legal(self, role: Role, status: str) -> list[Status]:
        """Where `role` may move an issue from `status`, in the order of its life."""
        return [to for to in Status if (role, status, to) in self.moves]

    def allows(self, role: Role, old: str, new: str) -> bool:
        return (role, old, new) in self.moves


def default_transitions() -> Transitions:
    return Transitions(frozenset((role, old, new) for role in STAFF for old, new in DEFAULT_MOVES))


def effective_role(actor: Actor, visibility: str, membership: str | None) -> Role | None:
    """The role in one project; None when the project is not for `actor` to know of."""
    if actor.is_admin:
        return Role.ADMIN
    if membership is not None:
        return Role(membership)
    return actor.role if visibility == "open" else None


def ensure_staff(role: Role) -> None:
    """Raises Forbidden for reporters of the project."""
    if role not in STAFF:
        raise Forbidden("Only maintainers of the project may do this.")


def color_for(name: str) -> str:
    """The colour of a label that nobody gave one: the same name has the same everywhere."""
    return _COLORS[zlib.crc32(name.lower().encode()) % len(_COLORS)]


def distinct_labels(names: Iterable[str]) -> list[str]:
    """`names` without those that differ from an earlier one only in case."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(name.lower(), name)
    return list(seen.values())
