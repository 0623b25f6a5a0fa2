"""Reading editions and their files. An edition is for those for whom it was made, its report's owner among them if it
was made with their rights, as long as they would see all of it (`standing`), and for admins."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select, true, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.reports.edition_schemas import Facts
from trackly.reports.errors import EditionNotFound, FileGone, FileNotFound
from trackly.reports.standing import may_see
from trackly.reports.tables import ReportEditionRow, ReportFileRow, ReportRunRow
from trackly.users.facade import Actor

_SENT = ("RENDERED", "DELIVERING", "SUCCESS", "PARTIAL")
"""The states of runs whose editions went out, or are on their way."""


@dataclass(frozen=True, slots=True)
class FoundEdition:
    """An edition, its files by name, and its run."""

    row: ReportEditionRow
    files: tuple[ReportFileRow, ...]
    run: ReportRunRow


@dataclass(frozen=True, slots=True)
class Sought:
    """What two editions must have in common to be the same one. `day` None: of whatever day."""

    report_id: int
    report_version: int
    parameters: Mapping[str, Any]
    scope: str
    day: date | None
    as_of: str


def made_for(reader: Actor) -> ColumnElement[bool]:
    """Whether a row of `report_edition` is the reader's to know of."""
    if reader.is_admin:
        return true()
    return ReportEditionRow.facts["readers"].op("@>")(literal([reader.user_id], JSONB))


async def list_editions(session: AsyncSession, reader: Actor, run_id: int) -> list[FoundEdition]:
    """Those editions of a run that the reader may see, in the order in which they were made."""
    return await _seen(session, reader, ReportEditionRow.run_id == run_id)


async def get_edition(session: AsyncSession, reader: Actor, report_id: int, edition_id: int) -> FoundEdition:
    """EditionNotFound also when it is not for the reader to know of."""
    return _one(await _seen(session, reader, ReportEditionRow.id == edition_id, ReportRunRow.report_id == report_id))


async def load_edition(session: AsyncSession, edition_id: int) -> FoundEdition:
    """For code that has checked who asks. EditionNotFound."""
    return _one(await _editions(session, ReportEditionRow.id == edition_id))


async def get_file(session: AsyncSession, reader: Actor, run_id: int, file_id: UUID) -> ReportFileRow:
    """A file of a run that the reader may see. FileNotFound, FileGone."""
    found = await list_editions(session, reader, run_id)
    return present(next((file for one in found for file in one.files if file.id == file_id), None))


async def get_file_of_format(session: AsyncSession, reader: Actor, run_id: int, kind: str) -> ReportFileRow:
    """The file of that format in the reader's own edition of a run; for an admin whom none was made for, in the first.

    FileNotFound, FileGone."""
    found = await list_editions(session, reader, run_id)
    found.sort(key=lambda one: reader.user_id not in one.row.facts["readers"])
    return present(next((file for one in found for file in one.files if file.format == kind), None))


def present(file: ReportFileRow | None) -> ReportFileRow:
    """The file with its bytes. FileNotFound, FileGone."""
    if file is None:
        raise FileNotFound
    if file.stored_name is None:
        raise FileGone
    return file


async def find_same(session: AsyncSession, sought: Sought) -> FoundEdition | None:
    """An earlier edition of the same definition, values, rights, day and position, with all of its files."""
    of_day = ReportEditionRow.facts["day"].as_string() == sought.day.isoformat() if sought.day else true()
    found = await _editions(
        session,
        of_day,
        ReportRunRow.report_id == sought.report_id,
        ReportRunRow.report_version == sought.report_version,
        ReportRunRow.parameters == literal(dict(sought.parameters), JSONB),
        ReportEditionRow.scope == sought.scope,
        ReportEditionRow.as_of == sought.as_of,
    )
    whole = (one for one in found if one.files and all(file.stored_name for file in one.files))
    return next(whole, None)


async def find_last_sent(
    session: AsyncSession, run_id: int, report_id: int, scope: str, parameters: Mapping[str, Any]
) -> FoundEdition | None:
    """The newest edition before the run that went out to the same rights, of runs with the same given values."""
    newest = (
        select(ReportEditionRow.id)
        .join(ReportRunRow, ReportRunRow.id == ReportEditionRow.run_id)
        .where(
            ReportRunRow.report_id == report_id,
            ReportRunRow.id < run_id,
            ReportRunRow.trigger != "test",
            ReportRunRow.state.in_(_SENT),
            ReportRunRow.parameters == literal(dict(parameters), JSONB),
            ReportEditionRow.scope == scope,
        )
        .order_by(ReportEditionRow.id.desc())
        .limit(1)
    )
    found = await session.scalar(newest)
    return None if found is None else await load_edition(session, found)


async def find_used_blobs(session: AsyncSession, names: Collection[str]) -> set[str]:
    """Those of `names` that a file or the rows of an edition are in."""
    files = select(ReportFileRow.stored_name).where(ReportFileRow.stored_name.in_(names))
    rows = select(ReportEditionRow.data_blob).where(ReportEditionRow.data_blob.in_(names))
    return {str(name) for name in await session.scalars(union_all(files, rows))}


async def _seen(session: AsyncSession, reader: Actor, *conditions: ColumnElement[bool]) -> list[FoundEdition]:
    """Those that were made for the reader, and that they would still see all of."""
    found = await _editions(session, *conditions, made_for(reader))
    if reader.is_admin or not found:
        return found
    still = await may_see(session, reader.user_id, [Facts.model_validate(one.row.facts) for one in found])
    return [one for one, may in zip(found, still or [False] * len(found), strict=True) if may]


def _one(found: list[FoundEdition]) -> FoundEdition:
    if not found:
        raise EditionNotFound
    return found[0]


async def _editions(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[FoundEdition]:
    """With their files, in two statements."""
    statement = select(ReportEditionRow, ReportRunRow).join(ReportRunRow, ReportRunRow.id == ReportEditionRow.run_id)
    rows = (await session.execute(statement.where(*conditions).order_by(ReportEditionRow.id).limit(1_000))).all()
    ids = [edition.id for edition, _ in rows]
    files: dict[int, list[ReportFileRow]] = {edition_id: [] for edition_id in ids}
    if ids:
        mine = select(ReportFileRow).where(ReportFileRow.edition_id.in_(ids)).order_by(ReportFileRow.name)
        for file in await session.scalars(mine):
            files[file.edition_id].append(file)
    return [FoundEdition(edition, tuple(files[edition.id]), run) for edition, run in rows]
