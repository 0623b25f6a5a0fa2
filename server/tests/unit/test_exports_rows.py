"""Rows out of the CSV that the database wrote: null and empty, quotes and lines, names and heads."""

import csv
import gzip
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.exports import make_rows
from trackly.exports.heads import csv_head, file_name, shortened_sentence
from trackly.exports.json_rows import moment, objects, write_packed
from trackly.exports.plan import Column, ColumnType
from trackly.exports.types import described

PIECES = st.one_of(st.none(), st.text(st.sampled_from("a\",\n\r '=é漢🚀"), max_size=6))


def test_null_is_none_and_an_empty_text_is_empty(tmp_path: Path):
    rows = make_rows(tmp_path / "r", 'a,,""\n"",b,\n,"x,"",""y",""\n', 3, a="text", b="text", c="text")
    assert [*rows.texts()] == [["a", None, ""], ["", "b", None], [None, 'x,","y', ""]]


def test_a_row_of_one_null_is_a_row(tmp_path: Path):
    rows = make_rows(tmp_path / "r", 'a\n\n""\n', 3, only="text")
    assert [*rows.texts()] == [["a"], [None], [""]]


def test_the_first_rows_are_those_that_are_asked_for(tmp_path: Path):
    rows = make_rows(tmp_path / "r", "1\n2\n3\n", 3, only="int4")
    assert [*rows.texts(2)] == [["1"], ["2"]]


@given(st.lists(st.tuples(PIECES, PIECES), min_size=1, max_size=5))
def test_what_the_database_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str | None, ...]]
):
    written = "".join(",".join(map(_as_copy_does, row)) + "\n" for row in rows)
    path = tmp_path_factory.mktemp("rows") / "r"
    read = replace(make_rows(path, written, len(rows), a="text", b="text"), guarded=False)
    assert [tuple(row) for row in read.texts()] == rows


def _as_copy_does(value: str | None) -> str:
    if value is None:
        return ""
    quotes = not value or any(sign in value for sign in '",\n\r')
    return '"{}"'.format(value.replace('"', '""')) if quotes else value


def test_names_are_keys_and_so_are_unique():
    columns = described(["id", "id", "", "id"], [23, 23, 25, 999_999], None)
    assert [column.column.name for column in columns] == ["id", "id_2", "column", "id_3"]
    assert columns[3].column.type is ColumnType.TEXT


def test_titles_that_are_known_are_used_types_are_those_of_the_database():
    (column,) = described(["n"], [23], (Column("count", ColumnType.TEXT, "How many"),))
    assert column.column == Column("count", ColumnType.INTEGER, "How many")


def test_a_head_is_a_text_too():
    columns = described(["=1+1", 'a "b", c'], [23, 25], None)
    assert csv_head(columns, raw=False) == b'\'=1+1,"a ""b"", c"\n'
    assert next(csv.reader(io.StringIO(csv_head(columns, raw=True).decode()))) == ["=1+1", 'a "b", c']


@pytest.mark.parametrize(
    ("stem", "form", "cut_at", "name"),
    [
        ("weekly", "csv", None, "weekly.csv"),
        ("weekly", "csv", 1000, "weekly-first-1000-rows.csv"),
        ("weekly", "pdf", 1000, "weekly.pdf"),
        ("../../etc/passwd", "csv", None, "-..-etc-passwd.csv"),
        ("a\nb:c", "json", None, "a-b-c.json"),
        (" . ", "xlsx", None, "report.xlsx"),
    ],
)
def test_names_of_files(stem: str, form: str, cut_at: int | None, name: str):
    assert file_name(stem, form, cut_at) == name  # type: ignore[arg-type]


def test_a_cut_table_names_the_file_that_has_it_all():
    assert shortened_sentence(1000, 12345, ("pdf", "xlsx")) == (
        "The table shows the first 1,000 of 12,345 rows; the full table is in the attached XLSX."
    )
    assert "ask for XLSX" in shortened_sentence(1000, 12345, ("pdf",))


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026-11-26 08:00:00+02", "2026-11-26T08:00:00+02:00"),
        ("2026-11-26 08:00:00.25-03:30", "2026-11-26T08:00:00.25-03:30"),
        ("2026-11-26 08:00:00", "2026-11-26T08:00:00"),
        ("infinity", "infinity"),
        ("0044-03-15 00:00:00+01:39:49 BC", "0044-03-15 00:00:00+01:39:49 BC"),
    ],
)
def test_moments_are_iso_8601(written: str, iso: str):
    assert moment(written) == iso


def test_json_keeps_every_digit_and_stays_json(tmp_path: Path):
    line = '9223372036854775807,-0.10,NaN,t,2026-11-26,"{""a"":\n [1]}",,"x""\n"\n'
    kinds = {
        "i": "int8",
        "n": "numeric",
        "f": "float8",
        "b": "bool",
        "d": "date",
        "j": "json",
        "e": "text",
        "t": "text",
    }
    rows = make_rows(tmp_path / "r", line, 1, **kinds)
    (text,) = objects(rows)
    assert '"i": 9223372036854775807, "n": -0.10, "f": "NaN", "b": true' in text
    assert "\n" not in text
    assert json.loads(text)["j"] == {"a": [1]}
    assert json.loads(text)["e"] is None
    assert json.loads(text)["t"] == 'x"\n'


def test_packed_rows_are_the_same_bytes_every_time(tmp_path: Path):
    rows = make_rows(tmp_path / "r", "1,a\n2,\n", 2, n="int4", t="text")
    write_packed(rows, tmp_path / "one")
    write_packed(rows, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert gzip.decompress((tmp_path / "one").read_bytes()) == b'[1, "a"]\n[2, null]\n'
