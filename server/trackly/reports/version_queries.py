"""Reading the versions of a definition: for those who may change it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import decode_cursor, encode_cursor
from trackly.reports.differences import changed_fields, differences
from trackly.reports.errors import VersionNotFound
from trackly.reports.queries import get_report
from trackly.reports.rules import ensure_may_edit
from trackly.reports.schemas import VersionOut, VersionSummary
from trackly.reports.tables import ReportVersionRow
from trackly.users.facade import Actor, Person, load_persons


@dataclass(frozen=True, slots=True)
class FoundVersions:
    items: list[VersionSummary]
    next: str | None
    total: int


async def list_versions(
    session: AsyncSession, actor: Actor, report_id: int, after: str | None, limit: int
) -> FoundVersions:
    """Newest first, each with what it changed. ReportNotFound, NotYourReport."""
    found = await get_report(session, actor, report_id)
    ensure_may_edit(actor, found.row.owner_id)
    statement = select(ReportVersionRow).where(ReportVersionRow.report_id == report_id)
    if after is not None:
        (version,) = decode_cursor(after, 1)
        if type(version) is not int or not 0 < version < 2**31:
            raise InvalidInput.of("after", "is not a cursor that this list gave")
        statement = statement.where(ReportVersionRow.version < version)
    newest = statement.order_by(ReportVersionRow.version.desc()).limit(limit + 1)
    rows = (await session.scalars(newest)).all()
    people = await _authors(session, rows)
    older = [*rows[1:], None]
    return FoundVersions(
        items=[_summary(row, before, people) for row, before in zip(rows[:limit], older, strict=False)],
        next=encode_cursor([rows[limit - 1].version]) if len(rows) > limit else None,
        total=found.row.version,
    )


async def get_version(session: AsyncSession, actor: Actor, report_id: int, version: int) -> VersionOut:
    """ReportNotFound, NotYourReport, VersionNotFound."""
    found = await get_report(session, actor, report_id)
    ensure_may_edit(actor, found.row.owner_id)
    numbers = (version, version - 1)
    statement = select(ReportVersionRow).where(
        ReportVersionRow.report_id == report_id, ReportVersionRow.version.in_(numbers)
    )
    rows = {row.version: row for row in await session.scalars(statement)}
    if version not in rows:
        raise VersionNotFound
    row, before = rows[version], rows.get(version - 1)
    summary = _summary(row, before, await _authors(session, [row]))
    return VersionOut(
        **summary.model_dump(),
        definition=row.definition,
        differences=differences(before.definition if before else None, row.definition),
    )


async def list_uncommitted(session: AsyncSession, limit: int) -> list[ReportVersionRow]:
    """Versions that no Git commit holds yet, oldest first."""
    statement = select(ReportVersionRow).where(ReportVersionRow.git_commit.is_(None))
    ordered = statement.order_by(ReportVersionRow.at, ReportVersionRow.report_id, ReportVersionRow.version)
    return list(await session.scalars(ordered.limit(limit)))


async def _authors(session: AsyncSession, rows: Collection[ReportVersionRow]) -> dict[int, Person]:
    return await load_persons(session, {row.author_id for row in rows if row.author_id is not None})


def _summary(row: ReportVersionRow, before: ReportVersionRow | None, people: dict[int, Person]) -> VersionSummary:
    return VersionSummary(
        version=row.version,
        at=row.at,
        author=people.get(row.author_id or 0),
        name=row.name,
        changed=changed_fields(before.definition if before else None, row.definition),
        git_commit=row.git_commit,
    )
