"""What people do with runs, and what the end of the deliveries means for one. How a run goes on by itself: `leases`."""

from typing import Any

import orjson
from sqlalchemy import delete, func, insert, text

from trackly.events.unit_of_work import UnitOfWork
from trackly.notifications.facade import NO_MAIL_SERVER, State, count_states, resend_failed, suppress_pending
from trackly.reports import run_events
from trackly.reports.definition import Definition
from trackly.reports.endings import count_failure, count_success
from trackly.reports.errors import ReportBusy
from trackly.reports.given import ensure_there
from trackly.reports.parameters import RunDay, resolve_values
from trackly.reports.queries import FoundReport, hold_report, lacks_mail_server, load_report
from trackly.reports.rules import ensure_may_edit
from trackly.reports.run_errors import NothingToRetry, RunIsOver, RunNotOver
from trackly.reports.run_queries import (
    FoundRun,
    count_waiting_by_hand,
    find_run,
    get_run_as_of,
    run_ref,
)
from trackly.reports.run_schemas import GOING, OPEN, RunNew, RunSummary, Trigger
from trackly.reports.tables import ReportEditionRow, ReportRunRow
from trackly.reports.telling import MakeEvent, changed_rows, tell_runs
from trackly.users.facade import Actor

BY_HAND_MOST = 10
"""So many runs of one report may people have waiting at once."""
UNDELIVERED = "undelivered"
_HELD = "UPDATE report_run AS n SET {changes}, version = n.version + 1 WHERE n.id = :id RETURNING n.*"
_CANCEL_QUEUED = "state = 'CANCELLED', reason = CAST(:reason AS text), finished_at = clock_timestamp()"
_QUEUE = (
    "state = 'QUEUED', reason = NULL, error_code = NULL, error_message = NULL, cancel_by = NULL, finished_at = NULL,"
    " not_before = clock_timestamp(), progress = '{}', as_of = CASE WHEN n.rows IS NULL THEN n.as_of END, rows = NULL,"
    " bytes = NULL, definition = CAST(:definition AS jsonb),"
    " report_version = :version"
)
_DELIVER = "state = 'DELIVERING', reason = NULL, error_code = NULL, error_message = NULL, cancel_by = NULL"
_SETTLE = (
    "state = CAST(:state AS text), reason = CAST(:reason AS text), error_code = CAST(:code AS text),"
    " error_message = CASE WHEN CAST(:code AS text) IS NOT NULL THEN CAST(:reason AS text) END,"
    " finished_at = clock_timestamp(),"
    " progress = n.progress || jsonb_build_object('sent', CAST(:sent AS integer), 'addressed', CAST(:of AS integer))"
)


async def start_run(
    uow: UnitOfWork, actor: Actor, report_id: int, new: RunNew, trigger: Trigger | None = None
) -> RunSummary:
    """Queue a run now, beside those by the clock. A `test` goes to the actor alone; None: `manual`, of a program `api`.

    ReportNotFound, NotYourReport, ReportBusy, AsOfUnknown, InvalidInput on `parameters`. Locks: the report, so that who
    asks at the same moment is counted."""
    found = await hold_report(uow.session, actor, report_id)
    ensure_may_edit(actor, found.row.owner_id)
    if await count_waiting_by_hand(uow.session, report_id) >= BY_HAND_MOST:
        raise ReportBusy(f"{BY_HAND_MOST} runs by hand are waiting or running; wait for one of them.")
    values = await _beginning(uow, actor, found, new)
    row = (
        await uow.session.scalars(
            insert(ReportRunRow)
            .values(
                report_id=report_id,
                trigger=trigger or ("manual" if actor.session_id else "api"),
                requested_by=actor.user_id,
                state="QUEUED",
                not_before=func.statement_timestamp(),
                created_at=func.statement_timestamp(),
                **values,
            )
            .returning(ReportRunRow)
        )
    ).one()
    return (await tell_runs(uow, [row], run_events.run_created, actor.ref))[0]


async def _beginning(uow: UnitOfWork, actor: Actor, found: FoundReport, new: RunNew) -> dict[str, Any]:
    """What the run keeps of its beginning: the present definition, or all that an earlier run had."""
    given: dict[str, Any] = dict(new.parameters)
    if new.as_of is not None:
        earlier = await get_run_as_of(uow.session, found.row.id, new.as_of)
        names = ("report_version", "definition", "moment", "as_of")
        kept = {name: getattr(earlier, name) for name in names} | {"parameters": given or earlier.parameters}
    else:
        now = await uow.session.scalar(func.clock_timestamp())
        kept = {"report_version": found.row.version, "definition": found.row.definition, "moment": now}
        kept["parameters"] = given
    definition = Definition.model_validate(kept["definition"])
    values = resolve_values(definition.parameters, kept["parameters"], RunDay(kept["moment"], definition.tz))
    await ensure_there(uow.session, actor, definition.parameters, {name: values[name] for name in given})
    return kept


