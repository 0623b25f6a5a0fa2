"""The writer of `daily_stats`: set-based, from the history alone, one at a time across servers."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import structlog
from sqlalchemy import CursorResult, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.stats.errors import AggregationRunning
from trackly.stats.queries import find_last_change, find_mark
from trackly.stats.schemas import Run, Trigger
from trackly.stats.sql import statement
from trackly.stats.tables import StatsMarkRow, StatsRunRow

log = structlog.get_logger("trackly.stats")

_LOCK = "SELECT pg_try_advisory_xact_lock(7211, 1001)"
_PATIENCE_S = 5.0
_LEDGER_ROWS = 5_000
_ERROR_MAX = 500


@dataclass(frozen=True, slots=True)
class _Written:
    from_day: date | None = None
    days: int = 0
    rows: int = 0


async def aggregate(
    uow: UnitOfWork,
    trigger: Trigger,
    *,
    rebuild: bool = False,
    actor_id: int | None = None,
    patience_s: float = _PATIENCE_S,
) -> Run:
    """Bring `daily_stats` up to every change that is committed now, and write the run to the ledger.

    Only days from the earliest one that an uncounted change falls on are made anew, and days that passed without a
    row. Changes that a transaction is still writing are waited for up to `patience_s`; if it is still at it, nothing
    new is counted this time, only missing days are filled. Readers add what is uncounted, so no figure waits for this.
    Raises AggregationRunning when another server or request is at it."""
    started = time.perf_counter()
    session = uow.session
    if not await session.scalar(text(_LOCK)):
        raise AggregationRunning
    await session.execute(text("SET LOCAL statement_timeout = '10min'"))
    mark = await find_mark(session)
    through = await _settled_change(session, mark, patience_s)
    written = await _write_days(session, uow, mark, through, rebuild=rebuild)
    await _set_mark(session, through)
    run = StatsRunRow(
        trigger=trigger,
        actor_id=actor_id,
        started_at=uow.now,
        finished_at=uow.now + timedelta(seconds=time.perf_counter() - started),
        duration_ms=round((time.perf_counter() - started) * 1000),
        from_day=written.from_day,
        days=written.days,
        rows=written.rows,
        changes=await _count_changes(session, mark, through),
        through_change=through,
    )
    session.add(run)
    await session.flush()
    await _trim_ledger(session)
    return Run.model_validate(run)


async def record_failure(work: UnitsOfWork, trigger: Trigger, error: BaseException, duration_ms: int) -> None:
    """Write a failed run to the ledger, in a transaction of its own."""
    async with work.begin(f"stats:{trigger}") as uow:
        uow.session.add(
            StatsRunRow(
                trigger=trigger,
                started_at=uow.now - timedelta(milliseconds=duration_ms),
                finished_at=uow.now,
                duration_ms=duration_ms,
                days=0,
                rows=0,
                changes=0,
                error=f"{type(error).__name__}: {error}"[:_ERROR_MAX],
            )
        )


async def _settled_change(session: AsyncSession, mark: int, patience_s: float) -> int:
    """The highest id below which no change can appear any more; `mark` itself when somebody writes for too long.

    Ids are given out before they are committed. Whoever holds a lower one than the highest that is visible took the
    table's lock before, and releases it after its commit is visible: when those are gone, the ids below are settled."""
    last = await find_last_change(session)
    waited_for = set((await session.scalars(statement("writers"))).all())
    deadline = time.monotonic() + patience_s
    while waited_for:
        if time.monotonic() >= deadline:
            log.info("a transaction is still writing changes; they are counted in the next run")
            return mark
        await asyncio.sleep(0.02)
        waited_for &= set((await session.scalars(statement("writers"))).all())
    return max(last, mark)


async def _write_days(session: AsyncSession, uow: UnitOfWork, mark: int, through: int, *, rebuild: bool) -> _Written:
    limits = {"mark": mark, "through": through, "now": uow.now, "rebuild": rebuild}
    scope = [dict(row) for row in (await session.execute(statement("scope"), limits)).mappings()]
    if not scope:
        return _Written()
    arrays = _arrays(scope)
    await session.execute(statement("forget"), arrays)
    result = await session.execute(statement("write"), {**arrays, "through": through, "now": uow.now})
    assert isinstance(result, CursorResult)
    return _Written(
        from_day=min(row["from_day"] for row in scope),
        days=sum(max(0, (row["through_day"] - row["from_day"]).days + 1) for row in scope),
        rows=result.rowcount,
    )


def _arrays(scope: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    return {
        "projects": [row["project_id"] for row in scope],
        "zone_names": [row["zone"] for row in scope],
        "first_days": [row["first_day"] for row in scope],
        "from_days": [row["from_day"] for row in scope],
        "through_days": [row["through_day"] for row in scope],
    }


async def _set_mark(session: AsyncSession, through: int) -> None:
    row = insert(StatsMarkRow).values(id=1, through_change=through)
    await session.execute(
        row.on_conflict_do_update(index_elements=["id"], set_={"through_change": row.excluded.through_change})
    )


async def _count_changes(session: AsyncSession, mark: int, through: int) -> int:
    counted = text("SELECT count(*) FROM issue_change WHERE id > :mark AND id <= :through")
    return int(await session.scalar(counted, {"mark": mark, "through": through}) or 0)


async def _trim_ledger(session: AsyncSession) -> None:
    """Keep the newest runs only."""
    oldest = select(func.max(StatsRunRow.id) - _LEDGER_ROWS).scalar_subquery()
    await session.execute(delete(StatsRunRow).where(StatsRunRow.id <= oldest))
