"""What is sent of an edition: a mail, a line in the inbox, the call of a webhook. `notifications` does the sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import nh3
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.attachments.facade import BlobMissing, BlobStore
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.issues.facade import render_aside
from trackly.kit.schema import utc_text
from trackly.notifications.facade import (
    ATTACHED_MAX_BYTES,
    AttachedFile,
    CannotCompose,
    DueDelivery,
    Message,
    Notice,
    Picture,
)
from trackly.reports.definition import Definition
from trackly.reports.edition_queries import FoundEdition, load_edition
from trackly.reports.edition_schemas import Facts
from trackly.reports.editions import moment_text
from trackly.reports.errors import EditionNotFound
from trackly.reports.letter import Letter, letter_text
from trackly.reports.letter_html import letter_html
from trackly.reports.queries import load_report
from trackly.reports.run_commands import settle_run
from trackly.reports.shares import lend_file
from trackly.reports.standing import may_see
from trackly.reports.tables import ReportFileRow
from trackly.reports.templates import fill_line, fill_markdown
from trackly.reports.variables import Told, variables_of
from trackly.users.facade import Person

_PICTURE = "png"
_MAIL_TAGS = nh3.ALLOWED_TAGS - {"img"}
"""What of our own Markdown a mail may hold: no pictures, which would be fetched by whoever opens it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """An edition with all that a message about it needs."""

    found: FoundEdition
    name: str
    owner: Person
    definition: Definition
    facts: Facts
    link: str

    @property
    def variables(self) -> dict[str, str]:
        row = self.found.row
        return variables_of(
            Told(
                report=self.name,
                owner=self.owner.name,
                scope=row.scope_label,
                moment=row.moment,
                tz=self.facts.tz,
                rows=row.rows,
                as_of=row.as_of,
                figures=self.facts.figures,
                values=self.facts.values,
                changes=self.facts.changes,
                link=self.link,
            )
        )

    @property
    def subject(self) -> str:
        template = self.definition.templates.subject or "{{report}}, {{date}}"
        return fill_line(template, self.variables)


@dataclass(frozen=True, slots=True)
class ReportComposer:
    """Says what each delivery of a run holds. `public_url`: of this installation, for links."""

    work: UnitsOfWork
    blobs: BlobStore
    public_url: str

    async def compose(self, delivery: DueDelivery) -> Message:
        """The message about the edition that `delivery` names. CannotCompose when it is gone."""
        edition_id = int((delivery.edition_ref or "").rpartition(":")[2] or 0)
        async with self.work.database.read_session() as session:
            sent = await self._load(session, edition_id)
            await _ensure_still_theirs(session, sent, delivery.user_id)
        letter = await letter_of(sent, delivery.unsubscribe_url)
        files = [file for file in sent.found.files if file.stored_name is not None]
        lent = await self._lent(sent, files) if delivery.user_id is None else {}
        return Message(
            subject=sent.subject,
            text=letter_text(letter),
            html=letter_html(letter),
            pictures=tuple([await self._picture(file, files) for file in letter.cids]),
            files=tuple(self._attached(sent, file, lent) for file in files if file.format != _PICTURE),
            notice=Notice("report_ready", sent.subject, _notice(sent), _path(sent.found)),
            type="report.ready",
            content=_content(sent),
        )

    async def settled(self, uow: UnitOfWork, ref: str) -> None:
        """The run of `ref` has ended."""
        await settle_run(uow, int(ref.rpartition(":")[2]))

    async def _load(self, session: AsyncSession, edition_id: int) -> Sent:
        try:
            found = await load_edition(session, edition_id)
        except EditionNotFound:
            raise CannotCompose("The edition is gone") from None
        report = await load_report(session, found.run.report_id)
        definition = Definition.model_validate(found.run.definition)
        facts = Facts.model_validate(found.row.facts)
        return Sent(found, report.row.name, report.owner, definition, facts, f"{self.public_url}{_path(found)}")

    async def _picture(self, name: str, files: list[ReportFileRow]) -> Picture:
        file = next((one for one in files if one.name == name), None)
        if file is None:
            raise CannotCompose("The charts of the edition were removed by age or quota")
        return Picture(name, await read_blob(self.blobs, file))

    async def _lent(self, sent: Sent, files: list[ReportFileRow]) -> dict[UUID, str]:
        """Links that work without a login, for an address outside, to files that are too large for the mail."""
        wanted = [file for file in files if file.format != _PICTURE]
        if sum(file.bytes for file in wanted) <= ATTACHED_MAX_BYTES:
            return {}
        async with self.work.begin(f"report_run:{sent.found.run.id}") as uow:
            run_id = sent.found.run.id
            return {file.id: await lend_file(uow, sent.owner, run_id, file.id, self.public_url) for file in wanted}

    def _attached(self, sent: Sent, file: ReportFileRow, lent: Mapping[UUID, str]) -> AttachedFile:
        own = f"{self.public_url}/api/runs/{sent.found.run.id}/download?format={file.format}"
        link = lent.get(file.id, own)
        return AttachedFile(file.name, file.content_type, file.bytes, partial(read_blob, self.blobs, file), link)


