"""What one person sees of each project, now and as the log says it was. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from trackly.projects.rules import STAFF
from trackly.users.facade import Role

Recalled = tuple[str, Mapping[str, Any]]
"""The type of an event and its data."""


class NotRecalled(LookupError):
    """The log has no event any more that would tell."""


@dataclass(frozen=True, slots=True)
class Place:
    """One project as it bears on one person. `own_role` is that of their membership.

    `is_torn`: for a while it told other people of its issues than it did before or does now."""

    visibility: str
    reporters_see_all: bool
    own_role: Role | None
    is_torn: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rights of one person follow from: their role, and every project by its id."""

    user_id: int
    role: Role
    places: Mapping[int, Place]

    def sight(self, project_id: int) -> str | None:
        """`staff`, `all` or `own` issues of the project; None when it is not for the person to know of."""
        place = self.places.get(project_id)
        if place is None:
            return None
        if self.role is Role.ADMIN:
            return "staff"
        role = place.own_role or (self.role if place.visibility == "open" else None)
        if role is None or role in STAFF:
            return role and "staff"
        return "all" if place.reporters_see_all else "own"

    def differs_from(self, now: Self) -> bool:
        """Whether `now` shows other things of what there was at the time of this standing, or something was not told
        meanwhile. New projects don't count."""
        was_admin, is_admin = (one.role is Role.ADMIN for one in (self, now))
        return was_admin != is_admin or any(
            self.sight(one) != now.sight(one) or (place.is_torn and now.sight(one) in ("all", "own"))
            for one, place in self.places.items()
        )


def entities_about(user_id: int) -> list[str]:
    """Patterns of LIKE for the entities whose events bear on the person's rights."""
    return ["project:%", f"member:%:{user_id}", f"user:{user_id}"]


def to_recall(now: Standing, since: Mapping[str, Sequence[Recalled]]) -> list[str]:
    """The entities whose former state has to be known: those of which something was told `since`.

    A project that is gone took its members along without a word of them."""
    gone = [one for one in _projects(since) if one not in now.places]
    return [*since, *(f"member:{one}:{now.user_id}" for one in gone)]


def as_it_was(now: Standing, since: Mapping[str, Sequence[Recalled]], recalled: Mapping[str, Recalled]) -> Standing:
    """The standing before what was told `since`, from the last event before that about each entity.

    Raises NotRecalled when the log does not reach back far enough to tell."""
    user = f"user:{now.user_id}"
    role = Role(_body(recalled, user)["user"]["role"]) if user in since else now.role
    places = dict(now.places)
    for project_id in _projects(since):
        events = since[f"project:{project_id}"]
        if events[0][0] == "project.created":
            places.pop(project_id, None)
        else:
            facts = _body(recalled, f"project:{project_id}")["project"]
            places[project_id] = _place(facts, events, places.get(project_id))
    for entity, project_id in _members(to_recall(now, since)).items():
        if project_id in places:
            places[project_id] = replace(places[project_id], own_role=_own_role(recalled, entity, since.get(entity)))
    return Standing(now.user_id, role, places)


def _place(facts: Mapping[str, Any], since: Sequence[Recalled], now: Place | None) -> Place:
    told_all = facts["reporters_see_all"]
    is_torn = any(body["project"].get("reporters_see_all", told_all) != told_all for _, body in since)
    return Place(facts["visibility"], told_all, now.own_role if now else None, is_torn)


def _body(recalled: Mapping[str, Recalled], entity: str) -> Mapping[str, Any]:
    if entity not in recalled:
        raise NotRecalled(entity)
    return recalled[entity][1]


def _own_role(recalled: Mapping[str, Recalled], entity: str, since: Sequence[Recalled] | None) -> Role | None:
    was_removed = since is not None and since[0][0] == "member.removed"
    if entity not in recalled and not was_removed:
        return None  # no member before
    body = _body(recalled, entity)
    return None if recalled[entity][0] == "member.removed" else Role(body["member"]["role"])


def _projects(entities: Mapping[str, object]) -> list[int]:
    return [int(one.removeprefix("project:")) for one in entities if one.startswith("project:")]


def _members(entities: Sequence[str]) -> dict[str, int]:
    return {one: int(one.split(":")[1]) for one in entities if one.startswith("member:")}
