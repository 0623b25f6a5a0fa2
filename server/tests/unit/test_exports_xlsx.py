"""Workbooks, read back by another program: each type as what it is, nothing a formula, the same bytes twice."""

import re
import zipfile
import zlib
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.exports import make_document, make_rows, sheet_of
from trackly.exports.errors import ExportFailed
from trackly.exports.plan import MIB
from trackly.exports.rows import Rows
from trackly.exports.xlsx import sheet_name, write_xlsx
from trackly.exports.xlsx_cells import letters
from trackly.exports.xlsx_zip import crc32_of_both

MOST = 64 * MIB


def written(rows: Rows, path: Path, **over: int) -> list[str]:
    return write_xlsx(rows, make_document(), path, MOST, (), **over)


def first_row(tmp_path: Path, csv: str, **columns: str) -> list[object]:
    written(make_rows(tmp_path / "r", csv, 1, **columns), tmp_path / "x.xlsx")
    return [*sheet_of(tmp_path / "x.xlsx")[1]]


def test_each_type_is_itself(tmp_path: Path):
    csv = "7,-12.50,0.25,true,2026-11-26,2026-11-26 08:30:15+02,-5,text\n"
    kinds = {"i": "int4", "n": "numeric", "f": "float8", "b": "bool", "d": "date", "m": "timestamptz"}
    row = first_row(tmp_path, csv, **kinds, number_as_text="text", t="text")
    assert row == [
        7,
        -12.5,
        0.25,
        True,
        date(2026, 11, 26),
        datetime.fromisoformat("2026-11-26T08:30:15"),
        "-5",
        "text",
    ]


def test_text_is_never_a_formula_nor_a_link(tmp_path: Path):
    csv = "'=1+1,'＝1,\"'@a\",https://x.example,'\t=1,-12.5\n"
    row = first_row(tmp_path, csv, a="text", b="text", c="text", d="text", e="text", f="text")
    assert row == ["=1+1", "＝1", "@a", "https://x.example", "\t=1", "-12.5"]
    sheet = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet


def test_signs_of_xml_and_of_every_script_are_kept(tmp_path: Path):
    text = '<b>&amp; ]]> "quoted" 漢字 🚀 שלום _x0041_ bell\x07 end '
    row = first_row(tmp_path, '"{}"\n'.format(text.replace('"', '""')), a="text")
    assert row == [text]


def test_what_is_no_character_is_shown_as_such(tmp_path: Path):
    assert first_row(tmp_path, "a\ufffe\uffffb\n", a="text") == ["a\ufffd\ufffdb"]


def test_lines_inside_a_text_are_kept(tmp_path: Path):
    row = first_row(tmp_path, '"one\ntwo\r\nthree\rfour"\n', a="text")
    assert row == ["one\ntwo\r\nthree\rfour"]


@pytest.mark.parametrize(
    ("csv", "kind", "value"),
    [
        ("1234567890123456789\n", "int8", "1234567890123456789"),
        ("123456789012345\n", "int8", 123456789012345),
        ("0.33333333333333333333\n", "numeric", 1 / 3),
        ("NaN\n", "float8", "NaN"),
        ("-Infinity\n", "numeric", "-Infinity"),
        ("infinity\n", "date", "infinity"),
        ("1899-12-31\n", "date", "1899-12-31"),
        ("1900-03-01\n", "date", date(1900, 3, 1)),
        ("10000-01-01\n", "date", "10000-01-01"),
        ("0044-03-15 00:00:00 BC\n", "timestamp", "0044-03-15 00:00:00 BC"),
        ("2026-11-26 23:59:59.999999\n", "timestamp", datetime.fromisoformat("2026-11-27")),
        ("2026-11-26 12:00:00\n", "timestamp", datetime.fromisoformat("2026-11-26T12:00")),
        ("false\n", "bool", False),
        ("-1 days\n", "interval", "-1 days"),
        ("\n", "int4", ""),
        ('""\n', "text", ""),
    ],
)
def test_what_a_spreadsheet_cannot_hold_as_it_is_becomes_text(tmp_path: Path, csv: str, kind: str, value: object):
    (cell, _) = first_row(tmp_path, csv.replace("\n", ",z\n"), a=kind, z="text")
    if isinstance(value, datetime) and isinstance(cell, datetime):
        assert abs((cell - value).total_seconds()) < 0.001
    else:
        assert cell == (pytest.approx(value) if isinstance(value, float) else value)


