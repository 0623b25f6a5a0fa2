"""Charts in Trackly's colours, as Vega-Lite: the same picture in page, PDF and mail.

Grey is the rest, the accent is the point; numbers stand at the bars, not on an axis beside them. Days are read and
shown in UTC, so that a day is the same day everywhere."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from trackly.exports.document import Chart

BARS = 20
WIDTH = 420
_ACCENT, _REST, _GRID, _INK, _FAINT = "#3a4fd0", "#9aa1ad", "#e6e8ec", "#454b56", "#6b7280"
_SERIES = [_ACCENT, _REST, "#dda05c", "#3d7a5b", "#6ba3c4", "#b30f50"]
_WORDS = {
    "open": "#c4c9d1",
    "triaged": "#6ba3c4",
    "in_progress": "#dda05c",
    "done": "#3d7a5b",
    "low": "#c4c9d1",
    "medium": "#d9b84a",
    "high": "#d1733f",
    "critical": "#b30f50",
    "urgent": "#b30f50",
}
_CONFIG: Mapping[str, Any] = {
    "font": "Inter",
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "grid": False,
        "title": None,
        "labelPadding": 6,
        "labelFontSize": 11,
        "labelColor": _INK,
        "titleColor": _FAINT,
        "gridColor": _GRID,
        "tickMinStep": 1,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelLimit": 180,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 11,
        "labelColor": _INK,
        "titleColor": _FAINT,
        "symbolType": "square",
        "symbolSize": 90,
        "offset": 6,
        "columnPadding": 14,
    },
}
_NUMBER = ",.12~g"
_NUMBERS = {"grid": True, "tickCount": 4, "title": None, "format": _NUMBER}
_PATH = ".[]\\'\""
_SENTENCE = "upper(slice(datum.label, 0, 1)) + replace(lower(slice(datum.label, 1)), '_', ' ')"


def bar_chart(title: str, category: str, value: str, *, select: str | None = None, value_title: str = "") -> Chart:
    """A bar for each `category`, in the order of the rows, the first 20; `category` and `value` name columns."""
    read = _Fields()
    encoding = {
        "y": _category(read.field(category)),
        "x": {"field": read.field(value), "type": "quantitative", "axis": None},
        "tooltip": read.told((category, "nominal"), (value, "quantitative")),
    }
    number = {"field": read.field(value), "type": "quantitative", "format": _NUMBER}
    spec = {
        **_start(value_title, {"step": 24}),
        "transform": [*read.transforms, *_first_bars()],
        "encoding": encoding,
        "layer": [
            {"mark": {"type": "bar", "color": _ACCENT, "height": 14, "cornerRadiusEnd": 2}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "color": _FAINT},
                "encoding": {"text": number},
            },
        ],
    }
    return Chart(title, spec, select)


def line_chart(
    title: str, day: str, value: str, *, series: str | None = None, select: str | None = None, value_title: str = ""
) -> Chart:
    """One line over days; with `series`, one for each of its values; more than four read badly."""
    read = _Fields()
    encoding: dict[str, Any] = {
        "x": {
            "field": read.day(day),
            "type": "temporal",
            "scale": {"type": "utc"},
            "axis": {"format": "%-d %b", "tickCount": 6, "labelFlush": True, "labelOverlap": True},
        },
        "y": {
            "field": read.field(value),
            "type": "quantitative",
            "scale": {"zero": True, "nice": True},
            "axis": _NUMBERS,
        },
        "tooltip": read.told((day, "temporal"), (value, "quantitative")),
    }
    mark: dict[str, Any] = {"type": "line", "strokeWidth": 2, "point": {"size": 18}}
    if series is None:
        mark |= {"color": _ACCENT, "point": {"size": 18, "color": _ACCENT}}
    else:
        scale = {"range": _SERIES}
        encoding["color"] = {"field": read.field(series), "type": "nominal", "sort": None, "scale": scale}
        encoding["tooltip"] += read.told((series, "nominal"))
    spec = {**_start(value_title, 180), "transform": read.transforms, "mark": mark, "encoding": encoding}
    return Chart(title, spec, select)


def stacked_chart(
    title: str,
    category: str,
    value: str,
    part: str,
    *,
    order: Sequence[str] = (),
    select: str | None = None,
    value_title: str = "",
) -> Chart:
    """A bar for each `category`, its parts side by side in it. `order`: the values of `part`, the first begins.

    Values that are names of a status, severity or priority have its colour."""
    read = _Fields()
    named = [_WORDS.get(word.strip().lower().replace(" ", "_")) for word in order]
    known = bool(order) and all(named)
    scale = {"domain": [*order], "range": named if known else _SERIES} if order else {"range": _SERIES}
    color = {"field": read.field(part), "type": "nominal", "sort": [*order] or None, "scale": scale}
    encoding = {
        "y": _category(read.field(category)),
        "x": {"field": read.field(value), "type": "quantitative", "axis": _NUMBERS},
        "color": {**color, "legend": {"labelExpr": _SENTENCE}} if known else color,
        "order": {"field": "rank_of_part", "type": "quantitative"},
        "description": {"field": "said", "type": "nominal"},
        "tooltip": read.told((category, "nominal"), (part, "nominal"), (value, "quantitative")),
    }
    rank = {"calculate": f"indexof({json.dumps([*order])}, datum[{json.dumps(part)}])", "as": "rank_of_part"}
    words = " + ', ' + ".join(f"datum[{json.dumps(name)}]" for name in (category, part, value))
    spec = {
        **_start(value_title, {"step": 24}),
        "transform": [*read.transforms, rank, {"calculate": words, "as": "said"}],
        "mark": {"type": "bar", "height": 14},
        "encoding": encoding,
    }
    return Chart(title, spec, select)


class _Fields:
    """How columns are named in a specification: as they are, or, when Vega would read a path in the name, by a field
    that is calculated from it."""

    def __init__(self) -> None:
        self.transforms: list[dict[str, Any]] = []
        self._named: dict[str, str] = {}

    def field(self, name: str) -> str:
        return self._read(name, "datum[{}]")

    def day(self, name: str) -> str:
        return self._read(name, "toDate(datum[{}])")

    def told(self, *fields: tuple[str, str]) -> list[dict[str, str]]:
        """What a tooltip says."""
        return [{"field": self.field(name), "type": kind, "title": name} for name, kind in fields]

    def _read(self, name: str, expression: str) -> str:
        if not any(sign in name for sign in _PATH):
            return name
        if name not in self._named:
            self._named[name] = f"column_{len(self._named)}"
            calculated = {"calculate": expression.format(json.dumps(name)), "as": self._named[name]}
            self.transforms.append(calculated)
        return self._named[name]


def _start(said: str, height: Any) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        **({"description": said} if said else {}),
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "padding": {"left": 0, "right": 24, "top": 4, "bottom": 4},
        "data": {"name": "rows"},
        "config": _CONFIG,
    }


def _category(field: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "sort": None, "axis": {"title": None}}


def _first_bars() -> list[dict[str, Any]]:
    return [{"window": [{"op": "row_number", "as": "place"}]}, {"filter": f"datum.place <= {BARS}"}]
