"""Reading the ledger: who sees a report sees its runs; what was sent to others stays with owner and admins."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import Page, decode_cursor, encode_cursor
from trackly.notifications.facade import list_deliveries
from trackly.reports.edition_queries import FoundEdition, list_editions
from trackly.reports.queries import get_report, visible
from trackly.reports.run_errors import AsOfUnknown, RunNotFound
from trackly.reports.run_schemas import (
    OPEN,
    RunFile,
    RunLedgerRow,
    RunLogLine,
    RunOut,
    RunReport,
    RunSummary,
    summary_of,
)
from trackly.reports.schemas import RunStatus
from trackly.reports.tables import ReportRow, ReportRunLogRow, ReportRunRow
from trackly.users.facade import Actor, Person, load_persons

LINES_SHOWN = 500
BY_HAND = ("manual", "api", "test")


def run_ref(run_id: int) -> str:
    """What the deliveries of a run belong to."""
    return f"report_run:{run_id}"


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run, and what decides who may do what with it."""

    row: ReportRunRow
    report: RunReport
    owner_id: int


def is_own(actor: Actor, owner_id: int) -> bool:
    """Whether the actor is more than somebody whom the report is sent to."""
    return actor.is_admin or actor.user_id == owner_id


async def list_runs(
    session: AsyncSession, actor: Actor, report_id: int, status: RunStatus | None, after: str | None, limit: int
) -> Page[RunSummary]:
    """The ledger of one report, newest first: a row for every slot, also the missed ones, and for each run by hand.

    ReportNotFound."""
    found = await get_report(session, actor, report_id)
    hidden = not is_own(actor, found.row.owner_id)
    mine = select(ReportRunRow).where(ReportRunRow.report_id == report_id)
    if hidden:
        mine = mine.where(ReportRunRow.trigger != "test")
    rows, following = await _page(session, mine, status, after, limit)
    people = await _people(session, rows)
    items = [_shown(summary_of(row, people.get(row.requested_by or 0)), hidden=hidden) for row in rows]
    return Page(items=items, next=following)


async def list_all_runs(
    session: AsyncSession, actor: Actor, status: RunStatus | None, after: str | None, limit: int
) -> Page[RunLedgerRow]:
    """The ledger of all reports that are for the actor to know of, newest first."""
    statement = select(ReportRunRow).where(ReportRunRow.report_id.in_(select(ReportRow.id).where(visible(actor))))
    rows, following = await _page(session, statement, status, after, limit)
    people = await _people(session, rows)
    named = select(ReportRow.id, ReportRow.name, ReportRow.owner_id).where(
        ReportRow.id.in_({r.report_id for r in rows})
    )
    reports = {row.id: row for row in await session.execute(named)}
    items = []
    for row in rows:
        report = reports[row.report_id]
        hidden = not is_own(actor, report.owner_id)
        told = _shown(summary_of(row, people.get(row.requested_by or 0)), hidden=hidden)
        items.append(RunLedgerRow(**told.model_dump(), report=RunReport(id=report.id, name=report.name)))
    return Page(items=items, next=following)


async def find_run(session: AsyncSession, actor: Actor, run_id: int, *, hold: bool = False) -> FoundRun:
    """RunNotFound also when its report is not for the actor to know of. `hold`: its row stays locked."""
    statement = (
        select(ReportRunRow, ReportRow.name, ReportRow.owner_id)
        .join(ReportRow, ReportRow.id == ReportRunRow.report_id)
        .where(ReportRunRow.id == run_id, visible(actor))
    )
    if hold:
        statement = statement.with_for_update(of=ReportRunRow).execution_options(populate_existing=True)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise RunNotFound
    return FoundRun(row[0], RunReport(id=row[0].report_id, name=row.name), row.owner_id)


async def get_progress(session: AsyncSession, actor: Actor, run_id: int) -> tuple[RunSummary, bool]:
    """The row of the ledger as it is now, and whether what it says is the actor's to know too. RunNotFound."""
    found = await find_run(session, actor, run_id)
    people = await _people(session, [found.row])
    own = is_own(actor, found.owner_id)
    return _shown(summary_of(found.row, people.get(found.row.requested_by or 0)), hidden=not own), own


