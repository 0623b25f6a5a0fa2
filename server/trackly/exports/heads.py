"""What stands around the rows in every format: heads of columns, names of files, and what is left out."""

import csv
import io
from collections.abc import Sequence

from trackly.exports.document import Format
from trackly.exports.guard import guarded_text
from trackly.exports.types import ReadColumn

_LONGEST_STEM = 120
_TABLES: tuple[Format, ...] = ("xlsx", "csv", "json", "ndjson")


def csv_head(columns: Sequence[ReadColumn], *, raw: bool) -> bytes:
    """The first line of the CSV: titles, for programs (`raw`) names."""
    heads = [column.column.name if raw else guarded_text(column.column.head) for column in columns]
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(heads)
    return line.getvalue().encode()


def file_name(stem: str, form: Format, cut_at: int | None) -> str:
    """`stem.form`; a file of rows that says nothing else about itself says in its name that it was cut."""
    plain = "".join("-" if sign in '/\\:*?"<>|' or ord(sign) < 32 else sign for sign in stem).strip(". ")
    short = plain[:_LONGEST_STEM] or "report"
    said = f"-first-{cut_at}-rows" if cut_at is not None and form in ("csv", "json", "ndjson") else ""
    return f"{short}{said}.{form}"


def cut_sentence(rows: int) -> str:
    return f"Only the first {rows:,} rows are here; there are more."


def shortened_sentence(shown: int, rows: int, formats: Sequence[Format]) -> str:
    """That a table shows fewer rows than there are, and where the others are."""
    whole = next((form for form in _TABLES if form in formats), None)
    place = f"the full table is in the attached {whole.upper()}" if whole else "ask for XLSX to get the full table"
    return f"The table shows the first {shown:,} of {rows:,} rows; {place}."
