"""Parameters: what relative dates mean, which values are of which type, and what is said of the others."""

from datetime import UTC, date, datetime

import pytest

from trackly.kit.errors import InvalidInput
from trackly.reports.parameters import (
    RunDay,
    check_declarations,
    parse_day,
    resolve_values,
    restored_values,
    stored_values,
)
from trackly.reports.parts import Parameter

THURSDAY = date(2026, 11, 26)
NOON = RunDay(datetime(2026, 11, 26, 12, 0, tzinfo=UTC), "UTC")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-01", date(2026, 12, 1)),
        ("today", THURSDAY),
        ("yesterday", date(2026, 11, 25)),
        (" Tomorrow ", date(2026, 11, 27)),
        ("-7d", date(2026, 11, 19)),
        ("+2w", date(2026, 12, 10)),
        ("-1m", date(2026, 10, 26)),
        ("-1y", date(2025, 11, 26)),
        ("monday", date(2026, 11, 23)),
        ("sunday", date(2026, 11, 29)),
        ("last_monday", date(2026, 11, 16)),
        ("next_friday", date(2026, 12, 4)),
        ("week_start", date(2026, 11, 23)),
        ("last_week_end", date(2026, 11, 22)),
        ("month_start", date(2026, 11, 1)),
        ("month_end", date(2026, 11, 30)),
        ("last_month_start", date(2026, 10, 1)),
        ("last_month_end", date(2026, 10, 31)),
        ("quarter_start", date(2026, 10, 1)),
        ("last_quarter_start", date(2026, 7, 1)),
        ("last_quarter_end", date(2026, 9, 30)),
        ("year_start", date(2026, 1, 1)),
        ("last_year_end", date(2025, 12, 31)),
        ("next_year_start", date(2027, 1, 1)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert parse_day(text, THURSDAY) == day


def test_a_month_keeps_its_day_or_takes_its_last() -> None:
    assert parse_day("-1m", date(2026, 3, 31)) == date(2026, 2, 28)
    assert parse_day("+1m", date(2028, 1, 31)) == date(2028, 2, 29)
    assert parse_day("-1y", date(2028, 2, 29)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must be a date such as"),
        ("2026-02-30", "no calendar has"),
        ("-9999y", "no calendar has"),
        ("last_today", "must be a date such as"),
        ("mondai", "did you mean monday?"),
        ("7 days ago", "must be a date such as"),
    ],
)
def test_what_is_no_day(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        parse_day(text, THURSDAY)


def test_the_day_is_the_zone_s() -> None:
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert RunDay(late, "UTC").today == THURSDAY
    assert RunDay(late, "Europe/Helsinki").today == date(2026, 11, 27)
    assert RunDay(late, "America/New_York").today == THURSDAY


def parameter(name: str, kind: str, **over: object) -> Parameter:
    return Parameter.model_validate({"name": name, "type": kind, **over})


def test_defaults_and_given_values() -> None:
    declared = [
        parameter("since", "date", default="-7d"),
        parameter("project", "project"),
        parameter("who", "person", default="me"),
        parameter("least", "integer", default=3),
    ]
    values = resolve_values(declared, {"project": "trk", "least": 5}, NOON)
    assert values == {"since": date(2026, 11, 19), "project": "TRK", "who": "me", "least": 5}
    assert restored_values(declared, stored_values(values)) == values


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("date", 20261126),
        ("date", "soon"),
        ("text", 5),
        ("text", "x" * 2001),
        ("integer", "5"),
        ("integer", True),
        ("integer", 1.5),
        ("integer", 2**63),
        ("number", True),
        ("number", "1"),
        ("boolean", 1),
        ("project", "a b"),
        ("project", 3),
        ("label", ""),
        ("person", "ada"),
        ("person", 0),
        ("person", True),
    ],
)
def test_values_of_another_type(kind: str, value: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        resolve_values([parameter("it", kind)], {"it": value}, NOON)  # type: ignore[dict-item]
    assert [error.field for error in refused.value.errors] == ["parameters.it"]


def test_unknown_and_missing_values_are_named_together() -> None:
    declared = [parameter("since", "date", required=True), parameter("project", "project")]
    with pytest.raises(InvalidInput) as refused:
        resolve_values(declared, {"sinse": "today"}, NOON)
    assert [(error.field, error.message) for error in refused.value.errors] == [
        ("parameters.sinse", "the report has no such parameter; did you mean since?"),
        ("parameters.since", "needs a value"),
    ]
    assert resolve_values(declared, {}, NOON, needed=False) == {"since": None, "project": None}


def test_declarations() -> None:
    check_declarations([parameter("since", "date", default="last_month_start")])
    with pytest.raises(InvalidInput) as refused:
        check_declarations(
            [parameter("a", "date", default="someday"), parameter("a", "integer"), parameter("b", "boolean", default=1)]
        )
    assert [error.field for error in refused.value.errors] == [
        "parameters.0.default",
        "parameters.1.name",
        "parameters.2.default",
    ]
