"""What is due is claimed: one short transaction, by the database's clock alone, writes one row for each slot.

Any number of processes do this side by side. A schedule that another one holds is passed over, and
UNIQUE (report_id, scheduled_for) says the last word. ADR-0014."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import structlog
from sqlalchemy import BigInteger, DateTime, RowMapping, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.reports import run_events
from trackly.reports.cron import BadCron, Cron, parse_cron, slots_between
from trackly.reports.run_schemas import RunReport, summary_of
from trackly.reports.slots import Policy, Slot, decide, local_text
from trackly.reports.telling import changed_rows

log = structlog.get_logger("trackly.reports")

SLOTS_PER_CLAIM = 500
"""Rows of one transaction; after a long outage there are many."""
SLOTS_PER_SCHEDULE = 200
_MOMENTS = ARRAY(DateTime(timezone=True))
_DUE = """
SELECT s.*, r.is_active, r.name, r.owner_id, clock_timestamp() AS now, (
    SELECT max(g.scheduled_for) FROM report_run g
    WHERE g.report_id = s.report_id AND g.trigger = 'schedule' AND g.state IN ('QUEUED', 'RUNNING', 'RENDERED')
) AS going_since
FROM report_schedule s JOIN report r ON r.id = s.report_id AND r.deleted_at IS NULL
WHERE s.next_fire_at <= statement_timestamp() AND {which}
ORDER BY s.next_fire_at LIMIT 100 FOR UPDATE OF s {locked} FOR KEY SHARE OF r {locked}
"""
"""The report too, for a row of a run refers to it: one that is being edited is passed over, and has its slots a second
later. Who edits locks the report first, then its schedule."""
_ALL_DUE = text(_DUE.format(which="true", locked="SKIP LOCKED"))
_ONE_DUE = text(_DUE.format(which="s.report_id = :report_id", locked=""))
_WRITE = text(
    """
    INSERT INTO report_run AS n (report_id, scheduled_for, trigger, report_version, definition, state, reason, moment,
                                 not_before, progress, created_at, finished_at)
    SELECT d.report_id, d.at, 'schedule', r.version, CASE WHEN d.state = 'QUEUED' THEN r.definition ELSE '{}' END,
           d.state, d.reason, d.at, d.not_before, d.progress::jsonb, statement_timestamp(),
           CASE WHEN d.state <> 'QUEUED' THEN statement_timestamp() END
    FROM unnest(:reports, :at, :state, :reason, :not_before, :progress)
        AS d(report_id, at, state, reason, not_before, progress)
    JOIN report r ON r.id = d.report_id
    ORDER BY d.at, d.report_id
    ON CONFLICT (report_id, scheduled_for) DO NOTHING
    RETURNING n.*
    """
).bindparams(
    bindparam("reports", type_=ARRAY(BigInteger)),
    *(bindparam(name, type_=_MOMENTS) for name in ("at", "not_before")),
    *(bindparam(name, type_=ARRAY(Text)) for name in ("state", "reason", "progress")),
)
_ADVANCE = text(
    """
    UPDATE report_schedule s SET last_slot = d.last_slot, next_fire_at = d.next_fire_at
    FROM unnest(:reports, :last_slots, :next_fires) AS d(report_id, last_slot, next_fire_at)
    WHERE s.report_id = d.report_id
    """
).bindparams(
    bindparam("reports", type_=ARRAY(BigInteger)),
    *(bindparam(name, type_=_MOMENTS) for name in ("last_slots", "next_fires")),
)
_REST = text(
    "UPDATE report_schedule SET next_fire_at = NULL, paused_at = statement_timestamp(), paused_reason = :reason"
    " WHERE report_id = :report_id"
)


@dataclass
class _Claim:
    """What one transaction is going to write."""

    slots: list[tuple[int, Slot]] = field(default_factory=list)
    advanced: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    reports: dict[int, tuple[RunReport, int]] = field(default_factory=dict)


async def claim_due(work: UnitsOfWork) -> int:
    """Give every slot that is due its row, a bounded number in a transaction; returns how many rows were written."""
    written = 0
    while True:
        async with work.begin("reports:claim") as uow:
            due = (await uow.session.execute(_ALL_DUE)).mappings().all()
            written += await _claim(uow, due)
        if not due:
            return written


async def settle_due(uow: UnitOfWork, report_id: int) -> int:
    """As `claim_due`, of one report, in the transaction that is to change its schedule. Locks: the schedule."""
    written = 0
    while due := (await uow.session.execute(_ONE_DUE, {"report_id": report_id})).mappings().all():
        written += await _claim(uow, due)
    return written


async def _claim(uow: UnitOfWork, due: Iterable[RowMapping]) -> int:
    claim = _Claim()
    for schedule in due:
        left = SLOTS_PER_CLAIM - len(claim.slots)
        if left <= 0:
            break
        try:
            cron = parse_cron(schedule["cron"], schedule["tz"])
        except BadCron as error:  # a zone that the system no longer knows
            log.error("schedule can't be read", report=schedule["report_id"], reason=str(error))
            await uow.session.execute(_REST, {"report_id": schedule["report_id"], "reason": str(error)})
            continue
        _look_at(claim, schedule, cron, min(left, SLOTS_PER_SCHEDULE))
    if not claim.advanced:
        return 0
    rows = await changed_rows(uow, _WRITE, _columns(claim.slots))
    await uow.session.execute(
        _ADVANCE,
        {
            "reports": [report_id for report_id, _, _ in claim.advanced],
            "last_slots": [last for _, last, _ in claim.advanced],
            "next_fires": [following for _, _, following in claim.advanced],
        },
    )
    for row in rows:
        uow.record(run_events.run_created(summary_of(row, None), *claim.reports[row.report_id]))
    return len(rows)


def _look_at(claim: _Claim, schedule: RowMapping, cron: Cron, limit: int) -> None:
    report_id, now = schedule["report_id"], schedule["now"]
    last = schedule["last_slot"] or schedule["next_fire_at"]
    due, following = slots_between(cron, last, now, limit)
    slots = decide(_policy_of(schedule), due, now, more=following <= now)
    claim.slots += [(report_id, slot) for slot in slots]
    claim.advanced.append((report_id, due[-1] if due else last, following))
    claim.reports[report_id] = RunReport(id=report_id, name=schedule["name"]), schedule["owner_id"]


def _policy_of(schedule: RowMapping) -> Policy:
    closed = None
    if not schedule["is_active"]:
        closed = "The report is switched off"
    elif schedule["paused_at"] is not None:
        since = local_text(schedule["paused_at"], schedule["tz"])
        closed = f"Paused since {since}: {schedule['paused_reason'] or 'by hand'}"
    names = ("report_id", "tz", "catchup", "overlap", "grace_s", "jitter_s", "wait_for", "wait_until", "going_since")
    return Policy(closed_because=closed, **{name: schedule[name] for name in names})


def _columns(slots: Sequence[tuple[int, Slot]]) -> dict[str, list[Any]]:
    return {
        "reports": [report_id for report_id, _ in slots],
        "at": [slot.at for _, slot in slots],
        "state": [slot.fate for _, slot in slots],
        "reason": [slot.reason for _, slot in slots],
        "not_before": [slot.not_before for _, slot in slots],
        "progress": [_progress(slot) for _, slot in slots],
    }


def _progress(slot: Slot) -> str:
    return orjson.dumps({"waits_for_day": slot.waits_for_day} if slot.waits_for_day else {}).decode()
