"""One edition: read for one group of readers, compared with the last one, its files put into the store."""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from trackly.attachments.facade import BlobStore, new_blob_name, read_file
from trackly.exports.facade import Document, Exported, ExportedFile, ExportJob, export
from trackly.reports.checks import judge, measures
from trackly.reports.definition import Definition
from trackly.reports.edition_schemas import ChangesOut, ChartFact, CheckFact, ColumnFact, Facts, FigureFact
from trackly.reports.editions import Earlier, Side, changes_since, key_of, moment_text
from trackly.reports.kept_rows import rows_in
from trackly.reports.made import MadeEdition, MadeFile
from trackly.reports.parameters import RunDay, Value, stored_values
from trackly.reports.parts import Format
from trackly.reports.plain import paragraphs
from trackly.reports.plans import SourcePlan
from trackly.reports.scopes import Group
from trackly.reports.standing import sight_of
from trackly.reports.steps import LeasedRun, Tell
from trackly.reports.templates import fill_markdown
from trackly.reports.variables import Told, value_text, variables_of

_TRIES = 3
_PAGES = ("pdf", "html")
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Task:
    """What one edition is made from. `values`: of the parameters, on the day of the run; `position`: of the log, for
    plans that do not read it themselves; `link`: of the page of the run."""

    run: LeasedRun
    owner: str
    definition: Definition
    day: RunDay
    values: dict[str, Value]
    group: Group
    plan: SourcePlan
    position: str
    earlier: Earlier | None
    link: str


@dataclass
class Maker:
    """Makes editions in `folder`. `stored` names what it has put into the store: to be removed when it comes to
    nothing."""

    blobs: BlobStore
    folder: Path
    tell: Tell
    stored: list[str] = field(default_factory=list)

    async def make(self, task: Task) -> MadeEdition:
        """ExportFailed, BlobStoreDown."""
        exported, changes = await self._export(task)
        self.tell.progress("storing the files")
        files = [await self._store(file) for file in exported.files]
        pictures = [await self._store_picture(n, chart.png) for n, chart in enumerate(exported.charts, 1)]
        return MadeEdition(
            group=task.group,
            as_of=exported.position or task.position,
            rows=exported.rows,
            truncated=exported.truncated,
            fingerprint=exported.fingerprint,
            facts=_facts(task, exported, changes, [picture.name for picture in pictures]),
            files=(*files, *pictures),
            data=None if exported.data is None else await self._put(exported.data),
        )

    async def _export(self, task: Task) -> tuple[Exported, ChangesOut | None]:
        """Pages open with what changed, so that the rows are read once before the pages are set; if they are others
        the second time, once more."""
        formats = task.definition.formats
        if not set(formats) & set(_PAGES) or not (task.earlier or task.definition.templates.intro):
            exported = await self._read(task, formats, ())
            return exported, await _compare(task, exported)
        known = await self._read(task, (), ())
        for _ in range(_TRIES):
            changes = await _compare(task, known)
            exported = await self._read(task, formats, _words(task, known, changes))
            if (exported.fingerprint, exported.figures) == (known.fingerprint, known.figures):
                return exported, changes
            known = exported
        self.tell.say("The rows changed each time they were read: the pages do not say what is new", "warning")
        exported = await self._read(task, formats, ())
        return exported, await _compare(task, exported)

    async def _read(self, task: Task, formats: tuple[Format, ...], lines: tuple[str, ...]) -> Exported:
        folder = self.folder / new_blob_name()
        await asyncio.to_thread(folder.mkdir)
        document = _document(task, lines)
        if not formats:
            document = replace(document, charts=())
        job = ExportJob(task.plan.plan, formats, document, file_stem=file_stem(task))
        return await export(job, folder, self.tell.progress)

    async def _store(self, file: ExportedFile) -> MadeFile:
        stored = await self._put(file.path)
        return MadeFile(file.format, file.name, file.content_type, file.sha256, file.bytes, stored)

    async def _store_picture(self, number: int, path: Path) -> MadeFile:
        png = await asyncio.to_thread(path.read_bytes)
        stored, digest = await self._put(path), hashlib.sha256(png).digest()
        return MadeFile("png", f"chart-{number}.png", "image/png", digest, len(png), stored)

    async def _put(self, path: Path) -> str:
        name = new_blob_name()
        self.stored.append(name)
        await self.blobs.put(name, read_file(path))
        return name


