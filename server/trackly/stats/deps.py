"""What the routes of the statistics need: whose issues count, which days were asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from trackly.auth.deps import CurrentActor
from trackly.http.deps import CurrentClock, SnapshotSession
from trackly.kit.schema import StorableText
from trackly.stats.queries import Reach, Span, load_reach, span_of
from trackly.users.facade import Actor, Forbidden, Role

_FirstDay = Annotated[date | None, Query(alias="from", description="The first day, in each project's own zone")]
_LastDay = Annotated[date | None, Query(alias="to", description="The last day, included; today without it")]
_Project = Annotated[
    StorableText | None, Query(max_length=10, description="The key of one project; all of them without it")
]


async def _staff(actor: CurrentActor) -> Actor:
    if actor.role is Role.REPORTER:
        raise Forbidden("Only maintainers and admins may see this.")
    return actor


StaffActor = Annotated[Actor, Depends(_staff)]


async def _reach(session: SnapshotSession, actor: CurrentActor, clock: CurrentClock, project: _Project = None) -> Reach:
    return await load_reach(session, actor, project, clock.now())


AskedReach = Annotated[Reach, Depends(_reach, scope="function")]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose issues, on which days."""

    reach: Reach
    days: Span


async def _days(reach: AskedReach, first: _FirstDay = None, last: _LastDay = None) -> Asked:
    return Asked(reach, span_of(reach, first, last))


AskedDays = Annotated[Asked, Depends(_days, scope="function")]
"""The last 30 days by default, 400 at most."""


async def _days_or_today(reach: AskedReach, first: _FirstDay = None, last: _LastDay = None) -> Asked:
    return Asked(reach, span_of(reach, first, last, default_days=1))


AskedDaysOrToday = Annotated[Asked, Depends(_days_or_today, scope="function")]
"""Today, or the last day alone, by default."""
