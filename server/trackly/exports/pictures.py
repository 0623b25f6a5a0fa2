"""The charts of a document, drawn."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trackly.exports.document import Chart
from trackly.exports.drawing import Draws, Pen, filled


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its rows inside, and its files. `is_empty`: there was no row to draw."""

    title: str
    spec: dict[str, Any]
    svg: Path
    png: Path
    is_empty: bool


def draw_all(
    charts: Sequence[Chart],
    rows: Sequence[Sequence[Mapping[str, Any]]],
    folder: Path,
    say: Callable[[int], None],
    pen: Draws | None = None,
) -> list[Picture]:
    """Each chart from its rows, as SVG and PNG in `folder`. Raises ExportFailed(render, or memory when a pen dies).

    Without a `pen` this process draws."""
    if not charts:
        return []
    pen, pictures = pen or Pen(), []
    for number, (chart, its_rows) in enumerate(zip(charts, rows, strict=True), start=1):
        say(number)
        spec = filled(chart.spec, its_rows)
        picture = Picture(
            chart.title, spec, folder / f"chart-{number}.svg", folder / f"chart-{number}.png", not its_rows
        )
        svg, png = pen.drawn(json.dumps(spec), picture.svg.stem)
        picture.svg.write_bytes(svg)
        picture.png.write_bytes(png)
        pictures.append(picture)
    return pictures