def file_stem(task: Task) -> str:
    """The name of the report and the day, in letters that every system keeps."""
    plain = _NOT_IN_NAMES.sub("-", task.run.report_name.lower()).strip("-")[:60] or "report"
    return f"{plain}-{task.day.today.isoformat()}"


def side_now(task: Task, exported: Exported) -> Side:
    return Side(
        columns=exported.columns,
        figures=_figures(exported),
        values=stored_values(task.values),
        rows=None if exported.data is None else rows_in(exported.data),
        key=key_of(exported.columns, task.plan.key),
    )


async def _compare(task: Task, exported: Exported) -> ChangesOut | None:
    """Beside the loop: 50,000 rows take a while."""
    if task.earlier is None:
        return None
    return await asyncio.to_thread(changes_since, task.earlier, side_now(task, exported), task.day.tz)


def _words(task: Task, exported: Exported, changes: ChangesOut | None) -> tuple[str, ...]:
    """What a page opens with: the words of the report's owner, what changed, what was corrected."""
    told = Told(
        report=task.run.report_name,
        owner=task.owner,
        scope=task.group.label,
        moment=task.day.moment,
        tz=task.day.tz,
        rows=exported.rows,
        as_of=exported.position or task.position,
        figures=_figures(exported),
        values=task.values,
        changes=changes,
        link=task.link,
    )
    own = paragraphs(fill_markdown(task.definition.templates.intro, variables_of(told)))
    corrected = (
        [f"Corrected: {one.what} was {one.before}, is {one.after}." for one in changes.restated] if changes else []
    )
    return (*own, *([changes.sentence] if changes else []), *corrected)


def _document(task: Task, lines: tuple[str, ...]) -> Document:
    plan, definition, run = task.plan, task.definition, task.run
    shown = definition.templates.layout != "table"
    told = [one for one in definition.parameters if one.name not in plan.spoken]
    given = [f"{one.label or one.name}: {value_text(task.values[one.name])}" for one in told]
    return Document(
        title=run.report_name,
        subtitle=definition.description,
        as_of_text=f"{moment_text(task.day.moment, task.day.tz)} {task.day.tz}",
        timezone=task.day.tz,
        lines=(*lines, *plan.lines, *([" · ".join(given)] if given else [])),
        charts=plan.charts if shown else (),
        figures=plan.figures if shown else (),
        checks=measures(definition.checks, plan.plan.select),
        notes=(f"Version {run.report_version} of the report. Rights: {task.group.label}.",),
        group_by=definition.document.group_by,
    )


def _figures(exported: Exported) -> tuple[FigureFact, ...]:
    return tuple(FigureFact(label=label, value=value) for label, value in exported.figures)


def _facts(task: Task, exported: Exported, changes: ChangesOut | None, pictures: list[str]) -> Facts:
    verdicts = judge(task.definition.checks, exported.rows, dict(exported.checks))
    charts = zip(exported.charts, pictures, strict=True)
    return Facts(
        readers=task.group.readers,
        sight=sight_of(task.group),
        day=task.day.today,
        tz=task.day.tz,
        values=stored_values(task.values),
        columns=tuple(ColumnFact(name=one.name, type=one.type, title=one.head) for one in exported.columns),
        figures=_figures(exported),
        head=exported.head,
        lines=task.plan.lines,
        remarks=exported.remarks,
        charts=tuple(ChartFact(title=chart.title, spec=chart.spec, picture=name) for chart, name in charts),
        checks=tuple(CheckFact(kind=one.kind, ok=one.ok, stops=one.stops, text=one.text) for one in verdicts),
        changes=changes,
        key=key_of(exported.columns, task.plan.key),
        data_bytes=None if exported.data is None else exported.data.stat().st_size,
    )
