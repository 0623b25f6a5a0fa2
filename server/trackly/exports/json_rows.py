"""Rows as JSON: numbers keep every digit, moments are ISO 8601, null is null, an empty text is empty."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Sequence
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from trackly.exports.plan import ColumnType
from trackly.exports.rows import Rows
from trackly.exports.sink import Sink
from trackly.exports.types import ReadColumn

_ZONE = re.compile(r"([+-]\d\d)(?::?(\d\d))?(?::\d\d)?$")
_NUMERIC = frozenset({ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT})
_quoted: Callable[[str], str] = encode_basestring


def written(kind: ColumnType, value: str) -> str:
    """The JSON for a value as the database wrote it. Infinity and NaN, which JSON has not, are texts."""
    if kind in _NUMERIC:
        return value if value[-1] <= "9" else _quoted(value)
    if kind is ColumnType.BOOLEAN:
        return "true" if value[0] == "t" else "false"
    if kind is ColumnType.TIMESTAMP:
        return _quoted(moment(value))
    if kind is ColumnType.JSON:
        return value.replace("\r", " ").replace("\n", " ")
    return _quoted(value)


def moment(value: str) -> str:
    """`2026-11-26 08:00:00+02` as ISO 8601, with minutes in its offset when it has one."""
    if value[10:11] != " " or value.endswith("BC"):
        return value
    day, time = value[:10], value[11:]
    return f"{day}T{_ZONE.sub(_offset, time)}"


def _offset(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2] or '00'}"


def objects(rows: Rows, limit: int | None = None) -> Iterator[str]:
    """Each row as one JSON object on one line."""
    heads = [f"{_quoted(column.column.name)}: " for column in rows.columns]
    kinds = [column.column.type for column in rows.columns]
    for row in rows.texts(limit):
        members = [
            head + ("null" if value is None else written(kind, value))
            for head, kind, value in zip(heads, kinds, row, strict=True)
        ]
        yield f"{{{', '.join(members)}}}"


def read_objects(rows: Rows, limit: int) -> list[dict[str, Any]]:
    """The first rows as Python has them from JSON, for charts."""
    return [json.loads(text) for text in objects(rows, limit)]


def write_ndjson(rows: Rows, sink: Sink) -> None:
    for text in objects(rows):
        sink.write(f"{text}\n".encode())


def write_array(rows: Rows, sink: Sink) -> None:
    before = b"[\n"
    for text in objects(rows):
        sink.write(before + text.encode())
        before = b",\n"
    sink.write(b"\n]\n" if before == b",\n" else b"[]\n")


def write_packed(rows: Rows, path: Path) -> None:
    """One JSON array a row, gzip without a time in it."""
    with path.open("xb") as file, gzip.GzipFile("", "wb", 1, file, mtime=0) as packed:
        for text in _arrays(rows, None):
            packed.write(f"{text}\n".encode())


def loaded(kind: ColumnType, value: str | None) -> Any:
    """A value as Python has it from JSON."""
    return None if value is None else json.loads(written(kind, value))


def loaded_object(columns: Sequence[ReadColumn], row: Sequence[str | None]) -> dict[str, Any]:
    return {column.column.name: loaded(column.column.type, value) for column, value in zip(columns, row, strict=True)}


def _arrays(rows: Rows, limit: int | None) -> Iterator[str]:
    kinds = [column.column.type for column in rows.columns]
    for row in rows.texts(limit):
        values = ["null" if value is None else written(kind, value) for kind, value in zip(kinds, row, strict=True)]
        yield f"[{', '.join(values)}]"
