"""Whether what was made for somebody is still theirs to see: the rights of now decide; those of then are kept."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.reports.edition_schemas import Facts, SightFact
from trackly.reports.queries import projects_there, sights_of
from trackly.reports.scopes import Group, Sight, covers
from trackly.users.facade import Actor, Role


async def may_see(session: AsyncSession, user_id: int, facts: Sequence[Facts]) -> list[bool] | None:
    """For each edition whether the person would see all of its rows now; None when their account is closed."""
    now = (await sights_of(session, [user_id])).get(user_id)
    if now is None:
        return None
    then = [None if one.sight is None else _seen(one.sight) for one in facts]
    named = {project for one in then if one is not None for project in one.projects}
    gone = named - await projects_there(session, named)
    return [one is None or covers(now, one, gone) for one in then]


def sight_of(group: Group) -> SightFact | None:
    """What is kept of what a group sees."""
    seen = group.sight
    if seen is None:
        return None
    staff, some, own = (tuple(sorted(ids)) for ids in (seen.staff, seen.open, seen.own))
    return SightFact(admin=seen.actor.is_admin, staff=staff, open=some, own=own)


def _seen(fact: SightFact) -> Sight:
    """As it was; of the person only whether they were an admin."""
    nobody = Actor(0, "", "", Role.ADMIN if fact.admin else Role.REPORTER)
    return Sight(nobody, frozenset(fact.staff), frozenset(fact.open), frozenset(fact.own))
