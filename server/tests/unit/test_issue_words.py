"""Words of the search: stored and asked by one rule, within what an index entry can hold."""

from hypothesis import example, given
from hypothesis import strategies as st

from trackly.issues.words import phrase_query, telling_words, vector_of, word_query, words_of


def test_words_are_runs_of_letters_and_digits_in_one_case_without_accents() -> None:
    assert words_of("Dataset.from_generator (v2.1) Éco-Système straße") == [
        *("dataset", "from", "generator", "v2", "1", "eco", "systeme", "strasse")
    ]


def test_a_word_also_asks_for_longer_ones_from_three_letters_on() -> None:
    assert word_query("crash") == "crash:*"
    assert word_query("ab") == "ab"
    assert word_query("from_gen") == "from <-> gen:*"
    assert word_query("?!") is None


def test_a_phrase_asks_for_exactly_its_words_in_order() -> None:
    assert phrase_query("Log in, now") == "log <-> in <-> now"
    assert phrase_query("…") is None


def test_a_vector_keeps_weights_places_and_a_gap_between_parts() -> None:
    assert vector_of(("A", "Crash on save"), ("B", "on")) == "crash:11A on:12A,24B save:13A"


def test_a_vector_of_very_much_text_stays_small() -> None:
    text = " ".join(f"w{number}" for number in range(300_000))
    assert len(vector_of(("B", text))) < 700_000
    assert vector_of(("B", "same " * 100_000)).count(",") == 254


@given(st.text())
@example("𝐀ﬁ ΐ İ")
def test_no_text_gives_a_lexeme_that_needs_quotes(text: str) -> None:
    for word in words_of(text):
        assert word
        assert all(char.isalnum() for char in word)
        assert word == "".join(words_of(word))


def test_telling_words_leave_out_the_commonest_and_repetitions() -> None:
    assert telling_words("The login is broken: Login can't be done") == ["login", "broken", "done"]
