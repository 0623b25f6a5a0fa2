"""Runs as a process of its own, for one file: reads a table out of CSV or a workbook, finds the types of its columns.

`table_worker.py SOURCE TARGET KIND MAX_ROWS MAX_COLUMNS` writes TARGET as PostgreSQL's COPY text, a number in front of
each row, and says one line of JSON: `{"status": "done", "columns": [{"title", "type"}], "rows", "note"}`, or
`{"status": "unreadable" | "too_large", "reason"}`. KIND is `csv` or `workbook`."""

import csv
import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

_MEMORY_BYTES = 1536 * 1024 * 1024
_CPU_S = 60
_CELL_MAX = 1_000_000
_SAMPLE = 64 * 1024

BOOLEAN, INTEGER, DECIMAL, FLOAT, DATE, TIMESTAMP, TEXT = (1 << n for n in range(7))
_NAMES = {
    1 << n: name for n, name in enumerate(("boolean", "integer", "decimal", "float", "date", "timestamp", "text"))
}
_ANY = (1 << 7) - 1
_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_POINT = re.compile(r"-?(?:0|[1-9]\d{0,17})\.\d{1,12}")
_COMMA = re.compile(r"-?(?:0|[1-9]\d{0,17}),\d{1,12}")
_SCIENTIFIC = re.compile(r"-?\d{1,3}(?:\.\d{1,17})?[eE][+-]?\d{1,2}")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DOTTED_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})")
_ISO_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?")
_TRUTH = {"true": "t", "yes": "t", "false": "f", "no": "f"}
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_SPECIAL = re.compile(r"[\\\t\n\r]")


class Unreadable(Exception):
    pass


class TooLarge(Exception):
    pass


def main(source: str, target: str, kind: str, max_rows: str, max_columns: str) -> None:
    limit_process()
    answer: dict[str, Any]
    try:
        table = Csv(Path(source)) if kind == "csv" else Workbook(Path(source))
        answer = read(table, Path(target), int(max_rows), int(max_columns))
    except (Unreadable, UnicodeError, csv.Error) as error:
        answer = {"status": "unreadable", "reason": str(error)}
    except TooLarge as error:
        answer = {"status": "too_large", "reason": str(error)}
    except MemoryError:
        answer = {"status": "too_large", "reason": "the table takes too much memory"}
    except Exception as error:  # whatever a reader trips over, the file is no table to us
        answer = {"status": "unreadable", "reason": "it is broken, or protected by a password"}
        sys.stderr.write(f"{type(error).__name__}: {error}")
    sys.stdout.write(json.dumps(answer))


def limit_process() -> None:
    """A file that was made to hurt ends this process, nothing else."""
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CPU, _CPU_S),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        try:
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            continue


class Csv:
    """Text: its encoding and its delimiter are found."""

    def __init__(self, path: Path) -> None:
        csv.field_size_limit(_CELL_MAX)
        self.path, self.encoding = path, _encoding(path)
        with path.open(encoding=self.encoding, newline="") as file:
            self.delimiter = _delimiter(file.read(_SAMPLE))
        named = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}
        self.note = f"{self.encoding.removesuffix('-sig')}, {named[self.delimiter]}"
        self.comma = self.delimiter != ","

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The number of the line where it ends, and the cells."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            try:
                for row in reader:
                    yield reader.line_num, row
            except csv.Error as error:
                raise Unreadable(f"line {reader.line_num}: {error}") from None

    def kinds(self, cell: str) -> int:
        return kinds_of(cell, comma=self.comma)


class Workbook:
    """The first sheet that has something in it. A text stays a text, also when it looks like a number."""

    comma = False

    def __init__(self, path: Path) -> None:
        from python_calamine import CalamineError, CalamineWorkbook

        try:
            book = CalamineWorkbook.from_path(path)
            sheets = (book.get_sheet_by_name(name) for name in book.sheet_names)
            self.sheet = next((sheet for sheet in sheets if sheet.height > 0), None)
        except CalamineError as error:
            raise Unreadable(f"it can't be opened: {error}") from None
        if self.sheet is None:
            raise Unreadable("no sheet has anything in it")
        self.note = f"sheet {self.sheet.name}"

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        assert self.sheet is not None
        for number, row in enumerate(self.sheet.iter_rows(), 1):
            yield number, [_written(cell) for cell in row]

    def kinds(self, cell: str) -> int:
        return TEXT if cell.startswith("\x00") else kinds_of(cell, comma=False)


def _written(cell: Any) -> str:
    """A value as text. One that was a text in the workbook is marked by a NUL in front, which `plain` takes away."""
    if isinstance(cell, str):
        return f"\x00{cell}" if cell.strip() else ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, time | timedelta):
        return f"\x00{cell}"
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def plain(cell: str) -> str:
    return cell.removeprefix("\x00")


