"""PDF and HTML: the same bytes twice, texts as texts, tables that fit, what is left out is said."""

import re
import zlib
from pathlib import Path

import pytest

from tests.support.exports import make_document, make_job, make_rows
from trackly.exports.charts import bar_chart
from trackly.exports.document import Document, Format
from trackly.exports.html import write_html
from trackly.exports.layout import lay_out, softened
from trackly.exports.pdf import write_pdf
from trackly.exports.pictures import Picture, draw_all
from trackly.exports.plan import MIB, ReadPlan
from trackly.exports.rows import Rows
from trackly.exports.sink import Sink
from trackly.exports.texts import label, shown
from trackly.exports.types import described

HOSTILE = (
    '#import "@preview/cetz:0.3.0" #read("/etc/passwd") *bold* $x$ `raw` \\ <a> @b </script><script>alert(1)</script>'
)


def pdf(
    rows: Rows,
    path: Path,
    document: Document | None = None,
    *,
    truncated: bool = False,
    charts: list[Picture] | None = None,
) -> list[str]:
    job = make_job(ReadPlan("", ""), "pdf", "xlsx", document=document)
    with Sink(path, 64 * MIB) as sink:
        return write_pdf(rows, job, [("Done", "42")], charts or [], sink, truncated=truncated)


def html(
    rows: Rows,
    path: Path,
    *formats: Format,
    document: Document | None = None,
    charts: list[Picture] | None = None,
    truncated: bool = False,
) -> str:
    job = make_job(ReadPlan("", ""), "html", *formats, document=document)
    with Sink(path, 64 * MIB) as sink:
        write_html(rows, job, [("Done", "-3")], charts or [], sink, truncated=truncated)
    return path.read_text(encoding="utf-8")


def picture(folder: Path, category: str = "Payments") -> Picture:
    (drawn,) = draw_all(
        [bar_chart("Open by project", "p", "n")], [[{"p": category, "n": 3}]], folder, lambda _number: None
    )
    return drawn


def inside(path: Path) -> bytes:
    """Every stream of the PDF, inflated, and what is outside of them."""
    content = path.read_bytes()
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
    inflated = []
    for stream in streams:
        try:
            inflated.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return content + b"".join(inflated)


def make_table(path: Path, count: int = 3, extra: str = "") -> Rows:
    csv = "".join(f"TRK-{number},Payments {number // 2},{number},{extra}\n" for number in range(count))
    return make_rows(path, csv, count, key="text", project="text", age="int4", more="text")


