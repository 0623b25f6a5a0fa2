"""The query language: what it understands, what it refuses and where, and that no text can break it."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement

from trackly.issues.errors import InvalidQuery
from trackly.issues.filters import where
from trackly.issues.language import QUERY_MAX, And, Node, Not, Or, Phrase, Query, Term, Value, Word, parse_query
from trackly.issues.terms import (
    AnyOf,
    Condition,
    Flag,
    InProjects,
    Labelled,
    OneOf,
    PersonIs,
    Ranked,
    Reading,
    Unset,
    Within,
    meaning_of,
)

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
READING = Reading(user_id=7, now=NOW)


def meaning(text: str) -> Condition:
    term = parse_query(text).where
    assert isinstance(term, Term)
    return meaning_of(term, READING)


def refusal(text: str) -> InvalidQuery:
    with pytest.raises(InvalidQuery) as refused:
        where(parse_query(text).where, READING)
    return refused.value


def day(year: int, month: int, on: int) -> datetime:
    return datetime(year, month, on, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", And(())),
        ("   ", And(())),
        ("crash", Word("crash", 0)),
        ('"log in"', Phrase("log in", 0)),
        (r'"a \"b\" c"', Phrase('a "b" c', 0)),
        ("a b", And((Word("a", 0), Word("b", 2)))),
        ("a AND b", And((Word("a", 0), Word("b", 6)))),
        ("a OR b c", Or((Word("a", 0), And((Word("b", 5), Word("c", 7)))))),
        ("(a OR b) c", And((Or((Word("a", 1), Word("b", 6))), Word("c", 9)))),
        ("-a", Not(Word("a", 1))),
        ("--a", Not(Not(Word("a", 2)))),
        ("a - b", And((Word("a", 0), Word("-", 2), Word("b", 4)))),
        ("ORDER android", And((Word("ORDER", 0), Word("android", 6)))),
        ("status:open,done", Term("status", ":", (Value("open", 7), Value("done", 12)), 0)),
        ('label:"good first",x', Term("label", ":", (Value("good first", 6, True), Value("x", 19)), 0)),
        ("severity>=high", Term("severity", ">=", (Value("high", 10),), 0)),
        ("status=open", Term("status", ":", (Value("open", 7),), 0)),
        ("std::string", Word("std::string", 0)),
        ("http://a.b/c", Word("http://a.b/c", 0)),
        ("-label:x", Not(Term("label", ":", (Value("x", 7),), 1))),
    ],
)
def test_a_text_becomes_its_tree(text: str, tree: Node) -> None:
    assert parse_query(text).where == tree


def test_the_order_is_taken_out_of_the_tree() -> None:
    assert parse_query("crash sort:-updated") == Query(Word("crash", 0), Value("-updated", 11))
    assert parse_query("sort:due") == Query(And(()), Value("due", 5))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("status:open,in_progress", OneOf("status", ("OPEN", "IN_PROGRESS"))),
        ("status:In-Progress", OneOf("status", ("IN_PROGRESS",))),
        ("resolution:wont_fix", OneOf("resolution", ("WONT_FIX",))),
        ("severity>=high", Ranked("severity_rank", ">=", 2)),
        ("priority<urgent", Ranked("priority_rank", "<", 3)),
        ("assignee:me", PersonIs("assignee_id", (7,), (), False)),
        ("assignee:none,12", PersonIs("assignee_id", (12,), (), True)),
        ('reporter:"Ada Admin"', PersonIs("reporter_id", (), ("ada admin",), False)),
        ('assignee:"me"', PersonIs("assignee_id", (), ("me",), False)),
        ("label:Bug,none", Labelled(("bug",), True)),
        ("project:trk", InProjects(("TRK",))),
        ("is:overdue", AnyOf((Flag("overdue"),))),
        ("due:none", AnyOf((Unset("due_on"),))),
        ("due<2026-12-01", AnyOf((Within("due_on", None, date(2026, 12, 1)),))),
        ("due<=2026-12-01", AnyOf((Within("due_on", None, date(2026, 12, 2)),))),
        ("due:today", AnyOf((Within("due_on", date(2026, 11, 20), date(2026, 11, 21)),))),
        ("due<=+7d", AnyOf((Within("due_on", None, date(2026, 11, 28)),))),
        ("updated>-7d", Within("updated_at", NOW - timedelta(days=7), None)),
        ("created>=2026-11-01", Within("created_at", day(2026, 11, 1), None)),
        ("created>2026-11-01", Within("created_at", day(2026, 11, 2), None)),
        ("done:yesterday", AnyOf((Within("done_at", day(2026, 11, 19), day(2026, 11, 20)),))),
        ("updated:-7d", AnyOf((Within("updated_at", day(2026, 11, 13), day(2026, 11, 14)),))),
        ("updated<2026-11-20T12:00+02:00", Within("updated_at", None, datetime(2026, 11, 20, 10, tzinfo=UTC))),
    ],
)
def test_a_term_means_its_condition(text: str, condition: Condition) -> None:
    assert meaning(text) == condition


@pytest.mark.parametrize(
    ("text", "position", "suggestion"),
    [
        ("stauts:open", 0, "status"),
        ("crash status:opne", 13, "open"),
        ("severity>=hihg", 10, "high"),
        ("is:overdeu", 3, "overdue"),
        ("status:", 7, None),
        ("status: open", 7, None),
        ("label:a,", 8, None),
        ("(a OR b", 0, None),
        ("a)", 1, None),
        ("()", 1, None),
        ("a OR", 4, None),
        ("OR a", 0, None),
        ("a AND", 5, None),
        ("a OR sort:due", 2, None),
        ('"open', 0, None),
        ("-sort:due", 1, None),
        ("sort:due sort:key", 9, None),
        ("due<soon", 4, None),
        ("due<2026-02-30", 4, None),
        ("updated>-99999y", 8, None),
        ("created>9999-12-31", 8, None),
        ("label>x", 0, None),
        ("severity>=low,high", 14, None),
        ("a was:done", 2, None),
        ("changed:status", 0, None),
        ("moved:in_progress>-2d", 0, None),
        ("a" * (QUERY_MAX + 1), QUERY_MAX, None),
        ("(" * 30, 20, None),
        ("-" * 30 + "a", 21, None),
        ("x " * 101, 200, None),
    ],
)
def test_a_mistake_is_refused_at_its_place(text: str, position: int, suggestion: str | None) -> None:
    refused = refusal(text)
    assert refused.fields["position"] == position
    assert refused.fields.get("suggestion") == suggestion
    assert refused.fields["expected"]
    assert [error.field for error in refused.errors] == ["q"]
    assert f"character {position + 1}" in refused.detail


def test_history_terms_say_that_they_come_later() -> None:
    assert "history" in refusal("was:done").detail


PIECES = st.sampled_from(
    ["status:", "severity>=", "due<", "updated>", "label:", "assignee:", "is:", "sort:", "OR ", "AND ", "(", ")", "-"]
    + ['"', ",", " ", "open", "high", "me", "none", "-7d", "2026-12-01", "overdue", "x", ":", "=", ">", "<", "\\", "é"]
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join)))
@example("\x00")
@example("due:+99999y")
@example("due<0001-01-01 due<=9999-12-31")
@example("created:0001-01-01T00:00+23:59")
def test_any_text_is_a_tree_or_a_refusal_with_a_place(text: str) -> None:
    outcome = understood(text)
    if isinstance(outcome, InvalidQuery):
        assert 0 <= outcome.fields["position"] <= len(text)
        assert outcome.fields["expected"]
    else:
        query, condition = outcome
        assert isinstance(query.where, get_args(Node))
        assert condition is None or str(condition.compile())


def understood(text: str) -> tuple[Query, ColumnElement[bool] | None] | InvalidQuery:
    try:
        query = parse_query(text)
        return query, where(query.where, READING)
    except InvalidQuery as refused:
        return refused


WORDS = st.text(alphabet="abcdefgh", min_size=1, max_size=6)
TREES = st.recursive(
    WORDS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " OR ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " ".join(parts) + ")"),
        inner.map(lambda part: f"-{part}"),
    ),
    max_leaves=12,
)


def truth(node: Node, held: set[str]) -> bool:
    match node:
        case Word(text):
            return text in held
        case Not(part):
            return not truth(part, held)
        case And(parts):
            return all(truth(part, held) for part in parts)
        case Or(parts):
            return any(truth(part, held) for part in parts)
        case _:
            raise AssertionError(node)


@settings(max_examples=150, deadline=None)
@given(TREES, TREES, st.sets(WORDS, max_size=5))
def test_or_binds_looser_than_and_and_minus_tightest(left: str, right: str, held: set[str]) -> None:
    a, b = parse_query(left).where, parse_query(right).where
    assert truth(parse_query(f"{left} {right}").where, held) == (truth(a, held) and truth(b, held))
    assert truth(parse_query(f"{left} OR {right}").where, held) == (truth(a, held) or truth(b, held))
    assert truth(parse_query(f"-{left} {right}").where, held) == (not truth(a, held) and truth(b, held))
