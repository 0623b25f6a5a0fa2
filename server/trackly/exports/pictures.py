"""The charts of a document, drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackly.exports.document import Chart
from trackly.exports.drawing import Pen, filled


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its rows inside, and its files. `is_empty`: there was no row to draw."""

    title: str
    spec: dict[str, Any]
    svg: Path
    png: Path
    is_empty: bool


def draw_all(
    charts: Sequence[Chart], rows: Sequence[Sequence[Mapping[str, Any]]], folder: Path, say: Callable[[int], None]
) -> list[Picture]:
    """Each chart from its rows, as SVG and PNG in `folder`. Raises ExportFailed(render)."""
    if not charts:
        return []
    pen, pictures = Pen(), []
    for number, (chart, its_rows) in enumerate(zip(charts, rows, strict=True), start=1):
        say(number)
        spec = filled(chart.spec, its_rows)
        picture = Picture(
            chart.title, spec, folder / f"chart-{number}.svg", folder / f"chart-{number}.png", not its_rows
        )
        pen.draw(spec, picture.svg, picture.png)
        pictures.append(picture)
    return pictures
