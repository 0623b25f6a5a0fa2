"""A page of its own: no script, nothing loaded, charts inside, every text escaped."""

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

import nh3

from trackly.exports.document import ExportJob
from trackly.exports.heads import cut_sentence, shortened_sentence
from trackly.exports.pictures import Picture
from trackly.exports.rows import Rows
from trackly.exports.sink import Sink
from trackly.exports.texts import is_number, label, shown

MOST_ROWS = 5000
_LONGEST = 2000
_STYLE = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_DRAWN = {"svg", "g", "path", "rect", "text", "tspan", "line", "circle", "defs", "clipPath", "title", "desc"}
_SVG_ATTRIBUTES = {
    *("width", "height", "viewBox", "xmlns", "version", "class", "transform", "d", "x", "y", "x1", "x2", "y1", "y2"),
    *("cx", "cy", "r", "rx", "ry", "dx", "dy", "fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity"),
    *("stroke-dasharray", "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "opacity", "font-family"),
    *("font-size", "font-weight", "font-style", "text-anchor", "pointer-events", "role", "aria-label", "aria-hidden"),
    *("aria-roledescription", "id", "clip-path"),
}


def write_html(
    rows: Rows,
    job: ExportJob,
    figures: Sequence[tuple[str, str | None]],
    pictures: Sequence[Picture],
    sink: Sink,
    *,
    truncated: bool,
) -> list[str]:
    """The whole document; returns the sentences on what it leaves out."""
    remarks = [cut_sentence(rows.count)] if truncated else []
    if rows.count > MOST_ROWS:
        remarks.append(shortened_sentence(MOST_ROWS, rows.count, job.formats))
    for piece in (
        _top(job),
        _figures(figures),
        *map(_chart, pictures),
        *_table(rows, job),
        *(f'<p class="note">{escape(note)}</p>\n' for note in (*remarks, *job.document.notes)),
        "</main>\n</body>\n</html>\n",
    ):
        sink.write(piece.encode())
    return remarks


def _top(job: ExportJob) -> str:
    document = job.document
    title = escape(document.title)
    subtitle = f'<p class="subtitle" dir="auto">{escape(document.subtitle)}</p>\n' if document.subtitle else ""
    as_of = f'<p class="as-of">As of {escape(document.as_of_text)}</p>\n' if document.as_of_text else ""
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in document.lines)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1 dir="auto">{title}</h1>\n{subtitle}{as_of}{lines}'
    )


def _figures(figures: Sequence[tuple[str, str | None]]) -> str:
    if not figures:
        return ""
    tiles = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(label(value))}</dd></div>\n" for name, value in figures)
    return f'<dl class="figures">\n{tiles}</dl>\n'


def _chart(picture: Picture) -> str:
    drawn = "<p>No rows to draw.</p>" if picture.is_empty else _inline(picture.svg.read_text(encoding="utf-8"))
    return f"<figure>\n<figcaption>{escape(picture.title)}</figcaption>\n{drawn}\n</figure>\n"


def _inline(svg: str) -> str:
    """The drawing alone: no link, no script, no style, nothing that loads."""
    return nh3.clean(svg, tags=_DRAWN, attributes={"*": _SVG_ATTRIBUTES}, link_rel=None, strip_comments=True)


def _table(rows: Rows, job: ExportJob) -> Iterator[str]:
    if not rows.count:
        yield '<p class="note">There are no rows.</p>\n'
        return
    kinds = [column.column.type for column in rows.columns]
    places = [index for index in range(len(kinds)) if index != _group_index(rows, job)]
    marks = [' class="number"' if is_number(kind) else ' dir="auto"' for kind in kinds]
    heads = "".join(f'<th scope="col"{marks[index]}>{escape(rows.columns[index].column.head)}</th>' for index in places)
    yield f'<div class="wide" tabindex="0"><table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n'
    head, grouped = object(), _group_index(rows, job)
    for row in rows.texts(MOST_ROWS):
        if grouped is not None and row[grouped] != head:
            head = row[grouped]
            name = escape(shown(kinds[grouped], row[grouped], _LONGEST) or "–")
            yield f'<tr class="group"><th scope="rowgroup" colspan="{len(places)}" dir="auto">{name}</th></tr>\n'
        cells = "".join(
            f"<td{marks[index]}>{escape(shown(kinds[index], row[index], _LONGEST) or '')}</td>" for index in places
        )
        yield f"<tr>{cells}</tr>\n"
    yield "</tbody>\n</table></div>\n"


def _group_index(rows: Rows, job: ExportJob) -> int | None:
    names = [column.column.name for column in rows.columns]
    group_by = job.document.group_by
    return names.index(group_by) if group_by in names and len(names) > 1 else None
