"""Editions as their readers get them."""

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.reports.edition_queries import FoundEdition, get_edition, list_editions
from trackly.reports.edition_schemas import EditionFileOut, EditionOut, Facts
from trackly.reports.queries import get_report
from trackly.reports.run_queries import find_run
from trackly.reports.tables import ReportFileRow
from trackly.users.facade import Actor


async def get_receipt(session: AsyncSession, reader: Actor, report_id: int, edition_id: int) -> EditionOut:
    """ReportNotFound, EditionNotFound: also when it is not for the reader to know of."""
    await get_report(session, reader, report_id)
    return receipt_of(await get_edition(session, reader, report_id, edition_id))


async def list_receipts(session: AsyncSession, reader: Actor, run_id: int) -> list[EditionOut]:
    """Those of a run that the reader may see. RunNotFound."""
    await find_run(session, reader, run_id)
    return [receipt_of(found) for found in await list_editions(session, reader, run_id)]


def receipt_of(found: FoundEdition) -> EditionOut:
    row, run, facts = found.row, found.run, Facts.model_validate(found.row.facts)
    return EditionOut(
        id=row.id,
        run_id=run.id,
        report_id=run.report_id,
        report_version=run.report_version,
        scope_label=row.scope_label,
        as_of=row.as_of,
        moment=row.moment,
        day=facts.day,
        tz=facts.tz,
        values=facts.values,
        rows=row.rows,
        truncated=row.truncated,
        fingerprint=row.fingerprint.hex(),
        columns=list(facts.columns),
        head=facts.head,
        figures=list(facts.figures),
        lines=list(facts.lines),
        remarks=list(facts.remarks),
        charts=list(facts.charts),
        checks=list(facts.checks),
        changes=facts.changes,
        files=[_file(file) for file in found.files],
    )


def _file(file: ReportFileRow) -> EditionFileOut:
    return EditionFileOut(
        id=file.id,
        format=file.format,
        name=file.name,
        content_type=file.content_type,
        bytes=file.bytes,
        sha256=file.sha256.hex(),
        available=file.stored_name is not None,
    )
