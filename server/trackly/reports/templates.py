"""The words of a report's mail and pages: text with variables such as {{rows}}. No logic, nothing is run. Pure.

A variable is a name between double braces: one that every report has (`VARIABLES`), the label of a figure, or the name
of a parameter. What stands for it is data, never markup: `fill_markdown` escapes it, `fill_line` takes line breaks out.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from trackly.kit.errors import FieldError
from trackly.reports.spelling import nearest

VARIABLES: Mapping[str, str] = {
    "report": "the name of the report",
    "date": "the day of the run, in the report's time zone",
    "time": "the time of the run, in the report's time zone",
    "rows": "how many rows there are",
    "scope": "whose rights the numbers have: everything, or 3 of 5 projects",
    "changed": "what changed since the last edition, in one sentence",
    "added": "how many rows are new since the last edition",
    "gone": "how many rows are gone since the last edition",
    "as_of": "the event up to which the numbers are counted",
    "owner": "whose report it is",
    "link": "the address of the run's page",
}
"""What every report has, and what it means: the editor shows these."""
_OPEN, _CLOSE = "{{", "}}"
_NAME = re.compile(r"[^\W\d_][\w .%/()-]{0,79}")
_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, or (`name` is set) a variable. `line` and `column` count from 1."""

    text: str
    name: str | None
    line: int
    column: int


class BrokenTemplate(Exception):
    """Braces that do not close, or a name that can't be one."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def variable_of(label: str) -> str:
    """The name under which a figure or a parameter is known: `Done this week` is {{done_this_week}}."""
    return re.sub(r"\W+", "_", label.strip().lower()).strip("_")


def pieces(text: str) -> Iterator[Piece]:
    """The text and the variables of a template, in order. BrokenTemplate."""
    place = 0
    while (start := text.find(_OPEN, place)) >= 0:
        line, column = _where(text, start)
        end = text.find(_CLOSE, start)
        if end < 0:
            raise BrokenTemplate("{{ without }}", line, column)
        name = text[start + 2 : end].strip()
        if not _NAME.fullmatch(name):
            raise BrokenTemplate(f"{name[:40]!r} can't be the name of a variable", line, column)
        if start > place:
            yield Piece(text[place:start], None, *_where(text, place))
        yield Piece(text[start : end + 2], variable_of(name), line, column)
        place = end + 2
    if place < len(text):
        yield Piece(text[place:], None, *_where(text, place))


def template_errors(field: str, text: str, known: Collection[str]) -> list[FieldError]:
    """What is wrong with a template, with the place and the nearest known name; nothing when it can be filled."""
    errors = []
    try:
        for piece in pieces(text):
            if piece.name is not None and piece.name not in known:
                close = nearest(piece.name, known)
                hint = f"; did you mean {{{{{close}}}}}?" if close else ""
                place = f"line {piece.line}, column {piece.column}"
                errors.append(FieldError(field, f"{piece.text} at {place} is not a variable of this report{hint}"))
    except BrokenTemplate as broken:
        errors.append(FieldError(field, f"{broken.message} at line {broken.line}, column {broken.column}"))
    return errors


def fill_line(text: str, values: Mapping[str, str]) -> str:
    """One line of plain text, such as a subject. A variable without a value is empty."""
    filled = "".join(piece.text if piece.name is None else values.get(piece.name, "") for piece in pieces(text))
    return _BREAKS.sub(" ", filled).strip()


def fill_markdown(text: str, values: Mapping[str, str]) -> str:
    """Markdown in which the values are plain words: none of their characters means anything."""
    return "".join(piece.text if piece.name is None else _plain(values.get(piece.name, "")) for piece in pieces(text))


def _plain(value: str) -> str:
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", value))


def _where(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
