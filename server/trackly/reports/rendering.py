"""What a run does: for each group of people with the same rights one edition, from the rows to the files in the store;
then, in one transaction, its rows and who is sent what."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from trackly.attachments.facade import BlobStore, BlobStoreDown
from trackly.datasets.facade import position_select
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.exports.facade import ExportFailed
from trackly.kit.errors import AppError, Kind
from trackly.reports.definition import Definition
from trackly.reports.edition_commands import write_editions
from trackly.reports.edition_queries import FoundEdition, Sought, find_last_sent, find_same
from trackly.reports.edition_schemas import Facts, Since
from trackly.reports.editions import Earlier, side_of
from trackly.reports.kept_rows import fetch_rows
from trackly.reports.made import Made, MadeEdition, MadeFile, Outside
from trackly.reports.making import Maker, Task
from trackly.reports.parameters import RunDay, Value, resolve_values
from trackly.reports.plans import Asked, Planner, asks_for_me
from trackly.reports.recipients import Recipients, resolve_recipients
from trackly.reports.scopes import Group
from trackly.reports.standing import sight_of
from trackly.reports.steps import LeasedRun, RenderedRun, RunFailed, Tell

_FOLDER = "trackly-report-"


@dataclass(frozen=True, slots=True)
class Rendering:
    """The steps of a run. `public_url`: of this installation, for links."""

    work: UnitsOfWork
    blobs: BlobStore
    planner: Planner
    public_url: str

    async def render(self, run: LeasedRun, tell: Tell) -> RenderedRun:
        """Read, compare, set, store the files. RunFailed; what was stored by then is removed again."""
        with tempfile.TemporaryDirectory(prefix=_FOLDER, ignore_cleanup_errors=True) as folder:
            maker = Maker(self.blobs, Path(folder), tell)
            try:
                async with _said():
                    return await self._render(run, tell, maker)
            except BaseException:
                await self._remove(maker.stored)
                raise

    async def store(self, uow: UnitOfWork, run: LeasedRun, rendered: RenderedRun) -> int:
        """Write editions and files, and queue what is to be sent; returns how many deliveries."""
        made: Made = rendered.kept
        return await write_editions(uow, run, made, send=rendered.stopped is None)

    async def _render(self, run: LeasedRun, tell: Tell, maker: Maker) -> RenderedRun:
        definition = Definition.model_validate(run.definition)
        day = RunDay(run.moment, definition.tz)
        asked = Asked(definition.source, definition.parameters, tuple(definition.document.charts))
        values = resolve_values(definition.parameters, run.parameters, day)
        async with self.work.database.read_session() as session:
            recipients = await resolve_recipients(session, run, definition)
        groups = _groups(recipients, asked, values)
        editions = []
        for number, group in enumerate(groups, 1):
            if len(groups) > 1:
                tell.say(f"Edition {number} of {len(groups)}: {group.label}")
            one = _One(run, recipients.owner.actor.name, definition, asked, day, values, group)
            made = await self._edition(one, tell, maker)
            editions.append(made if number == 1 else made.never_stopping())
        return _rendered(editions, recipients, tell)

    async def _edition(self, one: "_One", tell: Tell, maker: Maker) -> MadeEdition:
        async with self.work.database.read_session() as session:
            position = one.run.as_of or str(await session.scalar(text(position_select())))
            same = None if one.asked.elsewhere else await find_same(session, one.sought(position))
            last = await find_last_sent(session, one.run.id, one.run.report_id, one.group.scope, one.run.parameters)
        if same is None and one.run.as_of is not None:
            raise RunFailed(
                "edition_gone", "There is no edition of that event with files, and the past can't be read anew"
            )
        if same is not None:
            why = "The numbers of" if one.run.as_of else "Nothing happened since"
            tell.say(f"{why} run {same.run.id}: its files are these files")
            return _again(same, one.group)
        earlier = None if last is None or not one.comparable(last) else await self._earlier(last, maker)
        tell.progress("reading")
        opened = self.planner.open(one.group.reader, one.asked, one.values, one.day.moment, one.day.tz)
        async with opened as plan:
            link = f"{self.public_url}/reports/{one.run.report_id}?run={one.run.id}"
            task = Task(
                one.run, one.owner, one.definition, one.day, one.values, one.group, plan, position, earlier, link
            )
            return await maker.make(task)

    async def _earlier(self, last: FoundEdition, maker: Maker) -> Earlier:
        """With its rows, if they were kept and are still there."""
        facts, rows = Facts.model_validate(last.row.facts), None
        if last.row.data_blob is not None and facts.data_bytes:
            place = maker.folder / f"edition-{last.row.id}"
            rows = await fetch_rows(self.blobs, last.row.data_blob, facts.data_bytes, place)
        since = Since(edition_id=last.row.id, run_id=last.run.id, moment=last.row.moment, as_of=last.row.as_of)
        return Earlier(side_of(facts, rows), since, facts.day)

    async def _remove(self, stored: list[str]) -> None:
        """What stays in a store that is down is swept later."""
        for name in stored:
            with suppress(BlobStoreDown):
                await self.blobs.delete(name)


@dataclass(frozen=True, slots=True)
class _One:
    """One edition to be made."""

    run: LeasedRun
    owner: str
    definition: Definition
    asked: Asked
    day: RunDay
    values: dict[str, Value]
    group: Group

    def sought(self, position: str) -> Sought:
        run = self.run
        return Sought(run.report_id, run.report_version, run.parameters, self.group.scope, self.day.today, position)

    def comparable(self, last: FoundEdition) -> bool:
        """Whether it was read in the same way: of another source, everything would be new."""
        return bool(Definition.model_validate(last.run.definition).source == self.definition.source)


def _groups(recipients: Recipients, asked: Asked, values: dict[str, Value]) -> list[Group]:
    return recipients.together() if asked.elsewhere else recipients.groups(personal=asks_for_me(asked, values))


def _again(same: FoundEdition, group: Group) -> MadeEdition:
    """The earlier edition with its very files."""
    row = same.row
    facts = Facts.model_validate(row.facts)
    files = tuple(
        MadeFile(file.format, file.name, file.content_type, file.sha256, file.bytes, str(file.stored_name))
        for file in same.files
    )
    return MadeEdition(
        group=group,
        as_of=row.as_of,
        rows=row.rows,
        truncated=row.truncated,
        fingerprint=row.fingerprint,
        facts=facts.model_copy(update={"readers": group.readers, "sight": sight_of(group)}),
        files=files,
        data=row.data_blob,
    )


def _rendered(editions: list[MadeEdition], recipients: Recipients, tell: Tell) -> RenderedRun:
    for edition in editions:
        for check in edition.facts.checks:
            if not check.ok:
                tell.say(f"Check failed ({edition.group.label}): {check.text}", "error" if check.stops else "warning")
    stopping = next((check.text for check in editions[0].facts.checks if check.stops), None)
    return RenderedRun(
        rows=editions[0].rows,
        bytes=sum(edition.bytes for edition in editions),
        truncated=any(edition.truncated for edition in editions),
        as_of=editions[0].as_of,
        stopped=stopping and f"Not sent, a check failed: {stopping}",
        kept=Made(
            editions=tuple(editions),
            people=tuple((one.actor.user_id, one.actor.email) for one in recipients.people),
            outside=Outside(recipients.addresses, recipients.webhooks),
        ),
    )


@asynccontextmanager
async def _said() -> AsyncIterator[None]:
    """Refusals and failures as words for the ledger. What is away now may be there for the next attempt."""
    try:
        yield
    except ExportFailed as error:
        raise RunFailed(error.code, error.message, again=error.code in ("connection", "timeout")) from error
    except AppError as error:
        raise RunFailed(error.code, error.detail, again=error.kind is Kind.UNAVAILABLE) from error