async def cancel_run(uow: UnitOfWork, actor: Actor, run_id: int) -> RunSummary:
    """End a run that is queued, have its worker break it off within a second, or have the rest of it not sent.

    RunNotFound, NotYourReport, RunIsOver. Locks: the run."""
    found = await _hold(uow, actor, run_id)
    state = found.row.state
    if state not in OPEN:
        raise RunIsOver(f"The run is {state} already.", fields={"status": state})
    reason = f"Cancelled by {actor.name}"
    if state == "QUEUED":
        return await _change(uow, found, _CANCEL_QUEUED, run_events.run_finished, actor, reason=reason)
    if state == "DELIVERING":
        await suppress_pending(uow, run_ref(run_id), reason)
    marked = "cancel_by = :by, reason = CAST(:reason AS text)"
    return await _change(uow, found, marked, run_events.run_updated, actor, by=actor.user_id, reason=reason)


async def retry_run(uow: UnitOfWork, actor: Actor, run_id: int) -> RunSummary:
    """Make a run after all, or send to those alone whom it did not reach; it stays the same row of the ledger.

    RunNotFound, NotYourReport, RunNotOver, NothingToRetry. Locks: the run."""
    found = await _hold(uow, actor, run_id)
    row = found.row
    if row.state in OPEN:
        raise RunNotOver(f"The run is {row.state}.", fields={"status": row.state})
    if row.state == "SUCCESS":
        raise NothingToRetry
    if (row.progress or {}).get("addressed"):
        if not await resend_failed(uow, run_ref(run_id)):
            raise NothingToRetry("Nobody is left whom it was not sent to.")
        return await _change(uow, found, _DELIVER, run_events.run_updated, actor)
    await uow.session.execute(delete(ReportEditionRow).where(ReportEditionRow.run_id == run_id))
    report = await load_report(uow.session, row.report_id)
    begun = (row.definition, row.report_version) if row.definition else (report.row.definition, report.row.version)
    return await _change(
        uow, found, _QUEUE, run_events.run_updated, actor, definition=orjson.dumps(begun[0]).decode(), version=begun[1]
    )


async def settle_run(uow: UnitOfWork, run_id: int) -> None:
    """All deliveries of a run are final: it is SUCCESS, PARTIAL, FAILED or CANCELLED by how they went.

    Safe to repeat. Locks: the run."""
    row = await uow.session.get(ReportRunRow, run_id, with_for_update=True, populate_existing=True)
    if row is None or row.state in GOING or row.state in ("MISSED", "SKIPPED"):
        return
    counts = await count_states(uow.session, run_ref(run_id))
    state, reason = _outcome(counts, cancelled=row.cancel_by is not None)
    if state in ("PARTIAL", "FAILED") and await lacks_mail_server(uow.session, run_ref(run_id)):
        reason = f"{reason}: {NO_MAIL_SERVER}"
    sent, of = counts.get(State.SENT, 0), sum(counts.values())
    if (row.state, (row.progress or {}).get("sent")) == (state, sent):
        return
    code = UNDELIVERED if state == "FAILED" else None
    values = {"id": run_id, "state": state, "reason": reason, "code": code, "sent": sent, "of": of}
    rows = await changed_rows(uow, text(_HELD.format(changes=_SETTLE)), values)
    await tell_runs(uow, rows, run_events.run_finished)
    if state == "SUCCESS":
        await count_success(uow, row.report_id, row.trigger)
    elif state == "FAILED":
        await count_failure(uow, row.report_id, row.trigger, reason or "")


def _outcome(counts: dict[State, int], *, cancelled: bool) -> tuple[str, str | None]:
    """The state of a run, and why not all is well. Who wants no more mail is no failure."""
    sent, missing = counts.get(State.SENT, 0), counts.get(State.FAILED, 0) + counts.get(State.UNKNOWN, 0)
    refused = counts.get(State.SUPPRESSED, 0)
    of = sum(counts.values())
    if cancelled and refused:
        return ("PARTIAL", f"Cancelled after {sent} of {of} were sent") if sent else ("CANCELLED", "Cancelled")
    if not missing:
        return "SUCCESS", f"{refused} of {of} want no more of it" if refused else None
    if not sent:
        return "FAILED", "It could not be sent to anybody"
    return "PARTIAL", f"{missing} of {of} could not be sent"


async def _hold(uow: UnitOfWork, actor: Actor, run_id: int) -> FoundRun:
    """Whoever asked for a run may also end it and try it again. RunNotFound, NotYourReport."""
    found = await find_run(uow.session, actor, run_id, hold=True)
    if found.row.requested_by != actor.user_id:
        ensure_may_edit(actor, found.owner_id)
    return found


async def _change(
    uow: UnitOfWork, found: FoundRun, changes: str, make: MakeEvent, actor: Actor, **values: Any
) -> RunSummary:
    rows = await changed_rows(uow, text(_HELD.format(changes=changes)), {"id": found.row.id, **values})
    return (await tell_runs(uow, rows, make, actor.ref))[0]
