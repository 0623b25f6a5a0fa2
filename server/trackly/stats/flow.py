"""How work flows: cycle time, throughput, how much was in each status, what grows old."""

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.stats.figures import assignee_of
from trackly.stats.queries import Reach, Span, get_daily
from trackly.stats.schemas import Ageing, AgeingIssue, CyclePoint, CycleTime, Flow, FlowDay, Percentiles
from trackly.stats.sql import statement

POINTS_MAX = 1_000
AGEING_MAX = 50


async def get_flow(session: AsyncSession, reach: Reach, span: Span) -> Flow:
    """Over the days of the span; what ages is of now, measured by the span's p85. Exact at the snapshot."""
    daily = await get_daily(session, reach, span)
    cycle_time = await _cycle_time(session, reach, span)
    return Flow(
        from_day=span.first,
        to_day=span.last,
        project=reach.project,
        timezone=reach.timezone,
        as_of=reach.now,
        cycle_time=cycle_time,
        throughput=sum(day.done for day in daily.items),
        days=[
            FlowDay(
                day=day.day,
                partial=day.partial,
                created=day.created,
                throughput=day.done,
                **day.by_status.model_dump(),
            )
            for day in daily.items
        ],
        ageing=await _ageing(session, reach, cycle_time.p85),
    )


async def _cycle_time(session: AsyncSession, reach: Reach, span: Span) -> CycleTime:
    here = await _percentiles(session, reach, span)
    asked = reach.arguments(from_day=span.first, to_day=span.last, limit=POINTS_MAX)
    points = (await session.execute(statement("cycle_points"), asked)).mappings().all()
    return CycleTime(
        **_as_percentiles(here).model_dump(),
        without_start=here["without_start"],
        truncated=here["issues"] > len(points),
        points=[CyclePoint.model_validate(dict(point)) for point in points],
        previous=_as_percentiles(await _percentiles(session, reach, span.before())),
    )


async def _percentiles(session: AsyncSession, reach: Reach, span: Span) -> RowMapping:
    asked = reach.arguments(from_day=span.first, to_day=span.last)
    return (await session.execute(statement("cycle_percentiles"), asked)).mappings().one()


def _as_percentiles(row: RowMapping) -> Percentiles:
    return Percentiles(p50=row["p50"], p85=row["p85"], p95=row["p95"], issues=row["issues"])


async def _ageing(session: AsyncSession, reach: Reach, p85: float | None) -> Ageing:
    asked = reach.arguments(p85=p85, limit=AGEING_MAX)
    rows = (await session.execute(statement("ageing"), asked)).mappings().all()
    items = [
        AgeingIssue(
            key=row["key"],
            title=row["title"],
            severity=row["severity"],
            priority=row["priority"],
            assignee=assignee_of(row),
            started_at=row["started_at"],
            days=row["days"],
            past_p85=row["past"],
        )
        for row in rows
        if row["key"] is not None
    ]
    return Ageing(total=rows[0]["total"], past_p85=rows[0]["past_p85"], items=items)
