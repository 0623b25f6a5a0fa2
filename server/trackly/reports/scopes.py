"""Whose rights an edition has: people who see exactly the same get the same one. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from trackly.users.facade import Actor, Role

ALL = "all"
"""The scope of admins."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one active person sees: the projects in which they are staff, those in which they see every issue as a
    reporter, and those in which only what they reported or watch."""

    actor: Actor
    staff: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    own: frozenset[int] = frozenset()

    @property
    def projects(self) -> frozenset[int]:
        return self.staff | self.open | self.own


@dataclass(frozen=True, slots=True)
class Group:
    """People with the same rights. `reader` is the one with whose rights the edition is read, and `sight` what they
    see; None: of rows to which projects give no rights."""

    scope: str
    label: str
    reader: Actor
    readers: tuple[int, ...]
    sight: Sight | None = None


def covers(now: Sight, then: Sight, gone: Collection[int] = ()) -> bool:
    """Whether somebody sees all that was seen `then`. Projects that are `gone` take nothing from anybody."""
    if now.actor.is_admin:
        return True
    left = [(some - set(gone)) for some in (then.staff, then.open, then.own)]
    may = (now.staff, now.staff | now.open, now.projects)
    return not then.actor.is_admin and all(some <= allowed for some, allowed in zip(left, may, strict=True))


def scope_of(sight: Sight, *, personal: bool) -> str:
    """The name of somebody's rights. `personal`: the report asks who `me` is, so that everybody has their own."""
    actor = sight.actor
    if personal or (not actor.is_admin and (actor.role is Role.REPORTER or sight.own)):
        return f"user:{actor.user_id}"
    if actor.is_admin:
        return ALL
    parts = [f"staff:{_listed(sight.staff)}", *([f"open:{_listed(sight.open)}"] if sight.open else [])]
    return " ".join(parts)


def label_of(sight: Sight, owners: Sight, n_projects: int, *, personal: bool) -> str:
    """In words: everything, or how much of what the report's owner sees. `n_projects`: of the whole instance."""
    if personal:
        return f"for {sight.actor.name}"
    if sight.actor.is_admin:
        return "everything"
    n_owner = n_projects if owners.actor.is_admin else len(owners.projects)
    said = _counted(len(sight.projects), n_owner)
    return f"{said}, as {sight.actor.name} sees them" if sight.own else said


def group_people(sights: Sequence[Sight], owners: Sight, n_projects: int, *, personal: bool) -> list[Group]:
    """One group for each distinct scope, the owner's first, then in the order of their first person.

    The owner is always among the people: their edition is the one that outside addresses get."""
    found: dict[str, list[Sight]] = {}
    for sight in (owners, *sights):
        scope = scope_of(sight, personal=personal)
        known = found.setdefault(scope, [])
        if sight.actor.user_id not in {one.actor.user_id for one in known}:
            known.append(sight)
    return [
        Group(
            scope=scope,
            label=label_of(people[0], owners, n_projects, personal=personal),
            reader=people[0].actor,
            readers=tuple(one.actor.user_id for one in people),
            sight=people[0],
        )
        for scope, people in found.items()
    ]


def group_of(groups: Sequence[Group]) -> Mapping[int, Group]:
    """By the people in it."""
    return {user_id: group for group in groups for user_id in group.readers}


def _listed(ids: Collection[int]) -> str:
    return ",".join(str(one) for one in sorted(ids))


def _counted(mine: int, owners: int) -> str:
    if mine >= owners:
        return f"{mine} {'project' if mine == 1 else 'projects'}"
    return f"{mine} of {owners} projects"
