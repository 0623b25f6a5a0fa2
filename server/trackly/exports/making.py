"""One export from beginning to end, inside its process: read in one snapshot, then draw, then write."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import pq

from trackly.exports import json_rows
from trackly.exports.document import ExportJob, Format
from trackly.exports.errors import ExportFailed
from trackly.exports.files import DRAWN, SPOOL, FileWriter
from trackly.exports.heads import csv_head, cut_sentence
from trackly.exports.lent_pen import LentPen
from trackly.exports.limits import hold_memory, release_memory
from trackly.exports.outcome import column_out
from trackly.exports.pictures import Picture, draw_all
from trackly.exports.plan import Caps, ReadPlan
from trackly.exports.rows import Rows
from trackly.exports.sink import Sink
from trackly.exports.snapshot import Snapshot, opened

CHART_ROWS = 1000
HEAD_ROWS = 20
DATA_ROWS = 50_000
_DATA = "rows.ndjson.gz"
_SAY_EVERY_S = 0.1
_READ_PART = 0.5
OnConnected = Callable[[pq.abc.PGconn], None]
Say = Callable[[str, float], None]


@dataclass
class Reading:
    """What one snapshot gave. `chart_rows`: for each chart its rows."""

    rows: Rows
    truncated: bool
    fingerprint: bytes
    position: str | None
    figures: list[tuple[str, str | None]]
    checks: list[tuple[str, str | None]]
    chart_rows: list[list[dict[str, Any]]]


@dataclass
class Clock:
    """How long each step took."""

    seconds: dict[str, float] = field(default_factory=dict)
    _since: float = field(default_factory=time.perf_counter)

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(now - self._since, 3)
        self._since = now


def make(
    job: ExportJob, folder: Path, say: Say, on_connected: OnConnected, pen: LentPen | None = None
) -> dict[str, Any]:
    """Everything the job asks for, as files in `folder`; returns what `outcome.exported` reads. Raises ExportFailed."""
    clock = Clock()
    say("Connecting", 0.0)
    hold_memory(job.caps.memory_bytes)
    reading = _read(job, folder, say, on_connected)
    release_memory()
    clock.lap("read")
    writer = FileWriter(job, folder, reading.rows, reading.figures, truncated=reading.truncated)
    steps = _Steps(job, say, clock)
    steps.write(writer, [form for form in job.formats if form not in DRAWN])
    charts = job.document.charts
    writer.pictures = draw_all(charts, reading.chart_rows, folder, steps.chart, pen)
    if pen is not None:
        pen.give_back()  # others may draw while this one sets pages
    clock.lap("charts")
    steps.write(writer, [form for form in job.formats if form in DRAWN])
    result = _told(reading, writer.pictures, folder)
    files = writer.finish(reading.fingerprint)
    clock.lap("finish")
    remarks = [cut_sentence(reading.rows.count)] if reading.truncated else []
    remarks += [remark for remark in writer.remarks if remark not in remarks]
    return {**result, "files": files, "remarks": remarks, "seconds": clock.seconds}


def make_description(plan: ReadPlan, caps: Caps, on_connected: OnConnected) -> dict[str, Any]:
    """The columns of the plan's SELECT. It is understood by the database, not run."""
    with opened(plan, "UTC", caps, on_connected) as snapshot:
        return {"columns": [column_out(column.column) for column in snapshot.columns()]}