def _encoding(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in content:
        raise Unreadable("it is neither text nor a workbook")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _delimiter(sample: str) -> str:
    """The one that cuts most lines into the same number of cells, of at least two; a comma when none does."""
    best, chosen = (0.0, 0), ","
    for delimiter in (",", ";", "\t", "|"):
        try:
            widths = [
                len(row) for row in csv.reader(sample.splitlines(keepends=True)[:200], delimiter=delimiter) if row
            ]
        except csv.Error:
            continue
        usual = max(set(widths), key=widths.count) if widths else 1
        score = (widths.count(usual) / len(widths), usual) if usual > 1 else (0.0, 0)
        if score > best:
            best, chosen = score, delimiter
    return chosen


def kinds_of(cell: str, *, comma: bool) -> int:
    """Which types can hold a text, as bits; every one of them can when it is empty."""
    text = cell.strip()
    if not text:
        return _ANY
    first = text[0]
    if first.isalpha():
        return BOOLEAN | TEXT if text.lower() in _TRUTH else TEXT
    if _WHOLE.fullmatch(text):
        return INTEGER | DECIMAL | FLOAT | TEXT
    if _POINT.fullmatch(text) or (comma and _COMMA.fullmatch(text)):
        return DECIMAL | FLOAT | TEXT
    if _SCIENTIFIC.fullmatch(text):
        return FLOAT | TEXT
    return _calendar_kinds(text)


def _calendar_kinds(text: str) -> int:
    try:
        if _ISO_DAY.fullmatch(text) or _DOTTED_DAY.fullmatch(text):
            date.fromisoformat(_iso_day(text))
            return DATE | TIMESTAMP | TEXT
        if _ISO_MOMENT.fullmatch(text):
            datetime.fromisoformat(text)
            return TIMESTAMP | TEXT
    except ValueError:
        return TEXT
    return TEXT


def _iso_day(text: str) -> str:
    dotted = _DOTTED_DAY.fullmatch(text)
    return f"{dotted[3]}-{dotted[2]}-{dotted[1]}" if dotted else text


def read(table: Csv | Workbook, target: Path, max_rows: int, max_columns: int) -> dict[str, Any]:
    """Twice through the table: once for the types, once to write it."""
    titles, kinds, rows = _look(table, max_rows, max_columns)
    types = [next(kind for kind in _NAMES if mask & kind) if mask != _ANY else TEXT for mask in kinds]
    with target.open("w", encoding="utf-8", newline="") as file:
        for number, (_, row) in enumerate(_body(table, len(titles)), 1):
            cells = (_copied(cell, kind) for cell, kind in zip(row, types, strict=True))
            file.write(f"{number}\t" + "\t".join(cells) + "\n")
    columns = [{"title": title, "type": _NAMES[kind]} for title, kind in zip(titles, types, strict=True)]
    return {"status": "done", "columns": columns, "rows": rows, "note": table.note}


def _look(table: Csv | Workbook, max_rows: int, max_columns: int) -> tuple[list[str], list[int], int]:
    titles = _titles(table, max_columns)
    kinds, rows = [_ANY] * len(titles), 0
    for line, row in _body(table, len(titles)):
        rows += 1
        if rows > max_rows:
            raise TooLarge(f"it has more than {max_rows:,} rows")
        if "\x00" in "".join(map(plain, row)):
            raise Unreadable(f"line {line} holds the character NUL")
        for index, cell in enumerate(row):
            if kinds[index] != TEXT:
                kinds[index] &= table.kinds(cell)
    return titles, kinds, rows


def _titles(table: Csv | Workbook, max_columns: int) -> list[str]:
    """The first row that is not empty, without what is empty at its end."""
    first = next((row for _, row in table.rows() if any(plain(cell).strip() for cell in row)), None)
    if first is None:
        raise Unreadable("there is nothing in it")
    while not plain(first[-1]).strip():
        first.pop()
    if len(first) > max_columns:
        raise TooLarge(f"it has {len(first)} columns, {max_columns} are allowed")
    return [" ".join(plain(cell).split())[:120] or f"Column {index}" for index, cell in enumerate(first, 1)]


def _body(table: Csv | Workbook, width: int) -> Iterable[tuple[int, list[str]]]:
    """The rows below the titles, each as wide as they are; empty ones are left out."""
    seen_titles = False
    for line, row in table.rows():
        if not any(plain(cell).strip() for cell in row):
            continue
        if not seen_titles:
            seen_titles = True
            continue
        if len(row) > width and any(plain(cell).strip() for cell in row[width:]):
            raise Unreadable(f"line {line} has {len(row)} values, there are {width} titles")
        yield line, row[:width] + [""] * (width - len(row))


def _copied(cell: str, kind: int) -> str:
    """One value as COPY reads it."""
    text = plain(cell)
    bare = text.strip()
    if not bare:
        return "\\N"
    if kind == TEXT:
        return _SPECIAL.sub(lambda found: _ESCAPED[found[0]], text)
    if kind == BOOLEAN:
        return _TRUTH[bare.lower()]
    if kind in (DECIMAL, FLOAT):
        return bare.replace(",", ".")
    if kind == DATE:
        return _iso_day(bare)
    return _moment(bare) if kind == TIMESTAMP else bare


def _moment(text: str) -> str:
    """Without a zone it is UTC."""
    if not _ISO_MOMENT.fullmatch(text):
        return f"{_iso_day(text)} 00:00Z"
    return text if text.endswith("Z") or text[-6] in "+-" else f"{text}Z"


if __name__ == "__main__":
    main(*sys.argv[1:6])
