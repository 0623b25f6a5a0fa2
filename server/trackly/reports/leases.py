"""The queue: a worker holds a run for some seconds, says again and again that it does, and then writes how it ended.

Who fell silent loses it. Each write asks for `(id, attempt, lease_by)`, so that one who comes back late writes
nothing: LostLease. ADR-0014."""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import TextClause

from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.reports import lease_sql, run_events
from trackly.reports.endings import count_failure, count_success
from trackly.reports.run_schemas import RunReport
from trackly.reports.steps import LeasedRun, RenderedRun, RunFailed, Steps, Told
from trackly.reports.tables import ReportRunRow
from trackly.reports.telling import Heads, MakeEvent, changed_rows, load_heads, tell_runs

TRIES = 4
"""So often is a run begun, when it fails in ways that may pass or its worker dies, before it is FAILED."""
WAITS_S = (30.0, 120.0, 480.0)
SILENT_CODE = "worker_lost"


class LostLease(Exception):
    """The run is no longer this worker's."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What a heartbeat found: runs that are no longer ours, and who wants which of them cancelled."""

    lost: frozenset[int]
    cancelled: Mapping[int, int]


async def lease_runs(work: UnitsOfWork, me: str, free: int, lease_s: float) -> list[LeasedRun]:
    """Take up to `free` runs that are due, the one that waits longest first."""
    async with work.begin("reports:lease") as uow:
        rows = await changed_rows(uow, lease_sql.LEASE, {"free": free, "me": me, "lease_s": lease_s})
        heads = await load_heads(uow, rows) if rows else {}
        await tell_runs(uow, rows, run_events.run_updated, heads=heads)
    return [_leased(row, me, heads) for row in rows]


def _leased(row: ReportRunRow, me: str, heads: Heads) -> LeasedRun:
    report, owner_id = heads[row.report_id]
    schedule = row.definition.get("schedule") or {}
    return LeasedRun(
        id=row.id,
        report_id=row.report_id,
        report_name=report.name,
        owner_id=owner_id,
        report_version=row.report_version,
        definition=row.definition,
        parameters=row.parameters,
        trigger=row.trigger,
        requested_by=row.requested_by,
        scheduled_for=row.scheduled_for,
        moment=row.moment or row.scheduled_for or row.created_at,
        as_of=row.as_of,
        attempt=row.attempt,
        lease_by=me,
        failures=int((row.progress or {}).get("failures", 0)),
        tz=str(schedule.get("tz") or "UTC"),
    )


async def heartbeat(work: UnitsOfWork, me: str, held: Mapping[LeasedRun, Told], lease_s: float) -> Beat:
    """Hold all of them for `lease_s` more, and write down what they told since the last time."""
    runs = list(held)
    async with work.begin("reports:heartbeat") as uow:
        values = {
            "ids": [run.id for run in runs],
            "attempts": [run.attempt for run in runs],
            "progress": [orjson.dumps(dict(held[run].stage or {})).decode() for run in runs],
        }
        beaten = (await uow.session.execute(lease_sql.HEARTBEAT, {**values, "me": me, "lease_s": lease_s})).all()
        ours = {row.id for row in beaten}
        await _write_lines(uow, {run.id: held[run] for run in runs if run.id in ours})
    cancelled = {row.id: row.cancel_by for row in beaten if row.cancel_by is not None}
    return Beat(frozenset(run.id for run in runs) - ours, cancelled)


async def finish_run(work: UnitsOfWork, run: LeasedRun, rendered: RenderedRun, steps: Steps, told: Told) -> None:
    """Write what the run made and queue its deliveries, all in one transaction. Raises LostLease, and what `steps`
    raises."""
    async with work.begin(f"report_run:{run.id}") as uow:
        made = {"rows": rendered.rows, "bytes": rendered.bytes, "truncated": rendered.truncated}
        await _change(uow, run, lease_sql.RENDERED, {**made, "as_of": rendered.as_of}, run_events.run_updated)
        queued = await steps.store(uow, run, rendered)
        await _write_lines(uow, {run.id: told})
        more = {"sent": 0, "addressed": queued}
        if rendered.stopped is not None:
            await _fail(uow, run, lease_sql.STOPPED, RunFailed("check_failed", rendered.stopped), more)
        elif queued:
            await _change(uow, run, lease_sql.DELIVERING, {}, run_events.run_updated, more)
        else:
            await _change(uow, run, lease_sql.SUCCESS, {}, run_events.run_finished, more)
            await count_success(uow, run.report_id, run.trigger)