def make_preview(plan: ReadPlan, limit: int, caps: Caps, on_connected: OnConnected) -> dict[str, Any]:
    """The first rows, their columns, the time they took and what the planner thinks of the whole."""
    hold_memory(caps.memory_bytes)
    with opened(plan, "UTC", caps, on_connected) as snapshot:
        columns = snapshot.columns()
        begun = time.perf_counter()
        _, texts, more = snapshot.texts(plan.select, limit)
        took_ms = round((time.perf_counter() - begun) * 1000)
        cost = snapshot.cost()
    kinds = [column.column.type for column in columns]
    try:
        rows = [[json_rows.loaded(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in texts]
        size = len(json.dumps(rows))
    except RecursionError:
        raise ExportFailed("too_large", "JSON in the first rows is nested too deeply to be shown") from None
    if size > caps.bytes:
        raise ExportFailed("too_large", "The first rows are too large to be shown")
    named = [column_out(column.column) for column in columns]
    return {"columns": named, "rows": rows, "truncated": more, "ms": took_ms, "plan_cost": cost}


def _read(job: ExportJob, folder: Path, say: Say, on_connected: OnConnected) -> Reading:
    said = _Throttled(say, job.caps.rows)
    with opened(job.plan, job.document.timezone, job.caps, on_connected) as snapshot:
        columns = snapshot.columns()
        with Sink(folder / SPOOL, job.caps.bytes) as sink:
            sink.write(csv_head(columns, raw=job.raw))
            sink.flush()
            offset = sink.bytes
            copied = snapshot.copy(columns, job.caps.rows, sink, raw=job.raw, say=said.rows)
            sink.flush()
        rows = Rows(folder / SPOOL, offset, copied.rows, columns, not job.raw, copied.marks)
        return Reading(
            rows=rows,
            truncated=copied.truncated,
            fingerprint=sink.sha256(),
            position=snapshot.position(),
            figures=[(figure.label, snapshot.value(figure.select)) for figure in job.document.figures],
            checks=[(check.label, snapshot.value(check.select)) for check in job.document.checks],
            chart_rows=_chart_rows(job, snapshot, rows),
        )


def _chart_rows(job: ExportJob, snapshot: Snapshot, rows: Rows) -> list[list[dict[str, Any]]]:
    charts = job.document.charts
    own = json_rows.read_objects(rows, CHART_ROWS) if any(chart.select is None for chart in charts) else []
    drawn = []
    for chart in charts:
        if chart.select is None:
            drawn.append(own)
            continue
        columns, texts, _ = snapshot.texts(chart.select, CHART_ROWS)
        drawn.append([json_rows.loaded_object(columns, row) for row in texts])
    return drawn


def _told(reading: Reading, pictures: list[Picture], folder: Path) -> dict[str, Any]:
    rows = reading.rows
    small = rows.count <= DATA_ROWS
    if small:
        json_rows.write_packed(rows, folder / _DATA)
    return {
        "columns": [column_out(column.column) for column in rows.columns],
        "rows": rows.count,
        "truncated": reading.truncated,
        "position": reading.position,
        "charts": [
            {"title": picture.title, "spec": picture.spec, "png": picture.png.name, "svg": picture.svg.name}
            for picture in pictures
        ],
        "figures": reading.figures,
        "checks": reading.checks,
        "head": [*rows.texts(HEAD_ROWS)],
        "data": _DATA if small else None,
        "fingerprint": reading.fingerprint.hex(),
    }


@dataclass
class _Steps:
    """Says which file or chart is next; half of all work is to read."""

    job: ExportJob
    say: Say
    clock: Clock
    done: int = 0

    def write(self, writer: FileWriter, formats: Sequence[Format]) -> None:
        for form in formats:
            self._say(f"Writing {form.upper()}")
            writer.write(form)
            self.clock.lap(form)

    def chart(self, number: int) -> None:
        self._say(f"Drawing chart {number} of {len(self.job.document.charts)}")

    def _say(self, words: str) -> None:
        steps = len(self.job.formats) + len(self.job.document.charts)
        self.say(words, _READ_PART + (1 - _READ_PART) * self.done / steps)
        self.done += 1


@dataclass
class _Throttled:
    """Says how many rows there are, ten times a second at most."""

    say: Say
    limit: int
    _next: float = 0.0

    def rows(self, count: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SAY_EVERY_S
            self.say(f"{count:,} rows read", 0.05 + (_READ_PART - 0.05) * min(1.0, count / self.limit))