def test_a_text_too_long_for_a_cell_is_cut_and_said(tmp_path: Path):
    rows = make_rows(tmp_path / "r", f"{'é&' * 20_000}\n{'a' * 32_767}\n", 2, a="text")
    assert written(rows, tmp_path / "x.xlsx") == ["1 text is longer than a cell holds, and cut with an ellipsis."]
    _, (cut,), (whole,) = sheet_of(tmp_path / "x.xlsx")
    assert (len(cut), cut[-1], len(whole)) == (32_767, "…", 32_767)


def test_more_rows_than_a_sheet_holds_are_left_out_and_said(tmp_path: Path):
    rows = make_rows(tmp_path / "r", "1\n2\n3\n", 3, a="int4")
    said = written(rows, tmp_path / "x.xlsx", most_rows=2)
    assert said == ["A sheet holds 2 rows; 1 more are left out."]
    assert sheet_of(tmp_path / "x.xlsx") == [["a"], [1], [2]]
    assert said[0] in [row[0] for row in sheet_of(tmp_path / "x.xlsx", 1)]


def test_the_second_sheet_says_what_the_first_is(tmp_path: Path):
    written(make_rows(tmp_path / "r", "", 0, a="text"), tmp_path / "x.xlsx")
    assert sheet_of(tmp_path / "x.xlsx") == [["a"]]
    assert [row[0] for row in sheet_of(tmp_path / "x.xlsx", 1)][:2] == [
        "Weekly status",
        "26 Nov 2026, 08:00 Europe/Helsinki",
    ]


def test_the_head_stays_and_columns_are_as_wide_as_what_they_hold(tmp_path: Path):
    written(make_rows(tmp_path / "r", f"{'x' * 30},1\n", 1, long="text", n="int4"), tmp_path / "x.xlsx")
    sheet = zipfile.ZipFile(tmp_path / "x.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert re.findall(r'width="(\d+)"', sheet) == ["32", "10"]


def test_the_same_rows_are_the_same_bytes_however_they_are_split(tmp_path: Path):
    csv = "".join(f"{number},row {number}\n" for number in range(1000))
    whole = make_rows(tmp_path / "r", csv, 1000, n="int4", t="text")
    half = csv.index("500,")
    split = Rows(whole.path, 0, 1000, whole.columns, True, ((500, half),))
    for name, rows in (("a", whole), ("b", split), ("c", split)):
        written(rows, tmp_path / name)
    assert (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()
    sheets = [zipfile.ZipFile(tmp_path / name).read("xl/worksheets/sheet1.xml") for name in ("a", "b")]
    assert sheets[0] == sheets[1]
    assert zipfile.ZipFile(tmp_path / "b").testzip() is None
    assert not [*tmp_path.glob("*.part")]


def test_a_workbook_larger_than_it_may_be_is_refused(tmp_path: Path):
    rows = make_rows(
        tmp_path / "r", "".join(f"{number * 7919 % 1000003}\n" for number in range(20_000)), 20_000, a="int4"
    )
    with pytest.raises(ExportFailed) as refused:
        write_xlsx(rows, make_document(), tmp_path / "x.xlsx", 10_000)
    assert refused.value.code == "too_large"


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_checks_of_two_pieces_make_that_of_both(first: bytes, second: bytes):
    assert crc32_of_both(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


@pytest.mark.parametrize(
    ("title", "name"),
    [("Q1: sales / [all]?", "Q1 sales all"), ("", "Rows"), ("About", "Rows"), ("'x'", "x"), ("🚀" * 20, "🚀" * 15)],
)
def test_sheets_have_names_that_every_program_takes(title: str, name: str):
    assert sheet_name(title) == name


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_names_of_columns(index: int, name: str):
    assert letters(index) == name
