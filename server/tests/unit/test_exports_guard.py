"""The guard against formulas: what gets an apostrophe, what never does, and that it can be taken back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trackly.exports.guard import guarded_text, unguarded

RISKY = [
    *("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3+cmd", '=HYPERLINK("http://x.example")'),
    *("\t=1", "\tplain", "\rplain", "\nplain", "  =1", "\u00a0=1", "\ufeff=1", "\u200b=1", "\u3000=1", "\x01=1"),
    *("＝1+1", "＋1", "－1", "＠SUM(A1)", " ＝1", "-", "+", "=", "@", "- item", "-1-2", "+1 for this", "-5 apples"),
    *("'=1", "''=1", "' =1"),
]
HARMLESS = ["", "plain", "a=1", "x@y.example", "1-2", "'plain", "''", "’=1", "#REF!", "  plain", "漢字", "🚀=1"]
NUMBERS = ["-5", "+5", "-12.50", " -12.50 ", "+358401234567", "-1,234.50", "-1e5", "-.5", "-7%", "-0"]


@pytest.mark.parametrize("text", RISKY)
def test_what_a_spreadsheet_would_take_for_a_formula_gets_an_apostrophe(text: str):
    assert guarded_text(text) == f"'{text}"


@pytest.mark.parametrize("text", [*HARMLESS, *NUMBERS])
def test_everything_else_stays_as_it_is(text: str):
    assert guarded_text(text) == text


@given(st.text(st.sampled_from("'=+-@\t\r\n ＝\u200b0125a.e%"), max_size=8))
def test_the_guard_can_be_taken_back(text: str):
    assert unguarded(guarded_text(text)) == text


@given(st.lists(st.text(st.sampled_from("'=-\t 1a"), max_size=5), min_size=2, max_size=2, unique=True))
def test_two_texts_are_never_guarded_to_the_same(texts: list[str]):
    first, second = texts
    assert guarded_text(first) != guarded_text(second)
