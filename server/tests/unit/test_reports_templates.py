"""The words of a report: variables are filled, escaped, and refused by name and place."""

import pytest

from trackly.issues.facade import render_markdown
from trackly.reports.plain import paragraphs
from trackly.reports.templates import VARIABLES, fill_line, fill_markdown, template_errors, variable_of

KNOWN = {*VARIABLES, "done", "done_this_week"}


def test_a_line_is_filled() -> None:
    values = {"report": "Weekly", "done": "12"}
    assert fill_line("{{ report }}: {{done}} done, {{rows}} left", values) == "Weekly: 12 done,  left"
    assert fill_line("{{Done}} and {{ DONE }}", values) == "12 and 12"


def test_a_line_stays_one_line() -> None:
    assert fill_line("a {{report}} b", {"report": "x\r\nBcc: me@example.com\u2028y"}) == "a x Bcc: me@example.com y b"


def test_labels_are_names() -> None:
    assert variable_of("Done this week (p85, %)") == "done_this_week_p85"
    assert fill_line("{{Done this week}}", {"done_this_week": "3"}) == "3"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{rwos}}", "{{rwos}} at line 1, column 1 is not a variable of this report; did you mean {{rows}}?"),
        (
            "a\nb {{nothing_like_it_zzz}}",
            "{{nothing_like_it_zzz}} at line 2, column 3 is not a variable of this report",
        ),
        ("one {{ two", "{{ without }} at line 1, column 5"),
        ("{{}}", "'' can't be the name of a variable at line 1, column 1"),
        ("{{#each rows}}", "'#each rows' can't be the name of a variable at line 1, column 1"),
        ("{{rows|safe}}", "'rows|safe' can't be the name of a variable at line 1, column 1"),
        ("{{__class__}}", "'__class__' can't be the name of a variable at line 1, column 1"),
    ],
)
def test_what_can_t_be_filled(text: str, said: str) -> None:
    (error,) = template_errors("templates.intro", text, KNOWN)
    assert (error.field, error.message) == ("templates.intro", said)


def test_every_unknown_name_is_told() -> None:
    assert len(template_errors("f", "{{aaa}} {{rows}} {{bbb}}", KNOWN)) == 2
    assert template_errors("f", "{{rows}} { {x} } }} {done}", KNOWN) == []


def test_there_is_no_logic() -> None:
    values = {"rows": "{{report}}", "report": "R"}
    assert fill_line("{{rows}}", values) == "{{report}}"


@pytest.mark.parametrize(
    "value",
    [
        "[click](https://evil.example)",
        "![x](https://evil.example/a.png)",
        "<script>alert(1)</script>",
        "**bold** `code` ~~gone~~",
        "# head\n\n- list",
        "https://evil.example/",
        "<https://evil.example>",
        "| a | b |\n|---|---|",
    ],
)
def test_values_are_never_markup(value: str) -> None:
    html = render_markdown(fill_markdown("Of {{report}}.", {"report": value}))
    for tag in ("<a", "<img", "<script", "<strong", "<code", "<s>", "<h1", "<li", "<table"):
        assert tag not in html
    words = value.replace("\n\n", " ").replace("\n", " ")
    assert paragraphs(fill_markdown("Of {{report}}.", {"report": value})) == [f"Of {words}."]


def test_markdown_as_plain_words() -> None:
    text = "# Head\n\nSome *words*\nand `code`, see [here](https://example.com/a).\n\n- one\n- two\n\n```\nx = 1\n```"
    assert paragraphs(text) == [
        "Head",
        "Some words and code, see here (https://example.com/a).",
        "• one",
        "• two",
        "x = 1",
    ]
