"""Checks of a report's rows: what is measured, and when nothing may be sent."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from trackly.reports.checks import judge, measures, span_s
from trackly.reports.parts import Check

CHECKS: TypeAdapter[list[Check]] = TypeAdapter(list[Check])


def checks(*given: dict[str, Any]) -> list[Check]:
    return CHECKS.validate_python(list(given))


@pytest.mark.parametrize(
    ("bounds", "rows", "ok", "text"),
    [
        ({"min": 1}, 0, False, "0 rows, and at least 1 are expected"),
        ({"min": 1}, 1, True, "1 row"),
        ({"max": 1000}, 1200, False, "1,200 rows, and at most 1,000 are expected"),
        ({"min": 1, "max": 5}, 5, True, "5 rows"),
    ],
)
def test_row_count(bounds: dict[str, int], rows: int, ok: bool, text: str) -> None:
    (verdict,) = judge(checks({"kind": "row_count", **bounds}), rows, {})
    assert (verdict.ok, verdict.stops, verdict.text) == (ok, not ok, text)


@pytest.mark.parametrize(
    ("measured", "ok", "text"),
    [
        ("7200.5", True, "the newest updated is 2.0 h old"),
        ("-3", True, "the newest updated is 0 s old"),
        ("90000", False, "the newest updated is 1.0 d old, and at most 1d is expected"),
        (None, False, "updated has no value at all, and one of the last 1d is expected"),
    ],
)
def test_freshness(measured: str | None, ok: bool, text: str) -> None:
    (verdict,) = judge(checks({"kind": "freshness", "column": "updated", "max_age": "1d"}), 3, {"0": measured})
    assert (verdict.ok, verdict.text) == (ok, text)


@pytest.mark.parametrize(
    ("measured", "ok", "text"),
    [
        ("0.05", True, "5.0% of the rows have no assignee"),
        ("0.5", False, "50.0% of the rows have no assignee, and at most 10.0% is expected"),
        (None, True, "no rows, so none without assignee"),
    ],
)
def test_nulls(measured: str | None, ok: bool, text: str) -> None:
    asked = {"kind": "nulls", "column": "assignee", "max_share": 0.1, "on_fail": "warn"}
    (verdict,) = judge(checks(asked), 3, {"0": measured})
    assert (verdict.ok, verdict.stops, verdict.text) == (ok, False, text)


def test_each_measure_carries_the_place_of_its_check() -> None:
    asked = checks(
        {"kind": "row_count", "min": 1},
        {"kind": "nulls", "column": 'we"ird', "max_share": 0},
        {"kind": "freshness", "column": "at", "max_age": "90m"},
    )
    found = measures(asked, "SELECT 1")
    assert [figure.label for figure in found] == ["1", "2"]
    assert '"we""ird" IS NULL' in found[0].select
    assert span_s("90m") == 5400


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "row_count"},
        {"kind": "row_count", "min": 5, "max": 4},
        {"kind": "freshness", "column": "a", "max_age": "soon"},
        {"kind": "nulls", "column": "a", "max_share": 1.5},
        {"kind": "nulls", "column": "a\nb", "max_share": 0.5},
        {"kind": "colour"},
    ],
)
def test_checks_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        checks(wrong)
