"""Rows of a sheet as XML, from the CSV of the database.

Everything is done on bytes read as Latin-1: what is not ASCII passes through untouched and is never widened, which
is twice as fast. A row that is all ordinary is one template filled; the others are put together cell by cell."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from html import unescape
from typing import BinaryIO

from trackly.exports.guard import unguarded
from trackly.exports.plan import ColumnType
from trackly.exports.types import ReadColumn

TEXT_STYLE, DATE_STYLE, TIMESTAMP_STYLE = 2, 3, 4
MOST_CHARACTERS = 32_767
_FIRST_DAY = date(1900, 3, 1)  # before it the spreadsheet's calendar has a day too many
_ZERO_DAY = 693_594
_NUMBER = "\0"  # stands for the number of the row in a template
_CHUNK_BYTES = 256 * 1024
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = "".join(map(chr, (*range(9), 11, 12, *range(13, 32))))
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode().decode("latin-1")
_KEPT = 50_000
_DIGITS = 15
_BOOLEANS = {"true": "1", "false": "0"}
_NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT})
_SMALL_INTEGERS = frozenset({21, 23})


class Days(dict[str, str | None]):
    """The number of a day by its ISO text; None where a spreadsheet has no such day."""

    def __missing__(self, text: str) -> str | None:
        if len(self) >= _KEPT:
            self.clear()
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = date.min
        found = self[text] = str(day.toordinal() - _ZERO_DAY) if day >= _FIRST_DAY else None
        return found


class Times(dict[str, str]):
    """The part of a day by the text of a time: `.5` for noon. The zone is that of the whole export."""

    def __missing__(self, text: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        read = _TIME.match(text)
        seconds = int(read[1]) * 3600 + int(read[2]) * 60 + float(read[3]) if read else 0.0
        found = self[text] = f"{min(seconds / 86_400, 0.999_999_999_9):.10f}"[1:]
        return found


class Cells:
    """Makes the XML of rows. `cut` counts texts that were longer than a cell may hold."""

    def __init__(self, columns: Sequence[ReadColumn], free: Sequence[int]) -> None:
        self.cut = 0
        self._unusual = False
        self._columns = columns
        self._free = free
        self._open, self._close = [], []
        for index, column in enumerate(columns):
            before, after = _around(letters(index), column.column.type)
            self._open.append(before)
            self._close.append(after)
        self._templates: dict[tuple[int, ...] | None, str] = {}
        self._days, self._times = Days(), Times()
        self._dates = self._of(ColumnType.DATE)
        self._timestamps = self._of(ColumnType.TIMESTAMP)
        self._booleans = self._of(ColumnType.BOOLEAN)
        self._numbers = [
            index
            for index, column in enumerate(columns)
            if column.column.type in _NUMERIC and column.oid not in _SMALL_INTEGERS
        ]

    def rows(self, file: BinaryIO, end: int, first: int) -> Iterator[str]:
        """The rows from here to byte `end`, numbered from `first`."""
        number = first
        for fields in csv.reader(self._lines(file, end)):
            row = self._row(fields or [""], str(number))
            yield _clean(row) if self._unusual else row
            number += 1

    def _lines(self, file: BinaryIO, end: int) -> Iterator[str]:
        """The lines of the file, ready to stand between tags once the commas are gone: no sign of CSV is touched."""
        while (left := end - file.tell()) > 0 and (lines := file.readlines(min(_CHUNK_BYTES, left))):
            text = b"".join(lines).decode("latin-1")
            self._unusual = self._unusual or _is_unusual(text)
            yield from io.StringIO(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), newline="\n")

    def _row(self, fields: list[str], number: str) -> str:
        odd: list[int] = []
        self._convert_days(fields, odd)
        self._convert_numbers(fields, odd)
        for index in self._free:
            if fields[index][:1] == "'":
                fields[index] = _in_unicode(unguarded, fields[index])
        if odd:
            return self._by_cell(fields, number, odd)
        if "" in fields:
            present: tuple[int, ...] | None = tuple([index for index, value in enumerate(fields) if value])
            values = tuple([value for value in fields if value])
        else:
            present, values = None, tuple(fields)
        template = self._templates.get(present) or self._template(present)
        row = template.replace(_NUMBER, number) % values
        return row if len(row) <= MOST_CHARACTERS else self._by_cell(fields, number, odd)

    def _convert_days(self, fields: list[str], odd: list[int]) -> None:
        """Change dates and times into numbers, in place. `odd` gets the places of those that no spreadsheet has."""
        for index in self._dates:
            if value := fields[index]:
                day = self._days[value]
                fields[index] = day or value
                if day is None:
                    odd.append(index)
        for index in self._timestamps:
            if value := fields[index]:
                day = self._days[value[:10]]
                fields[index] = value if day is None else day + self._times[value[11:]]
                if day is None:
                    odd.append(index)

    def _convert_numbers(self, fields: list[str], odd: list[int]) -> None:
        for index in self._booleans:
            fields[index] = _BOOLEANS.get(fields[index], "")
        for index in self._numbers:
            value = fields[index]
            if value and (len(value) > _DIGITS or value[-1] > "9") and _is_no_number(value):
                odd.append(index)

    def _template(self, present: tuple[int, ...] | None) -> str:
        places = range(len(self._columns)) if present is None else present
        cells = "".join(f"{self._open[place]}%s{self._close[place]}" for place in places)
        template = self._templates[present] = f'<row r="{_NUMBER}">{cells}</row>'
        return template

    def _by_cell(self, fields: Sequence[str], number: str, odd: Sequence[int]) -> str:
        cells = []
        for index, value in enumerate(fields):
            if not value:
                continue
            before, after = self._open[index], self._close[index]
            if index in odd:
                before, after = _around(letters(index), ColumnType.TEXT)
            cells.append(before.replace(_NUMBER, number) + self._fitting(value) + after)
        return f'<row r="{number}">{"".join(cells)}</row>'

    def _fitting(self, value: str) -> str:
        if len(value) <= MOST_CHARACTERS:
            return value
        whole = unescape(value.encode("latin-1").decode())
        fitting = cut(whole)
        self.cut += fitting is not whole
        return escaped(fitting)

    def _of(self, kind: ColumnType) -> list[int]:
        return [index for index, column in enumerate(self._columns) if column.column.type is kind]


def letters(index: int) -> str:
    """The name of a column: A, B, … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def escaped(text: str) -> str:
    """Text between tags, in UTF-8 read as Latin-1."""
    safe = text.encode(errors="replace").decode("latin-1")
    return _clean(safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def text_cell(place: str, text: str, style: int = TEXT_STYLE) -> str:
    """`text` as a text, whatever it looks like."""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escaped(cut(text))}</t></is></c>'


