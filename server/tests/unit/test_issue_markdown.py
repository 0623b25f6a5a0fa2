"""Markdown: what is allowed looks right, and nothing else gets through."""

import time

import pytest

from trackly.issues.markdown import render_markdown

FILE = "/api/attachments/0c5e3a52-6d8e-4d5f-9d2b-1f7f2d3c4b5a/content"


def test_the_usual_marks_become_html() -> None:
    html = render_markdown("# Title\n\n**bold** ~~gone~~ `code`\n\n- [x] done\n- [ ] open\n\n|a|b|\n|:-|-:|\n|1|2|")
    assert "<h1>Title</h1>" in html
    assert "<strong>bold</strong> <s>gone</s> <code>code</code>" in html
    assert html.count('type="checkbox"') == 2
    assert html.count("checked=") == 1
    assert '<th align="left">a</th>' in html
    assert render_markdown("```python\nx = 1\n```") == '<pre><code class="language-python">x = 1\n</code></pre>'


def test_blank_text_is_empty() -> None:
    assert render_markdown(" \n ") == ""


def test_bare_addresses_become_links_that_give_nothing_away() -> None:
    html = render_markdown("see https://example.com/a?b=1")
    assert 'href="https://example.com/a?b=1"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("(see http://a.b/c_(d).)", "http://a.b/c_(d)"),
        ("http://a.b/c, and more", "http://a.b/c"),
        ("**http://a.b/c**", "http://a.b/c"),
        ("http://a.b/snake_case_name", "http://a.b/snake_case_name"),
    ],
)
def test_a_bare_address_ends_where_the_sentence_goes_on(text: str, address: str) -> None:
    assert f'href="{address}"' in render_markdown(text)


def test_our_files_are_shown_and_foreign_pictures_become_links() -> None:
    assert render_markdown(f"![shot]({FILE})") == f'<p><img src="{FILE}" alt="shot"></p>'
    foreign = render_markdown("![a <b> pic](https://evil.example/p.png)")
    assert "<img" not in foreign
    assert 'href="https://evil.example/p.png"' in foreign
    assert "<img" not in render_markdown(f"![x](//evil.example{FILE})")
    assert "<img" not in render_markdown(f"![x]({FILE}/../../x)")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](javascript:alert(1))",
        '![x" onerror="alert(1)](https://a.b/c.png)',
        '<https://a.b/" onmouseover=alert(1)>',
        '[x](https://a.b "t\\" onclick=alert(1)")',
        '```"><script>alert(1)</script>\nx\n```',
        "<svg onload=alert(1)>",
        "<a href='vbscript:x'>y</a>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        '<style>@import "https://a.b"</style>',
        "|a|\n|-|\n|<iframe src=x>|",
    ],
)
def test_nothing_active_gets_through(text: str) -> None:
    html = render_markdown(text).lower()
    assert not any(tag in html for tag in ("<script", "<svg", "<iframe", "<style", "<img"))
    for opening in html.split("<")[1:]:
        tag = opening.split(">")[0]
        assert "javascript:" not in tag
        assert "data:" not in tag
        assert " on" not in "".join(tag.split('"')[0::2])


@pytest.mark.parametrize(
    "unit",
    ["[", "![", "> ", "*a ", "- ", "`", "<", "[a](", "_*", "|a", "http://a.", "~~a", "\\", "- [ ] x\n"],
)
def test_a_long_text_of_one_mark_takes_no_long_time(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    started = time.process_time()
    render_markdown(text)
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    ("text", "boxes", "done"),
    [
        ("- [ ] a\n- [x] b\n- [X] c\n- d", 3, 2),
        ("1. [ ] a\n   - [x]\tnested\n\n> - [ ] quoted", 3, 1),
        ("- [ ] **b** `c`", 1, 0),
        ("- [ ]\n- [y] a\n- a [ ] b\n[ ] no list\n\n        - [ ] code", 0, 0),
    ],
)
def test_tasks_have_boxes(text: str, boxes: int, done: int) -> None:
    html = render_markdown(text)
    assert html.count('class="task-list-item-checkbox"') == boxes
    assert html.count('class="task-list-item"') == boxes
    assert html.count("checked=") == done
