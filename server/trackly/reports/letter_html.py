"""A mail about an edition as HTML: tables and inline styles, which every mail program knows; nothing from elsewhere is
loaded. Dark programs turn its colours by themselves (`color-scheme`). Pure."""

from collections.abc import Iterator
from html import escape

from trackly.reports.letter import Letter, cell, corrections, named_rows
from trackly.reports.variables import figure_text

_NUMBERS = ("integer", "decimal", "float")
_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark }
body { margin: 0; background: #ffffff; color: #1c2024 }
a { color: #2b5fd9 }
th, td { border-bottom: 1px solid #d9dce1 }
.quiet { color: #5b626c }
@media (prefers-color-scheme: dark) {
  body, .sheet { background: #16181c !important; color: #eceef0 !important }
  a { color: #8fb3ff !important }
  th, td { border-color: #363a42 !important }
  .quiet { color: #a3a9b4 !important }
  img { background: #ffffff; border-radius: 4px }
}
"""
_FONT = "font-family: Inter, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif; font-size: 14px; line-height: 20px"
_CELL = "padding: 6px 12px 6px 0; text-align: {side}; vertical-align: top"


def letter_html(letter: Letter) -> str:
    """The whole document."""
    body = "".join(_blocks(letter))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(letter.subject)}</title><style>{_STYLE}</style></head>"
        f'<body><div class="sheet" style="max-width: 760px; margin: 0 auto; padding: 24px; {_FONT}">{body}</div>'
        "</body></html>"
    )


def _blocks(letter: Letter) -> Iterator[str]:
    yield f'<h1 style="margin: 0; font-size: 20px; line-height: 28px">{escape(letter.title)}</h1>'
    yield f'<p class="quiet" style="margin: 0 0 16px">{escape(letter.as_of)} · {escape(letter.scope)}</p>'
    yield letter.intro_html
    yield from _changes(letter)
    if letter.shows_figures:
        yield from _figures(letter)
        yield from _charts(letter)
    if letter.shows_rows:
        yield _table(letter)
        yield f'<p class="quiet">{escape(letter.count)}.</p>'
    yield from (f'<p class="quiet">{escape(note)}</p>' for note in letter.notes)
    yield f'<p><a href="{escape(letter.link)}">Open the run and its receipt</a></p>'
    if letter.unsubscribe:
        yield f'<p class="quiet"><a href="{escape(letter.unsubscribe)}">No more of these mails</a></p>'


def _changes(letter: Letter) -> Iterator[str]:
    if letter.changes is None:
        return
    yield f'<p style="font-weight: 600">{escape(letter.changes.sentence)}</p>'
    items = [f"<li>{escape(what)}: {escape(which)}</li>" for what, which in named_rows(letter.changes)]
    items += [f"<li><strong>Corrected:</strong> {escape(one)}</li>" for one in corrections(letter.changes)]
    if items:
        yield f'<ul style="padding-left: 20px">{"".join(items)}</ul>'


def _figures(letter: Letter) -> Iterator[str]:
    if not letter.figures:
        return
    cells = "".join(
        f'<td style="border: 0; padding: 0 24px 0 0"><div style="font-size: 20px; line-height: 28px; font-weight: 600">'
        f'{escape(figure_text(one.value))}</div><div class="quiet">{escape(one.label)}</div></td>'
        for one in letter.figures
    )
    yield f'<table role="presentation" style="border-collapse: collapse; margin: 16px 0"><tr>{cells}</tr></table>'


def _charts(letter: Letter) -> Iterator[str]:
    for chart, cid in zip(letter.charts, letter.cids, strict=True):
        title = escape(chart.title)
        yield f'<p style="margin: 16px 0 4px; font-weight: 600">{title}</p>'
        yield f'<img src="cid:{escape(cid)}" alt="{title}" style="max-width: 100%; height: auto; display: block">'


def _table(letter: Letter) -> str:
    sides = ["right" if column.type in _NUMBERS else "left" for column in letter.columns]
    heads = "".join(
        f'<th scope="col" class="quiet" style="{_CELL.format(side=side)}; font-weight: 500">{escape(column.title)}</th>'
        for column, side in zip(letter.columns, sides, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="{_CELL.format(side=side)}">{escape(cell(value))}</td>'
            for value, side in zip(row, sides, strict=True)
        )
        + "</tr>"
        for row in letter.head
    )
    style = "border-collapse: collapse; margin: 16px 0; font-variant-numeric: tabular-nums"
    return f'<table style="{style}"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