async def _ensure_still_theirs(session: AsyncSession, sent: Sent, user_id: int | None) -> None:
    """What is sent again later goes to nobody who may not see it by then; outside, the owner's rights count."""
    may = await may_see(session, sent.owner.id if user_id is None else user_id, [sent.facts])
    if may is None:
        raise CannotCompose("The account of the owner is closed" if user_id is None else "The account is closed")
    if may != [True]:
        whose = "The owner" if user_id is None else "The recipient"
        raise CannotCompose(f"{whose} may not see all of it any more")


async def read_blob(blobs: BlobStore, file: ReportFileRow) -> bytes:
    """All bytes of a small file. CannotCompose when it was removed, BlobStoreDown."""
    try:
        chunks = await blobs.open(str(file.stored_name), 0, file.bytes)
    except BlobMissing:
        raise CannotCompose("The files of the edition were removed by age or quota") from None
    return b"".join([chunk async for chunk in chunks])


async def mail_html(markdown: str) -> str:
    """Markdown as a mail may hold it: safe, and nothing of it is fetched from anywhere."""
    return nh3.clean(await render_aside(markdown), tags=_MAIL_TAGS)


async def letter_of(sent: Sent, unsubscribe: str | None) -> Letter:
    """The mail about an edition."""
    row, facts, templates = sent.found.row, sent.facts, sent.definition.templates
    intro = fill_markdown(templates.intro, sent.variables)
    shown = facts.charts if templates.layout != "table" else ()
    return Letter(
        subject=sent.subject,
        title=sent.name,
        as_of=f"{moment_text(row.moment, facts.tz)} {facts.tz}",
        scope=row.scope_label,
        intro=intro,
        intro_html=await mail_html(intro),
        layout=templates.layout,
        changes=facts.changes,
        figures=facts.figures,
        charts=shown,
        cids=[chart.picture for chart in shown],
        columns=facts.columns,
        head=facts.head,
        rows=row.rows,
        notes=_notes(sent),
        link=sent.link,
        unsubscribe=unsubscribe,
    )


def _notes(sent: Sent) -> list[str]:
    cut = "There were more rows than a report may have: the files are cut, and say so."
    warnings = [f"Warning: {check.text}." for check in sent.facts.checks if not check.ok]
    return [*([cut] if sent.found.row.truncated else []), *warnings, *sent.facts.remarks]


def _notice(sent: Sent) -> str:
    row, changes = sent.found.row, sent.facts.changes
    counted = f"{row.rows:,} {'row' if row.rows == 1 else 'rows'}"
    return f"{counted}. {changes.sentence}" if changes else f"{counted}."


def _path(found: FoundEdition) -> str:
    return f"/reports/{found.run.report_id}?run={found.run.id}"


def _content(sent: Sent) -> dict[str, object]:
    """What a program is told: figures and receipts, no rows."""
    row, facts = sent.found.row, sent.facts
    return {
        "report": {"id": sent.found.run.report_id, "name": sent.name, "version": sent.found.run.report_version},
        "run": {"id": sent.found.run.id, "link": sent.link},
        "as_of": row.as_of,
        "moment": utc_text(row.moment),
        "scope": row.scope_label,
        "rows": row.rows,
        "truncated": row.truncated,
        "figures": {figure.label: figure.value for figure in facts.figures},
        "changed": facts.changes.sentence if facts.changes else None,
        "files": [
            {"name": file.name, "format": file.format, "bytes": file.bytes, "sha256": file.sha256.hex()}
            for file in sent.found.files
            if file.format != _PICTURE
        ],
    }
