"""The door to exports."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from trackly.exports.backends import hold_backend
from trackly.exports.charts import bar_chart, line_chart, stacked_chart
from trackly.exports.document import (
    Chart,
    Document,
    DrawnChart,
    Exported,
    ExportedFile,
    ExportJob,
    Figure,
    Format,
)
from trackly.exports.errors import ExportFailed
from trackly.exports.orders import DescriptionOrder, ExportOrder, PreviewOrder
from trackly.exports.outcome import columns_of, exported, previewed
from trackly.exports.plan import Caps, Column, ColumnType, Preview, ReadPlan
from trackly.exports.processes import Processes

PREVIEW_CAPS = Caps(rows=100, bytes=8 * 1024 * 1024, seconds=10.0)


_processes = Processes()


async def export(job: ExportJob, folder: Path, on_progress: Callable[[str, float], None]) -> Exported:
    """Read once, in one snapshot, and write the files of `job` into `folder`, which exists. Raises ExportFailed.

    It runs in a process of its own and ends with the task that awaits it. `on_progress(step, part)`: what is being
    done, in words, and how much of all is done, 0 to 1."""
    told = await _processes.run(ExportOrder(_plain(job), folder), job.caps, on_progress)
    return exported(told, folder)


async def preview(plan: ReadPlan, limit: int = 100, caps: Caps = PREVIEW_CAPS) -> Preview:
    """The first `limit` rows, with time and cost. Moments are in UTC. Raises ExportFailed."""
    return previewed(await _processes.run(PreviewOrder(plan, limit, caps), caps, _say_nothing))


async def describe(plan: ReadPlan, caps: Caps = PREVIEW_CAPS) -> tuple[Column, ...]:
    """The columns that the plan's SELECT would give. Nothing is read. Raises ExportFailed."""
    return columns_of(await _processes.run(DescriptionOrder(plan, caps), caps, _say_nothing))


def warm_up_exports() -> None:
    """Start what makes the processes, so that the first export does not wait for it."""
    _processes.warm_up()


def close_exports() -> None:
    """End it, and every export that still runs."""
    _processes.close()


def _plain(job: ExportJob) -> ExportJob:
    """The job with specifications that can go to another process."""
    charts = tuple(replace(chart, spec=json.loads(json.dumps(chart.spec))) for chart in job.document.charts)
    return replace(job, document=replace(job.document, charts=charts))


def _say_nothing(_step: str, _part: float) -> None:
    return None


__all__ = [
    "PREVIEW_CAPS",
    "Caps",
    "Chart",
    "Column",
    "ColumnType",
    "Document",
    "DrawnChart",
    "ExportFailed",
    "ExportJob",
    "Exported",
    "ExportedFile",
    "Figure",
    "Format",
    "Preview",
    "ReadPlan",
    "bar_chart",
    "close_exports",
    "describe",
    "export",
    "hold_backend",
    "line_chart",
    "preview",
    "stacked_chart",
    "warm_up_exports",
]
