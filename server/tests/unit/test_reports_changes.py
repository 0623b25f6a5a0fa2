"""What differs between the rows of two editions."""

import random

from trackly.reports.changes import NAMED_MOST, FieldDifference, Layout, RowDifference, compare_rows

COLUMNS = ("key", "title", "status", "age_days")
KEYED = Layout(COLUMNS, ("key",), "title")


def rows(*given: tuple[object, ...]):
    return lambda: iter([list(row) for row in given])


def test_by_key() -> None:
    before = rows(("A-1", "One", "OPEN", 1.0), ("A-2", "Two", "OPEN", 2.0), ("A-3", "Three", "DONE", 3.0))
    after = rows(("A-3", "Three", "DONE", 4.0), ("A-4", "Four", "OPEN", 0.1), ("A-2", "Two", "DONE", 3.0))
    found = compare_rows(before, after, KEYED, KEYED)
    assert found is not None
    assert (found.n_added, found.n_gone, found.n_changed, found.n_unchanged, found.total) == (1, 1, 1, 1, 3)
    assert found.added == (RowDifference(("A-4",), "Four"),)
    assert found.gone == (RowDifference(("A-1",), "One"),)
    assert found.changed == (RowDifference(("A-2",), "Two", (FieldDifference("status", "OPEN", "DONE"),)),)


def test_what_only_grows_older_has_not_changed() -> None:
    found = compare_rows(rows(("A-1", "One", "OPEN", 1.0)), rows(("A-1", "One", "OPEN", 8.0)), KEYED, KEYED)
    assert found is not None
    assert (found.total, found.n_unchanged) == (0, 1)


def test_a_key_of_two_columns() -> None:
    layout = Layout(("day", "project", "created"), ("day", "project"))
    before = rows(("2026-11-24", "TRK", 3), ("2026-11-24", "DEP", 1))
    after = rows(("2026-11-24", "TRK", 4), ("2026-11-24", "DEP", 1))
    found = compare_rows(before, after, layout, layout)
    assert found is not None
    assert found.changed == (RowDifference(("2026-11-24", "TRK"), "", (FieldDifference("created", 3, 4),)),)


def test_without_a_key_whole_rows_count_each_as_often_as_they_are_there() -> None:
    layout = Layout(("name", "n"))
    found = compare_rows(rows(("a", 1), ("a", 1), ("b", 2)), rows(("a", 1), ("c", 3)), layout, layout)
    assert found is not None
    assert (found.n_added, found.n_gone, found.n_changed, found.n_unchanged) == (1, 2, 0, 1)


def test_a_key_that_is_there_twice_is_none() -> None:
    twice = rows(("A-1", "One", "OPEN", 1.0), ("A-1", "One again", "OPEN", 1.0))
    once = rows(("A-1", "One", "OPEN", 1.0))
    for before, after, counts in ((twice, once, (0, 1, 0, 1)), (once, twice, (1, 0, 0, 1))):
        found = compare_rows(before, after, KEYED, KEYED)
        assert found is not None
        assert (found.n_added, found.n_gone, found.n_changed, found.n_unchanged) == counts


def test_other_columns_can_t_be_compared() -> None:
    assert compare_rows(rows(), rows(), KEYED, Layout(("key", "title"), ("key",))) is None


def test_some_are_named_and_all_are_counted() -> None:
    dice = random.Random(7)
    old = {f"A-{n}": dice.randrange(3) for n in range(500)}
    new = {key: dice.randrange(3) for key in dice.sample(sorted(old), 400)} | {f"B-{n}": 0 for n in range(60)}
    layout = Layout(("key", "n"), ("key",))
    found = compare_rows(rows(*old.items()), rows(*new.items()), layout, layout)
    assert found is not None
    changed = [key for key in new if key in old and old[key] != new[key]]
    assert (found.n_added, found.n_gone, found.n_changed) == (60, 100, len(changed))
    assert [row.key[0] for row in found.changed] == changed[:NAMED_MOST]
    assert len(found.added) == len(found.gone) == NAMED_MOST
    assert [row.key[0] for row in found.gone] == [key for key in old if key not in new][:NAMED_MOST]
