"""Changed rows of runs become events: with the name of their report, and of who asked for them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import TextClause, select

from trackly.events.envelope import ActorRef, Event
from trackly.events.unit_of_work import UnitOfWork
from trackly.reports.run_schemas import RunReport, RunSummary, summary_of
from trackly.reports.tables import ReportRow, ReportRunRow
from trackly.users.facade import Person, load_persons

MakeEvent = Callable[[RunSummary, RunReport, int, ActorRef | None], Event]
Heads = Mapping[int, tuple[RunReport, int]]
"""By the number of a report: what it is called, and whose it is."""


async def changed_rows(uow: UnitOfWork, statement: TextClause, values: Mapping[str, Any]) -> list[ReportRunRow]:
    """Run a statement that returns whole rows of `report_run`; oldest first."""
    whole = select(ReportRunRow).from_statement(statement).execution_options(populate_existing=True)
    return sorted((await uow.session.scalars(whole, dict(values))).all(), key=lambda row: row.id)


async def load_heads(uow: UnitOfWork, rows: Sequence[ReportRunRow]) -> Heads:
    ids = {row.report_id for row in rows}
    named = select(ReportRow.id, ReportRow.name, ReportRow.owner_id).where(ReportRow.id.in_(ids))
    return {row.id: (RunReport(id=row.id, name=row.name), row.owner_id) for row in await uow.session.execute(named)}


async def tell_runs(
    uow: UnitOfWork,
    rows: Sequence[ReportRunRow],
    make: MakeEvent,
    actor: ActorRef | None = None,
    *,
    heads: Heads | None = None,
) -> list[RunSummary]:
    """Record one event for each row, in their order; returns the rows as they were told."""
    if not rows:
        return []
    named = heads if heads is not None else await load_heads(uow, rows)
    people = await _people(uow, rows)
    told = []
    for row in rows:
        summary = summary_of(row, people.get(row.requested_by or 0))
        uow.record(make(summary, *named[row.report_id], actor))
        told.append(summary)
    return told


async def _people(uow: UnitOfWork, rows: Sequence[ReportRunRow]) -> Mapping[int, Person]:
    asked = {row.requested_by for row in rows if row.requested_by is not None}
    return await load_persons(uow.session, asked) if asked else {}
