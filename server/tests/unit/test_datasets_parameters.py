"""A value goes into the tree of a filter, and can't change its structure."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trackly.datasets.parameters import parameters_of, with_values
from trackly.issues.facade import And, InvalidQuery, Node, Not, Or, Phrase, Term, Value, parse_query


def filled(text: str, **values: Any) -> Node:
    return with_values(parse_query(text).where, values)


@pytest.mark.parametrize(
    ("text", "values", "tree"),
    [
        ("status:$s", {"s": "open"}, Term("status", ":", (Value("open", 7),), 0)),
        ("created>:day", {"day": date(2026, 11, 1)}, Term("created", ">", (Value("2026-11-01", 8),), 0)),
        ("assignee:$who", {"who": 7}, Term("assignee", ":", (Value("7", 9),), 0)),
        ("label:$l,ui", {"l": "a, b OR c"}, Term("label", ":", (Value("a, b OR c", 6), Value("ui", 9)), 0)),
        ("label:$l", {"l": ["x", "y"]}, Term("label", ":", (Value("x", 6), Value("y", 6)), 0)),
        ("overdue:$b", {"b": True}, Term("overdue", ":", (Value("true", 8),), 0)),
        ("$words", {"words": 'crash" OR status:open'}, And((Phrase('crash" OR status:open', 0),))),
        ("-label:$l", {"l": None}, Not(And(()))),
        ("label:$l", {"l": []}, And(())),
        ("label:$l,ui", {"l": None}, Term("label", ":", (Value("ui", 9),), 0)),
        ('label:"$l"', {"l": "x"}, Term("label", ":", (Value("$l", 6, True),), 0)),
        ("costs $5", {}, And((parse_query("costs").where, parse_query("      $5").where))),
    ],
)
def test_a_value_takes_the_place_of_its_name(text: str, values: dict[str, Any], tree: Node) -> None:
    assert filled(text, **values) == tree


def test_a_moment_is_written_in_utc() -> None:
    moment = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
    term = filled("updated>=$at", at=moment)
    assert term == Term("updated", ">=", (Value("2026-11-26T08:30:00.000000Z", 9),), 0)


@pytest.mark.parametrize(("text", "position"), [("status:$stauts", 7), ("open $stauts", 5)])
def test_an_unknown_name_is_refused_at_its_place(text: str, position: int) -> None:
    with pytest.raises(InvalidQuery) as refused:
        filled(text, status="open")
    assert refused.value.fields == {"position": position, "expected": "$status", "suggestion": "status"}


def test_a_comparison_takes_one_value() -> None:
    with pytest.raises(InvalidQuery) as refused:
        filled("created>$days", days=[date(2026, 1, 1), date(2026, 1, 2)])
    assert refused.value.fields["position"] == 8


def test_the_names_that_a_filter_asks_for() -> None:
    text = 'status:$a (label:"$b" OR -created>:c) $d costs:5 $9'
    assert parameters_of(parse_query(text).where) == {"a", "c", "d"}


def shape(node: Node) -> Any:
    """The tree without its texts."""
    match node:
        case Term(field, op, values):
            return (field, op, len(values))
        case Not(part):
            return ("not", shape(part))
        case And(parts) | Or(parts):
            return (type(node).__name__, *(shape(part) for part in parts))
        case _:
            return type(node).__name__


@settings(max_examples=300, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_no_value_changes_the_structure(one: str, other: str) -> None:
    text = "(status:$a OR -label:$b,ui) $a created>$b"
    assert shape(filled(text, a=one, b=other)) == shape(filled(text, a="open", b="x"))