async def fail_run(work: UnitsOfWork, run: LeasedRun, error: RunFailed, told: Told) -> None:
    """Queue the run again, later each time, or end it as FAILED. Raises LostLease."""
    failures = run.failures
    async with work.begin(f"report_run:{run.id}") as uow:
        await _write_lines(uow, {run.id: told})
        if error.again and failures + 1 < TRIES:
            wait_s = WAITS_S[min(failures, len(WAITS_S) - 1)] * random.uniform(0.8, 1.2)
            values = _error(error, f"Try {failures + 2} of {TRIES} is due: {error.message}") | {"wait_s": wait_s}
            await _change(uow, run, lease_sql.AGAIN, values, run_events.run_updated, {"failures": failures + 1})
        else:
            await _fail(uow, run, lease_sql.FAILED, error, {"failures": failures + 1})


async def end_cancelled(work: UnitsOfWork, run: LeasedRun, by: str, told: Told) -> None:
    """Raises LostLease."""
    async with work.begin(f"report_run:{run.id}") as uow:
        await _write_lines(uow, {run.id: told})
        await _change(uow, run, lease_sql.CANCELLED, {"reason": by}, run_events.run_finished)


async def release_runs(work: UnitsOfWork, runs: Collection[LeasedRun]) -> None:
    """Give runs back that were begun and not finished: somebody else begins them anew at once."""
    async with work.begin("reports:release") as uow:
        for run in runs:
            values = {**_holder(run), "more": "{}", "wait_s": 0.0}
            rows = await changed_rows(uow, lease_sql.AGAIN, {**values, "code": None, "message": None, "reason": None})
            await tell_runs(uow, rows, run_events.run_updated, heads=_head(run))


async def reclaim_runs(work: UnitsOfWork) -> int:
    """Take runs from workers that fell silent: queued anew, FAILED after too many tries, CANCELLED if that was asked.

    Returns how many."""
    async with work.begin("reports:reclaim") as uow:
        silent = await changed_rows(uow, lease_sql.SILENT, {})
        heads = await load_heads(uow, silent) if silent else {}
        for row in silent:
            await _reclaim(uow, _leased(row, row.lease_by or "", heads), row.cancel_by)
    return len(silent)


async def _reclaim(uow: UnitOfWork, run: LeasedRun, cancel_by: int | None) -> None:
    told = Told()
    told.say(f"Its worker {run.lease_by} fell silent", "warning")
    await _write_lines(uow, {run.id: told})
    lost = RunFailed(SILENT_CODE, "The process that made it ended in the middle of it")
    if cancel_by is not None:
        await _change(uow, run, lease_sql.CANCELLED, {"reason": "Cancelled"}, run_events.run_finished)
    elif run.failures + 1 < TRIES:
        values = _error(lost, "Begun again: the process that made it had ended") | {"wait_s": 0.0}
        await _change(uow, run, lease_sql.AGAIN, values, run_events.run_updated, {"failures": run.failures + 1})
    else:
        await _fail(uow, run, lease_sql.FAILED, lost, {"failures": run.failures + 1})


async def _fail(uow: UnitOfWork, run: LeasedRun, into: TextClause, error: RunFailed, more: Mapping[str, Any]) -> None:
    await _change(uow, run, into, _error(error, error.message), run_events.run_finished, more)
    await count_failure(uow, run.report_id, run.trigger, error.message)


async def _change(
    uow: UnitOfWork,
    run: LeasedRun,
    into: TextClause,
    values: Mapping[str, Any],
    tell: MakeEvent,
    more: Mapping[str, Any] | None = None,
) -> None:
    held = {**_holder(run), "more": orjson.dumps(dict(more or {})).decode()}
    rows = await changed_rows(uow, into, {**held, **values})
    if not rows:
        raise LostLease
    await tell_runs(uow, rows, tell, heads=_head(run))


def _head(run: LeasedRun) -> Heads:
    return {run.report_id: (RunReport(id=run.report_id, name=run.report_name), run.owner_id)}


def _holder(run: LeasedRun) -> dict[str, Any]:
    return {"id": run.id, "attempt": run.attempt, "me": run.lease_by}


def _error(error: RunFailed, reason: str) -> dict[str, Any]:
    return {"code": error.code, "message": error.message[:2_000], "reason": reason[:2_000]}


async def _write_lines(uow: UnitOfWork, told: Mapping[int, Told]) -> None:
    lines: Sequence[tuple[int, str, str]] = [
        (run_id, level, text) for run_id, one in told.items() for level, text in one.lines
    ]
    if lines:
        runs, levels, texts = zip(*lines, strict=True)
        await uow.session.execute(lease_sql.ADD_LINES, {"runs": runs, "levels": levels, "texts": texts})
