"""The rows, taken from the CSV that the database wrote."""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from trackly.exports.guard import unguarded
from trackly.exports.types import ReadColumn

csv.field_size_limit(sys.maxsize)
_FIELD = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^,"\n]*)')


@dataclass(frozen=True, slots=True)
class Rows:
    """`count` rows in the file at `path`, from byte `offset` on. `guarded`: free text may have an apostrophe more.

    `marks`: now and then, how many rows there are up to which byte."""

    path: Path
    offset: int
    count: int
    columns: tuple[ReadColumn, ...]
    guarded: bool
    marks: tuple[tuple[int, int], ...] = ()

    def open(self) -> BinaryIO:
        file = self.path.open("rb")
        file.seek(self.offset)
        return file

    def free_text(self) -> list[int]:
        """Places of the columns whose values were guarded."""
        return [index for index, column in enumerate(self.columns) if self.guarded and column.is_free_text]

    def texts(self, limit: int | None = None) -> Iterator[list[str | None]]:
        """Each row as the database wrote it, None for null; the first `limit` of them."""
        left = self.count if limit is None else min(limit, self.count)
        free = self.free_text()
        with self.path.open(encoding="utf-8", newline="") as file:
            file.seek(self.offset)
            reading = _Recorded(file)
            for fields in csv.reader(reading):
                if left <= 0:
                    return
                left -= 1
                row = _with_nulls(fields, reading.taken())
                for index in free:
                    value = row[index]
                    if value is not None and value[:1] == "'":
                        row[index] = unguarded(value)
                yield row


class _Recorded:
    """The lines of a file, and those that made up the record just read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lines: list[str] = []

    def __iter__(self) -> Iterator[str]:
        for line in self._file:
            self._lines.append(line)
            yield line

    def taken(self) -> list[str]:
        lines, self._lines[:] = self._lines.copy(), []
        return lines


def _with_nulls(fields: list[str], lines: list[str]) -> list[str | None]:
    """Null is nothing, an empty text is `""`: the reader of CSV gives the same for both, so the line is asked."""
    if not fields:
        return [None]
    if "" not in fields:
        return [*fields]
    if not any('""' in line for line in lines):
        return [field or None for field in fields]
    written = _FIELD.findall("".join(lines))
    return [None if field == "" and raw == "" else field for field, raw in zip(fields, written, strict=True)]