def test_the_same_rows_are_the_same_bytes(tmp_path: Path):
    rows, charts = make_table(tmp_path / "r"), [picture(tmp_path)]
    for name in ("a", "b"):
        pdf(rows, tmp_path / name, charts=charts)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_our_own_letters_are_inside_and_no_others(tmp_path: Path):
    rows = make_rows(tmp_path / "r", "漢字,🚀,שלום,مرحبا,नमस्ते,หวัดดี,Привет\n", 1, **dict.fromkeys("abcdefg", "text"))
    pdf(rows, tmp_path / "p", charts=[picture(tmp_path, "漢字")])
    fonts = set(re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([A-Za-z-]+)", inside(tmp_path / "p")))
    wanted = {b"Inter-Regular", b"DroidSansFallback", b"NotoEmoji-Regular", b"NotoSansHebrew-Regular"}
    assert wanted | {b"NotoSansArabic-Regular", b"NotoSansDevanagari-Regular", b"NotoSansThai-Regular"} <= fonts
    assert len(re.findall(rb"/FontFile2", inside(tmp_path / "p"))) >= len(fonts) / 2


def test_its_date_is_that_of_the_numbers_not_of_the_clock(tmp_path: Path):
    pdf(make_table(tmp_path / "r"), tmp_path / "p")
    assert b"D:20261126060000Z" in inside(tmp_path / "p")


def test_no_text_is_markup(tmp_path: Path):
    rows = make_rows(
        tmp_path / "r",
        f'"{HOSTILE}"\n'.replace('"@preview/cetz:0.3.0"', '""x""').replace('"/etc/passwd"', "x"),
        1,
        a="text",
    )
    document = make_document(title=HOSTILE, subtitle=HOSTILE, lines=(HOSTILE,), notes=(HOSTILE,), as_of_text=HOSTILE)
    pdf(rows, tmp_path / "p", document)
    assert b"root:x" not in inside(tmp_path / "p")


@pytest.mark.parametrize("title", ["", "漢字のレポート", "דוח שבועי", "تقرير أسبوعي", "🚀 " * 60, "x" * 500])
def test_any_title_is_set(tmp_path: Path, title: str):
    assert pdf(make_table(tmp_path / "r"), tmp_path / "p", make_document(title=title)) == []
    assert (tmp_path / "p").read_bytes().startswith(b"%PDF-")


def test_an_empty_table_says_so(tmp_path: Path):
    empty = make_rows(tmp_path / "r", "", 0, a="text")
    assert pdf(empty, tmp_path / "p") == []
    assert "There are no rows." in html(empty, tmp_path / "h")


def test_what_is_left_out_is_said(tmp_path: Path):
    rows = make_table(tmp_path / "r", 1200)
    sentence = "The table shows the first 1,000 of 1,200 rows; the full table is in the attached XLSX."
    assert pdf(rows, tmp_path / "p") == [sentence]
    assert pdf(rows, tmp_path / "q", truncated=True)[0] == "Only the first 1,200 rows are here; there are more."
    assert "Only the first 1,200 rows" in html(rows, tmp_path / "h", truncated=True)


def test_more_columns_than_paper_is_wide_are_named(tmp_path: Path):
    names = {f"column_number_{number}": "text" for number in range(60)}
    rows = make_rows(tmp_path / "r", ",".join(["some words"] * 60) + "\n", 1, **names)
    (said,) = pdf(rows, tmp_path / "p")
    assert re.match(r"\d+ columns have no room on paper: .*column_number_59\.", said)


def test_a_table_lies_as_it_needs_to():
    narrow = lay_out(described(["a", "b"], [25, 23], None), [["x", "1"]], None)
    wide = lay_out(described([f"c{n}" for n in range(9)], [25] * 9, None), [["word " * 8] * 9], None)
    assert (narrow.landscape, wide.landscape) == (False, True)
    assert sum(place.width for place in wide.places) <= 741
    assert [place.right for place in narrow.places] == [False, True]


def test_long_words_may_be_broken_others_not():
    assert softened("short words stay", 8) == "short words stay"
    assert softened("a" * 20, 8).replace("\N{ZERO WIDTH SPACE}", "|") == "aaaaaaaa|aaaaaaaa|aaaa"
    assert softened("https://a.example/path", 10).count("\N{ZERO WIDTH SPACE}") >= 3


def test_groups_have_heads_in_the_page(tmp_path: Path):
    page = html(make_table(tmp_path / "r"), tmp_path / "h", document=make_document(group_by="project"))
    assert re.findall(r'colspan="3" dir="auto">([^<]*)<', page) == ["Payments 0", "Payments 1"]
    assert pdf(make_table(tmp_path / "s"), tmp_path / "p", make_document(group_by="project")) == []


def test_the_page_has_no_script_and_loads_nothing(tmp_path: Path):
    rows = make_rows(tmp_path / "r", f'"{HOSTILE.replace(chr(34), chr(34) * 2)}"\n', 1, a="text")
    page = html(rows, tmp_path / "h", document=make_document(title=HOSTILE), charts=[picture(tmp_path, HOSTILE)])
    assert "<script" not in page.lower()
    assert "default-src 'none'" in page
    assert not re.search(r"\b(src|href|srcset|action)\s*=", re.sub(r">[^<]*<", "><", page))
    assert "<svg" in page
    assert "&lt;/script&gt;" in page


def test_a_minus_is_a_minus_and_thousands_are_apart():
    assert label("-1234567") == "\N{MINUS SIGN}1,234,567"
    assert (label(None), label("12.5"), label("n/a")) == ("–", "12.5", "n/a")
    (number, moment, flag) = described(["n", "m", "b"], [701, 1184, 16], None)
    assert shown(number.column.type, "-0.30000000000000004") == "\N{MINUS SIGN}0.3"
    assert shown(moment.column.type, "2026-11-26 08:00:12+02") == "2026-11-26 08:00"
    assert (shown(flag.column.type, "true"), shown(flag.column.type, None)) == ("Yes", None)
    assert len(shown(described(["t"], [25], None)[0].column.type, "x" * 900) or "") == 400
