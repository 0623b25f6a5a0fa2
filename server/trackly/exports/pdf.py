"""A PDF of the document: set by typst from one fixed page and a file of plain texts. Same input, same bytes."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typst

from trackly.exports.document import Document, ExportJob
from trackly.exports.drawing import FONTS
from trackly.exports.errors import ExportFailed
from trackly.exports.heads import cut_sentence, shortened_sentence
from trackly.exports.layout import Layout, lay_out, softened
from trackly.exports.pictures import Picture
from trackly.exports.rows import Rows
from trackly.exports.sink import Sink
from trackly.exports.texts import label, shown

MOST_ROWS = 1000
_NAMED_MOST = 100
FAMILIES = [
    *("Inter", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai"),
    *("Droid Sans Fallback", "Noto Emoji"),
]
_PAGE = Path(__file__).with_name("page.typ").read_bytes()
_FONTS = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
_NO_PACKAGES = "/nonexistent"


def write_pdf(
    rows: Rows,
    job: ExportJob,
    figures: Sequence[tuple[str, str | None]],
    pictures: Sequence[Picture],
    sink: Sink,
    *,
    truncated: bool,
) -> list[str]:
    """The whole document; returns the sentences on what it leaves out. Raises ExportFailed(render)."""
    document = job.document
    texts = _texts(rows)
    grouped = _group_index(rows, document)
    layout = lay_out(rows.columns, texts, grouped)
    remarks = _remarks(rows, layout, job, truncated=truncated)
    page = {
        **_words(document, layout, remarks),
        "figures": [{"label": name, "value": label(value)} for name, value in figures],
        "charts": [
            {"title": picture.title, "file": None if picture.is_empty else picture.svg.name} for picture in pictures
        ],
        "table": {
            "columns": [
                {"title": softened(place.title, place.signs), "right": place.right, "width": place.width}
                for place in layout.places
            ],
            "rows": len(texts),
            "groups": _groups(texts, layout, grouped),
        },
    }
    files: dict[str, bytes] = {"main.typ": _PAGE, "data.json": json.dumps(page).encode()}
    files |= {picture.svg.name: picture.svg.read_bytes() for picture in pictures if not picture.is_empty}
    sink.write(_set(files))
    return remarks


def _set(files: Any) -> bytes:
    """`files`: names and contents; they are in memory only, and nothing else can be read."""
    try:
        made: bytes = typst.compile(
            files,
            font_paths=_FONTS,
            package_path=_NO_PACKAGES,
            package_cache_path=_NO_PACKAGES,
        )
    except (typst.TypstError, RuntimeError) as error:
        raise ExportFailed("render", f"The PDF can't be set: {str(error).splitlines()[0][:200]}") from None
    return made


def _words(document: Document, layout: Layout, remarks: Sequence[str]) -> dict[str, Any]:
    created = (document.moment or datetime(1980, 1, 1, tzinfo=UTC)).astimezone(UTC)
    parts = ("year", "month", "day", "hour", "minute", "second")
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "as_of": f"As of {document.as_of_text}" if document.as_of_text else "",
        "foot": " · ".join(part for part in (document.title, document.as_of_text) if part),
        "created": {part: getattr(created, part) for part in parts},
        "landscape": layout.landscape,
        "size": layout.size,
        "fonts": FAMILIES,
        "lines": [*document.lines],
        "notes": [*remarks, *document.notes],
    }


def _remarks(rows: Rows, layout: Layout, job: ExportJob, *, truncated: bool) -> list[str]:
    said = []
    if truncated:
        said.append(cut_sentence(rows.count))
    if rows.count > MOST_ROWS:
        said.append(shortened_sentence(MOST_ROWS, rows.count, job.formats))
    if layout.left_out:
        count = len(layout.left_out)
        said.append(
            f"{count} {'column has' if count == 1 else 'columns have'} no room on paper: {_some(layout.left_out)}."
        )
    return said


def _texts(rows: Rows) -> list[list[str | None]]:
    kinds = [column.column.type for column in rows.columns]
    return [[shown(kind, value) for kind, value in zip(kinds, row, strict=True)] for row in rows.texts(MOST_ROWS)]


def _group_index(rows: Rows, document: Document) -> int | None:
    """The place of the column that heads groups; it needs another beside it."""
    names = [column.column.name for column in rows.columns]
    return names.index(document.group_by) if document.group_by in names and len(names) > 1 else None


def _groups(texts: Sequence[Sequence[str | None]], layout: Layout, grouped: int | None) -> list[dict[str, Any]]:
    """Rows that follow each other with the same value, under it; without grouping, all under none."""
    groups: list[dict[str, Any]] = []
    for row in texts:
        head = None if grouped is None else row[grouped] or "–"
        if not groups or groups[-1]["head"] != head:
            groups.append({"head": head, "rows": []})
        groups[-1]["rows"].append([_cell(row[place.index], place.signs) for place in layout.places])
    return groups


def _cell(text: str | None, signs: int) -> str | None:
    return None if text is None else softened(text, signs)


def _some(names: Sequence[str]) -> str:
    """The first of them, and how many more there are: mails say it too."""
    more = len(names) - _NAMED_MOST
    return ", ".join(names) if more <= 1 else f"{', '.join(names[:_NAMED_MOST])} and {more} more"