def _around(name: str, kind: ColumnType) -> tuple[str, str]:
    place = f'<c r="{name}{_NUMBER}"'
    if kind in _NUMERIC:
        return f"{place}><v>", "</v></c>"
    if kind is ColumnType.DATE:
        return f'{place} s="{DATE_STYLE}"><v>', "</v></c>"
    if kind is ColumnType.TIMESTAMP:
        return f'{place} s="{TIMESTAMP_STYLE}"><v>', "</v></c>"
    if kind is ColumnType.BOOLEAN:
        return f'{place} t="b"><v>', "</v></c>"
    return f'{place} s="{TEXT_STYLE}" t="inlineStr"><is><t xml:space="preserve">', "</t></is></c>"


def _is_unusual(text: str) -> bool:
    return "_x" in text or "\xef\xbf" in text or any(sign in text for sign in _CONTROLS)


def _clean(xml: str) -> str:
    """What XML can't hold is spelled as spreadsheets do, `_x0007_`; a carriage return would else become a line feed."""
    return _ILLEGAL.sub(_spelled, xml).replace("\r", "&#13;")


def _spelled(found: re.Match[str]) -> str:
    sign = found[0]
    return f"_x{ord(sign):04X}_" if len(sign) == 1 else _REPLACEMENT


def _is_no_number(value: str) -> bool:
    """Infinity, NaN; and whole numbers of more digits than a spreadsheet keeps, which would be other numbers there."""
    digits = value.lstrip("-")
    return value[-1] > "9" or (len(digits) > _DIGITS and digits.isdigit())


def _in_unicode(change: Callable[[str], str], value: str) -> str:
    return change(value.encode("latin-1").decode()).encode().decode("latin-1")


def cut(text: str) -> str:
    """At most as much as a cell holds, counted as spreadsheets count: in units of UTF-16."""
    units = text.encode("utf-16-le", errors="replace")
    return (
        text
        if len(units) <= 2 * MOST_CHARACTERS
        else units[: 2 * MOST_CHARACTERS - 2].decode("utf-16-le", "ignore") + "…"
    )
