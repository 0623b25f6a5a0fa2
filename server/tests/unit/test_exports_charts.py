"""Charts: one specification, one picture, nothing loaded."""

import json
import re
from typing import Any

import pytest

from trackly.exports.charts import bar_chart, line_chart, stacked_chart
from trackly.exports.drawing import Pen, filled
from trackly.exports.errors import ExportFailed

STATUSES = ["OPEN", "TRIAGED", "IN_PROGRESS", "DONE"]


def both(spec: Any, rows: list[dict[str, Any]]) -> tuple[bytes, bytes]:
    return Pen().drawn(json.dumps(filled(spec, rows)), "c")


def drawn(spec: Any, rows: list[dict[str, Any]]) -> str:
    svg, png = both(spec, rows)
    assert png.startswith(b"\x89PNG")
    return svg.decode()


def test_bars_have_their_names_and_numbers():
    chart = bar_chart("Open by project", "project", "n")
    svg = drawn(chart.spec, [{"project": "Payments", "n": 1234}, {"project": "漢字", "n": 3}])
    assert all(f">{text}<" in svg for text in ("Payments", "漢字", "1,234", "3"))
    assert 'font-family="Inter"' in svg


def test_parts_have_the_colours_of_statuses_in_their_order():
    rows = [{"project": "A", "status": status, "n": 2} for status in reversed(STATUSES)]
    svg = drawn(stacked_chart("t", "project", "n", "status", order=STATUSES).spec, rows)
    begins = {colour: float(x) for x, colour in re.findall(r'd="M([\d.]+),\d+h[^"]*" fill="(#\w+)"', svg)}
    assert 'aria-label="A, OPEN, 2"' in svg
    assert sorted(begins, key=begins.__getitem__) == ["#c4c9d1", "#6ba3c4", "#dda05c", "#3d7a5b"]
    assert ">In progress<" in svg


def test_days_are_the_same_everywhere():
    rows = [{"day": f"2026-11-{day:02d}", "n": day} for day in range(1, 9)]
    svg = drawn(line_chart("t", "day", "n").spec, rows)
    assert ">1 Nov<" in svg


def test_two_lines_have_a_legend():
    rows = [{"day": "2026-11-01", "n": 1, "what": what} for what in ("Created", "Done")]
    svg = drawn(line_chart("t", "day", "n", series="what").spec, rows)
    assert ">Created<" in svg


@pytest.mark.parametrize("name", ["a.b", "a[0]", "it's", 'say "x"', "back\\slash", "ключ"])
def test_names_of_columns_may_be_anything(name: str):
    rows = [{name: "Payments", "n": 7, "part": "x"}]
    assert ">Payments<" in drawn(bar_chart("t", name, "n").spec, rows)
    assert ">Payments<" in drawn(stacked_chart("t", name, "n", "part").spec, rows)
    swapped = [{"p": "Payments", "n": 7, name: "OPEN"}]
    assert ">Open<" in drawn(stacked_chart("t", "p", "n", name, order=STATUSES).spec, swapped)


def test_twenty_bars_at_most():
    svg = drawn(bar_chart("t", "p", "n").spec, [{"p": f"p{n}", "n": 1} for n in range(30)])
    assert ">p19<" in svg
    assert ">p20<" not in svg


GRADIENTS: list[dict[str, Any]] = [
    {"gradient": "linear", "stops": [{"offset": 0, "color": "#fff"}, {"offset": 1, "color": "#00f"}]},
    {"gradient": "radial", "x1": 0.2, "stops": [{"offset": 0, "color": "#fff"}, {"offset": 1, "color": "#00f"}]},
]


@pytest.mark.parametrize("colour", GRADIENTS)
def test_the_same_rows_are_the_same_picture_whatever_was_drawn_before(colour: dict[str, Any]):
    rows = [{"p": "A", "n": 1}, {"p": "B", "n": 2}]
    spec = {**bar_chart("t", "p", "n").spec, "layer": [{"mark": {"type": "bar", "clip": True, "color": colour}}]}
    first = both(spec, rows)
    both(line_chart("t", "p", "n").spec, rows)
    assert both(spec, rows) == first
    names = set(re.findall(r' id="([^"]+)"', first[0].decode()))
    assert names == set(re.findall(r"url\(#([^)]+)\)", first[0].decode()))
    assert names == {f"c-{number}" for number in range(1, len(names) + 1)}


def test_texts_like_the_names_that_are_counted_stay_as_they_are():
    names = ["clip1", "gradient_1", 'id="clip2"', 'fill="url(#clip3)"']
    svg = drawn(bar_chart("t", "p", "n").spec, [{"p": name, "n": 1} for name in names])
    assert all(f">{name}<" in svg for name in names)


def test_the_page_gets_the_specification_with_its_rows():
    spec = filled(bar_chart("t", "p", "n").spec, [{"p": "A", "n": 1}])
    assert spec["data"] == {"name": "rows", "values": [{"p": "A", "n": 1}]}
    assert json.loads(json.dumps(spec)) == spec


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"url": "https://x.example/rows.json"}},
        {"data": {"name": "rows", "values": []}},
        {"layer": [{"mark": "image", "encoding": {"url": {"field": "u"}}}]},
        {"encoding": {"href": {"field": "u"}}},
    ],
)
def test_a_chart_loads_nothing(change: dict[str, Any]):
    with pytest.raises(ExportFailed) as refused:
        filled({**bar_chart("t", "p", "n").spec, **change}, [])
    assert refused.value.code == "render"


def test_a_specification_that_is_none_is_refused_in_words():
    with pytest.raises(ExportFailed) as refused:
        drawn({"data": {"name": "rows"}, "mark": {"type": "no-such-mark"}}, [])
    assert refused.value.message.startswith("A chart can't be drawn")
