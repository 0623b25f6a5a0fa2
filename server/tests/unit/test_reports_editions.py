"""What an edition says of the one before: figures, rows, and numbers that were sent and are others now."""

from datetime import UTC, date, datetime
from typing import Any

from trackly.exports.facade import Column, ColumnType
from trackly.reports.edition_schemas import FigureFact, Since
from trackly.reports.editions import Earlier, Side, changes_since, key_of

TEXT, INTEGER, DATE = ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DATE
DAILY = (Column("day", DATE, "Day"), Column("project", TEXT), Column("created", INTEGER, "Created"))
SENT = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def side(rows: list[list[Any]] | None, figures: dict[str, str | None], **values: Any) -> Side:
    facts = tuple(FigureFact(label=label, value=value) for label, value in figures.items())
    return Side(DAILY, facts, values, None if rows is None else lambda: iter(rows), key_of(DAILY, ()))


def earlier(one: Side) -> Earlier:
    return Earlier(one, Since(edition_id=7, run_id=3, moment=SENT, as_of="1.90"), date(2026, 11, 25))


def test_the_key_is_known_named_or_all_before_the_first_number() -> None:
    assert key_of(DAILY, ()) == ("day", "project")
    assert key_of(DAILY, ("day",)) == ("day",)
    assert key_of(DAILY, ("issue",)) == ("day", "project")
    assert key_of((Column("n", INTEGER), Column("ID", INTEGER), Column("name", TEXT)), ()) == ("ID",)
    assert key_of((Column("n", INTEGER),), ()) == ()


def test_nothing_changed() -> None:
    one = side([["2026-11-24", "TRK", 3]], {"Created": "3"})
    found = changes_since(earlier(one), one, "Europe/Helsinki")
    assert found.sentence == "Nothing changed since 25 Nov 2026, 09:00."
    assert (found.restated, found.since.edition_id) == ([], 7)
    assert [(figure.before, figure.after, figure.difference) for figure in found.figures] == [("3", "3", "0")]


def test_rows_and_figures_in_one_sentence() -> None:
    then = side([["2026-11-24", "TRK", 3], ["2026-11-24", "DEP", 1]], {"Created": "4", "Median": "2.5", "Old": "1"})
    now = side([["2026-11-24", "DEP", 1], ["2026-11-25", "TRK", 2]], {"Created": "3", "Median": None})
    found = changes_since(earlier(then), now, "UTC")
    assert found.sentence == "1 new, 1 gone; Created 4 → 3; Median 2.5 → – since 25 Nov 2026, 07:00."
    assert [(figure.label, figure.difference) for figure in found.figures] == [("Created", "-1"), ("Median", None)]


def test_a_day_that_was_over_and_counts_otherwise_now_is_a_correction() -> None:
    then = side([["2026-11-24", "TRK", 3], ["2026-11-25", "TRK", 1]], {})
    now = side([["2026-11-24", "TRK", 5], ["2026-11-25", "TRK", 4]], {})
    found = changes_since(earlier(then), now, "UTC")
    assert [(one.what, one.before, one.after) for one in found.restated] == [("24 Nov 2026 TRK: Created", "3", "5")]
    assert found.rows is not None
    assert found.rows.n_changed == 2


def test_a_figure_of_a_period_that_was_over_is_a_correction() -> None:
    period = {"since": "2026-10-01", "until": "2026-10-31"}
    then, now = side(None, {"Done": "40"}, **period), side(None, {"Done": "41"}, **period)
    found = changes_since(earlier(then), now, "UTC")
    assert [(one.what, one.before, one.after) for one in found.restated] == [("Done", "40", "41")]
    assert found.rows is None


def test_a_figure_of_a_period_that_goes_on_or_is_another_one_is_none() -> None:
    going = {"since": "2026-11-01", "until": "2026-11-25"}
    then, now = side(None, {"Done": "40"}, **going), side(None, {"Done": "41"}, **going)
    assert changes_since(earlier(then), now, "UTC").restated == []
    then, now = side(None, {"Done": "40"}, until="2026-10-31"), side(None, {"Done": "41"}, until="2026-11-01")
    assert changes_since(earlier(then), now, "UTC").restated == []
    assert changes_since(earlier(side(None, {"Done": "40"})), side(None, {"Done": "41"}), "UTC").restated == []
