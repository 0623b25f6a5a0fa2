"""Charts: one specification, one picture, nothing loaded."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from trackly.exports.charts import bar_chart, line_chart, stacked_chart
from trackly.exports.drawing import Pen, filled
from trackly.exports.errors import ExportFailed

STATUSES = ["OPEN", "TRIAGED", "IN_PROGRESS", "DONE"]


def drawn(spec: Any, rows: list[dict[str, Any]], folder: Path) -> str:
    Pen().draw(filled(spec, rows), folder / "c.svg", folder / "c.png")
    assert (folder / "c.png").read_bytes().startswith(b"\x89PNG")
    return (folder / "c.svg").read_text(encoding="utf-8")


def test_bars_have_their_names_and_numbers(tmp_path: Path):
    chart = bar_chart("Open by project", "project", "n")
    svg = drawn(chart.spec, [{"project": "Payments", "n": 1234}, {"project": "漢字", "n": 3}], tmp_path)
    assert all(f">{text}<" in svg for text in ("Payments", "漢字", "1,234", "3"))
    assert 'font-family="Inter"' in svg


def test_parts_have_the_colours_of_statuses_in_their_order(tmp_path: Path):
    rows = [{"project": "A", "status": status, "n": 2} for status in reversed(STATUSES)]
    svg = drawn(stacked_chart("t", "project", "n", "status", order=STATUSES).spec, rows, tmp_path)
    begins = {colour: float(x) for x, colour in re.findall(r'd="M([\d.]+),\d+h[^"]*" fill="(#\w+)"', svg)}
    assert 'aria-label="A, OPEN, 2"' in svg
    assert sorted(begins, key=begins.__getitem__) == ["#c4c9d1", "#6ba3c4", "#dda05c", "#3d7a5b"]
    assert ">In progress<" in svg


def test_days_are_the_same_everywhere(tmp_path: Path):
    rows = [{"day": f"2026-11-{day:02d}", "n": day} for day in range(1, 9)]
    svg = drawn(line_chart("t", "day", "n").spec, rows, tmp_path)
    assert ">1 Nov<" in svg


def test_two_lines_have_a_legend(tmp_path: Path):
    rows = [{"day": "2026-11-01", "n": 1, "what": what} for what in ("Created", "Done")]
    svg = drawn(line_chart("t", "day", "n", series="what").spec, rows, tmp_path)
    assert ">Created<" in svg


@pytest.mark.parametrize("name", ["a.b", "a[0]", "it's", 'say "x"', "back\\slash", "ключ"])
def test_names_of_columns_may_be_anything(tmp_path: Path, name: str):
    rows = [{name: "Payments", "n": 7, "part": "x"}]
    assert ">Payments<" in drawn(bar_chart("t", name, "n").spec, rows, tmp_path)
    assert ">Payments<" in drawn(stacked_chart("t", name, "n", "part").spec, rows, tmp_path)
    swapped = [{"p": "Payments", "n": 7, name: "OPEN"}]
    assert ">Open<" in drawn(stacked_chart("t", "p", "n", name, order=STATUSES).spec, swapped, tmp_path)


def test_twenty_bars_at_most(tmp_path: Path):
    svg = drawn(bar_chart("t", "p", "n").spec, [{"p": f"p{n}", "n": 1} for n in range(30)], tmp_path)
    assert ">p19<" in svg
    assert ">p20<" not in svg


def test_the_same_rows_are_the_same_picture(tmp_path: Path):
    rows = [{"p": "A", "n": 1}]
    first = drawn(bar_chart("t", "p", "n").spec, rows, tmp_path)
    png = (tmp_path / "c.png").read_bytes()
    assert drawn(bar_chart("t", "p", "n").spec, rows, tmp_path) == first
    assert (tmp_path / "c.png").read_bytes() == png


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


def test_a_specification_that_is_none_is_refused_in_words(tmp_path: Path):
    with pytest.raises(ExportFailed) as refused:
        drawn({"data": {"name": "rows"}, "mark": {"type": "no-such-mark"}}, [], tmp_path)
    assert refused.value.message.startswith("A chart can't be drawn")
