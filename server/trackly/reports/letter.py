"""What a mail about an edition says, and its plain text. Pure. Its HTML: `letter_html`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trackly.reports.edition_schemas import ChangesOut, ChartFact, ColumnFact, FigureFact
from trackly.reports.parts import Layout
from trackly.reports.plain import paragraphs
from trackly.reports.variables import figure_text

NAMED_MOST = 5
_CELL_MOST = 120
_COLUMN_WIDTH = 32


@dataclass(frozen=True, slots=True)
class Letter:
    """`intro` is Markdown with its variables filled; `intro_html` the same as safe HTML. `cids` names the picture of
    each chart. `notes`: sentences at the end. `unsubscribe`: an address for the foot, if there is one."""

    subject: str
    title: str
    as_of: str
    scope: str
    intro: str
    intro_html: str
    layout: Layout
    changes: ChangesOut | None
    figures: Sequence[FigureFact]
    charts: Sequence[ChartFact]
    cids: Sequence[str]
    columns: Sequence[ColumnFact]
    head: Sequence[Sequence[str | None]]
    rows: int
    notes: Sequence[str]
    link: str
    unsubscribe: str | None

    @property
    def shows_figures(self) -> bool:
        return self.layout != "table"

    @property
    def shows_rows(self) -> bool:
        return self.layout != "summary" and bool(self.head)

    @property
    def count(self) -> str:
        """How many of the rows are in the mail."""
        n = len(self.head)
        if self.rows <= n:
            return f"{self.rows:,} {'row' if self.rows == 1 else 'rows'}"
        return f"The first {n} of {self.rows:,} rows; all of them are in the files"


def cell(value: str | None) -> str:
    """A value for a narrow place: one line, cut."""
    text = " ".join((value or "").split())
    return text if len(text) <= _CELL_MOST else f"{text[: _CELL_MOST - 1]}…"


def named_rows(changes: ChangesOut) -> Iterator[tuple[str, str]]:
    """The first rows of each sort, as what happened and to which; of changed ones with the fields."""
    rows = changes.rows
    if rows is None:
        return
    for what, some in (("New", rows.added), ("Gone", rows.gone)):
        for row in some[:NAMED_MOST]:
            yield what, _name(row.key, row.label)
    for row in rows.changed[:NAMED_MOST]:
        fields = ", ".join(f"{one.field}: {_said(one.before)} → {_said(one.after)}" for one in row.fields[:3])
        yield "Changed", f"{_name(row.key, row.label)} ({fields})"


def corrections(changes: ChangesOut) -> list[str]:
    """Numbers of days that were over, which were sent otherwise."""
    return [f"{one.what} was {_said(one.before)}, is {_said(one.after)}" for one in changes.restated]


def letter_text(letter: Letter) -> str:
    """The whole mail without any markup."""
    blocks = [letter.title, f"{letter.as_of} · {letter.scope}", *paragraphs(letter.intro), *_changes(letter.changes)]
    if letter.shows_figures and letter.figures:
        blocks.append("\n".join(f"{one.label}: {figure_text(one.value)}" for one in letter.figures))
    if letter.shows_rows:
        blocks += [_table(letter), letter.count + "."]
    blocks += [*letter.notes, letter.link]
    if letter.unsubscribe:
        blocks.append(f"No more of these: {letter.unsubscribe}")
    return "\n\n".join(blocks) + "\n"


def _changes(changes: ChangesOut | None) -> Iterator[str]:
    if changes is None:
        return
    yield changes.sentence
    named = [f"{what}: {which}" for what, which in named_rows(changes)]
    named += [f"Corrected: {one}" for one in corrections(changes)]
    if named:
        yield "\n".join(named)


def _table(letter: Letter) -> str:
    """Columns side by side, as wide as their longest value, up to a limit."""
    lines = [[one.title for one in letter.columns], *([cell(value) for value in row] for row in letter.head)]
    widths = [min(max(len(value) for value in column), _COLUMN_WIDTH) for column in zip(*lines, strict=True)]
    padded = (
        "  ".join(value[:width].ljust(width) for value, width in zip(line, widths, strict=True)) for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)


def _name(key: Sequence[object], label: str) -> str:
    words = " ".join(str(part) for part in key)
    return cell(f"{words} {label}".strip()) or "a row"


def _said(value: object) -> str:
    return "–" if value is None or value == "" else cell(str(value))