async def get_run(session: AsyncSession, actor: Actor, run_id: int) -> RunOut:
    """One run with all that it made and said, as far as it is the actor's to know. RunNotFound."""
    found = await find_run(session, actor, run_id)
    row, hidden = found.row, not is_own(actor, found.owner_id)
    people = await _people(session, [row])
    fields = _shown(summary_of(row, people.get(row.requested_by or 0)), hidden=hidden).model_dump()
    deliveries = await list_deliveries(session, run_ref(run_id))
    return RunOut(
        **fields,
        report=found.report,
        parameters=row.parameters,
        moment=row.moment,
        files=_files(await list_editions(session, actor, run_id)),
        deliveries=[one for one in deliveries if not hidden or one.user_id == actor.user_id],
        log=[] if hidden else await _lines(session, run_id),
    )


async def list_log(session: AsyncSession, run_id: int, after: int) -> list[ReportRunLogRow]:
    """Lines later than `after`, for code that has checked who asks."""
    later = (ReportRunLogRow.run_id == run_id, ReportRunLogRow.id > after)
    statement = select(ReportRunLogRow).where(*later).order_by(ReportRunLogRow.id).limit(LINES_SHOWN)
    return list(await session.scalars(statement))


async def count_waiting_by_hand(session: AsyncSession, report_id: int) -> int:
    """Runs that people asked for and that have not ended."""
    mine = (ReportRunRow.report_id == report_id, ReportRunRow.state.in_(OPEN), ReportRunRow.trigger.in_(BY_HAND))
    return await session.scalar(select(func.count()).select_from(ReportRunRow).where(*mine)) or 0


async def get_run_as_of(session: AsyncSession, report_id: int, as_of: str) -> ReportRunRow:
    """The newest run of the report with numbers of that position. AsOfUnknown."""
    mine = (ReportRunRow.report_id == report_id, ReportRunRow.as_of == as_of, ReportRunRow.rows.is_not(None))
    row = await session.scalar(select(ReportRunRow).where(*mine).order_by(ReportRunRow.id.desc()).limit(1))
    if row is None:
        raise AsOfUnknown
    return row


async def _page(
    session: AsyncSession, statement: Select[Any], status: RunStatus | None, after: str | None, limit: int
) -> tuple[Sequence[ReportRunRow], str | None]:
    if status is not None:
        statement = statement.where(ReportRunRow.state == status)
    if after is not None:
        statement = statement.where(ReportRunRow.id < _position(after))
    rows = (await session.scalars(statement.order_by(ReportRunRow.id.desc()).limit(limit + 1))).all()
    return rows[:limit], encode_cursor([rows[limit - 1].id]) if len(rows) > limit else None


def _position(after: str) -> int:
    (last,) = decode_cursor(after, 1)
    if type(last) is not int or not 0 <= last < 2**63:
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return last


async def _people(session: AsyncSession, rows: Sequence[ReportRunRow]) -> dict[int, Person]:
    return await load_persons(session, {row.requested_by for row in rows if row.requested_by is not None})


def _shown(run: RunSummary, *, hidden: bool) -> RunSummary:
    """For whom it is only sent to: that it failed, not of what; and nothing of what others got."""
    if not hidden:
        return run
    error = run.error and run.error.model_copy(update={"message": ""})
    reason = run.reason if run.status in ("MISSED", "SKIPPED", "QUEUED") else None
    hide = {"error": error, "reason": reason, "rows": None, "bytes": None, "sent": 0, "addressed": 0}
    return run.model_copy(update=hide)


def _files(editions: Sequence[FoundEdition]) -> list[RunFile]:
    return [
        RunFile(
            id=file.id,
            edition_id=edition.row.id,
            scope_label=edition.row.scope_label,
            format=file.format,
            name=file.name,
            content_type=file.content_type,
            bytes=file.bytes,
            sha256=file.sha256.hex(),
            removed=file.stored_name is None,
        )
        for edition in editions
        for file in edition.files
    ]


async def _lines(session: AsyncSession, run_id: int) -> list[RunLogLine]:
    """The newest ones, in the order in which they were said."""
    newest = select(ReportRunLogRow).where(ReportRunLogRow.run_id == run_id).order_by(ReportRunLogRow.id.desc())
    rows = (await session.scalars(newest.limit(LINES_SHOWN))).all()
    return [RunLogLine.model_validate(row) for row in reversed(rows)]
