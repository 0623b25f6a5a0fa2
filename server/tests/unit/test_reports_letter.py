"""The mail about an edition: everything in it is escaped, nothing of it is fetched from elsewhere."""

import re
from datetime import UTC, datetime
from typing import Any

from trackly.reports.edition_schemas import (
    ChangesOut,
    ChartFact,
    ColumnFact,
    FieldDifferenceOut,
    FigureFact,
    Restatement,
    RowChangesOut,
    RowDifferenceOut,
    Since,
)
from trackly.reports.letter import Letter, letter_text
from trackly.reports.letter_html import letter_html

NASTY = "<script>alert(\"x\")</script> & 'co'"


def changes() -> ChangesOut:
    moved = FieldDifferenceOut(field="status", before="OPEN", after=None)
    return ChangesOut(
        since=Since(edition_id=1, run_id=1, moment=datetime(2026, 11, 19, 8, tzinfo=UTC), as_of="1.2"),
        rows=RowChangesOut(
            n_added=7,
            n_gone=1,
            n_changed=1,
            n_unchanged=3,
            added=[RowDifferenceOut(key=[f"TRK-{n}"], label=NASTY, fields=[]) for n in range(7)],
            gone=[RowDifferenceOut(key=["TRK-90"], label="", fields=[])],
            changed=[RowDifferenceOut(key=["TRK-91"], label="It moved", fields=[moved])],
        ),
        figures=[],
        restated=[Restatement(what="24 Nov 2026 TRK: Created", before="3", after="5")],
        sentence="7 new, 1 gone, 1 changed since 19 Nov 2026, 08:00.",
    )


def letter(**over: Any) -> Letter:
    given: dict[str, Any] = {
        "subject": f"Weekly {NASTY}",
        "title": f"Weekly {NASTY}",
        "as_of": "26 Nov 2026, 08:00 UTC",
        "scope": "3 of 5 projects",
        "intro": "Hello **all**",
        "intro_html": "<p>Hello <strong>all</strong></p>",
        "layout": "full",
        "changes": changes(),
        "figures": (FigureFact(label=f"Done {NASTY}", value="1234"), FigureFact(label="Median", value=None)),
        "charts": (ChartFact(title=NASTY, spec={}, picture="chart-1.png"),),
        "cids": ("chart-1.png",),
        "columns": (ColumnFact(name="k", type="text", title=NASTY), ColumnFact(name="n", type="integer", title="N")),
        "head": [["TRK-1", "5"], [NASTY, None], ["x" * 500, "7"]],
        "rows": 148,
        "notes": ("Warning: 0 rows.",),
        "link": "https://issues.example.org/reports/1?run=2",
        "unsubscribe": "https://issues.example.org/u?t=1&x=2",
    }
    return Letter(**{**given, **over})


def test_nothing_in_it_is_markup_but_our_own() -> None:
    html = letter_html(letter())
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#x27;co&#x27;") >= 7
    assert "u?t=1&amp;x=2" in html


def test_nothing_is_fetched_from_elsewhere() -> None:
    html = letter_html(letter())
    assert re.findall(r'src="([^"]*)"', html) == ["cid:chart-1.png"]
    assert not re.search(r"url\(|@import|<link|<iframe|<object|background=", html)
    assert set(re.findall(r'href="([^"]*)"', html)) == {
        "https://issues.example.org/reports/1?run=2",
        "https://issues.example.org/u?t=1&amp;x=2",
    }


def test_it_can_be_read_in_the_dark() -> None:
    html = letter_html(letter())
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html


def test_the_plain_text_says_the_same() -> None:
    text = letter_text(letter())
    for words in (
        "26 Nov 2026, 08:00 UTC · 3 of 5 projects",
        "Hello all",
        "7 new, 1 gone, 1 changed since 19 Nov 2026, 08:00.",
        "Gone: TRK-90\n",
        "Changed: TRK-91 It moved (status: OPEN → –)",
        "Corrected: 24 Nov 2026 TRK: Created was 3, is 5",
        "Median: –",
        "The first 3 of 148 rows; all of them are in the files.",
        "Warning: 0 rows.",
        "https://issues.example.org/reports/1?run=2",
        "No more of these: https://issues.example.org/u?t=1&x=2",
    ):
        assert words in text, words
    assert text.count("New: TRK-") == 5
    assert max(map(len, text.splitlines())) < 200


def test_layouts() -> None:
    summary, table = letter(layout="summary"), letter(layout="table")
    assert "TRK-1<" not in letter_html(summary)
    assert "of 148 rows" not in letter_text(summary)
    assert "1,234" in letter_html(summary)
    assert "1,234" not in letter_html(table)
    assert "cid:" not in letter_html(table)
    assert "TRK-1<" in letter_html(table)


def test_a_first_edition_of_few_rows() -> None:
    one = letter(changes=None, rows=1, head=[["TRK-1", "5"]], unsubscribe=None, figures=(), charts=(), cids=())
    text, html = letter_text(one), letter_html(one)
    assert "1 row." in text
    assert "since" not in text
    assert "No more of these" not in html
