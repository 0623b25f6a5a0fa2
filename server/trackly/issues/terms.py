"""What the terms of a query mean: fields, their values, relative times. Text in, checked conditions out. Pure."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from trackly.issues.language import Term, Value, mistake
from trackly.issues.rules import Priority, Resolution, Severity
from trackly.projects.facade import Status


@dataclass(frozen=True, slots=True)
class OneOf:
    """`column` is one of `values`."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The rank of `column` compares with `rank` by `op`."""

    column: str
    op: str
    rank: int


@dataclass(frozen=True, slots=True)
class PersonIs:
    """The person in `column` is one of these ids, bears one of these names, or (`nobody`) there is none."""

    column: str
    ids: tuple[int, ...]
    names: tuple[str, ...]
    nobody: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    names: tuple[str, ...]
    none: bool


@dataclass(frozen=True, slots=True)
class InProjects:
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """`column` is at or after `start` and before `end`; None leaves a side open."""

    column: str
    start: datetime | date | None
    end: datetime | date | None


@dataclass(frozen=True, slots=True)
class Unset:
    column: str


@dataclass(frozen=True, slots=True)
class Flag:
    name: str


@dataclass(frozen=True, slots=True)
class AnyOf:
    conditions: tuple["Condition", ...]


Condition = OneOf | Ranked | PersonIs | Labelled | InProjects | Within | Unset | Flag | AnyOf

_ORDERED: Mapping[str, type[Status] | type[Severity] | type[Priority]] = {
    "status": Status,
    "severity": Severity,
    "priority": Priority,
}
_TIMES = {"created": "created_at", "updated": "updated_at", "done": "done_at"}
_FLAGS = ("overdue", "open", "done", "unassigned", "watching")
_LATER = ("was", "changed", "moved")
SORTS = ("updated", "created", "key", "priority", "severity", "due", "status", "title")

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?")
_SPAN = re.compile(r"([+-]\d{1,5})([hdwmy])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}
_WHEN = "a date such as 2026-12-01, or a span such as -7d (h, d, w, m, y), today, yesterday or tomorrow"


@dataclass(frozen=True, slots=True)
class Reading:
    """Who asks, when, and whose days: what `me`, `-7d` and `today` mean."""

    user_id: int
    now: datetime
    zone: tzinfo = UTC

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def nearest(word: str, known: tuple[str, ...]) -> str | None:
    found = difflib.get_close_matches(word.lower()[:50], known, n=1, cutoff=0.6)
    return found[0] if found else None


def meaning_of(term: Term, reading: Reading) -> Condition:
    """The condition that a term states. InvalidQuery, with the place, for an unknown field or value."""
    if term.field in _LATER:
        raise mistake(
            f"{term.field}: asks about history, which can't be searched yet", term.at, "a term about the present"
        )
    if term.field in _TIMES:
        return time_meaning(_TIMES[term.field], term, reading)
    if term.field in _ORDERED and term.op != ":":
        return _ranked(term)
    meaning = _FIELDS.get(term.field)
    if meaning is None:
        known = (*FIELDS, "sort")
        raise mistake(
            f"There is no field {term.field!r}",
            term.at,
            f"one of {', '.join(known)}, or quotes around text that holds a {term.op}",
            nearest(term.field, known),
        )
    if term.op != ":" and term.field != "due":
        raise mistake(f"{term.field} can't be compared with {term.op}", term.at, f"{term.field}:value")
    return meaning(term, reading)


def _word_of(value: Value, words: type[StrEnum]) -> str:
    wanted = value.text.upper().replace("-", "_").replace(" ", "_")
    if wanted in words.__members__:
        return wanted
    known = tuple(word.lower() for word in words)
    raise mistake(
        f"{value.text!r} is not known here", value.at, f"one of {', '.join(known)}", nearest(value.text, known)
    )


def _ranked(term: Term) -> Condition:
    words = _ORDERED[term.field]
    rank = list(words.__members__).index(_word_of(term.values[0], words))
    return Ranked(f"{term.field}_rank", term.op, rank)


def _enumerated(words: type[StrEnum]) -> Callable[[Term, Reading], Condition]:
    def meaning(term: Term, _: Reading) -> Condition:
        return OneOf(term.field, tuple(_word_of(value, words) for value in term.values))

    return meaning


def person_meaning(term: Term, reading: Reading) -> PersonIs:
    """Who the values name: `me`, the number of a person, a name; `none` for an assignee."""
    ids: list[int] = []
    names: list[str] = []
    nobody = False
    for value in term.values:
        plain = value.text.lower()
        if not value.quoted and plain == "me":
            ids.append(reading.user_id)
        elif not value.quoted and plain == "none" and term.field == "assignee":
            nobody = True
        elif not value.quoted and plain.isascii() and plain.isdigit():
            ids.append(min(int(plain), 2**63 - 1))
        else:
            names.append(plain)
    return PersonIs(f"{term.field}_id", tuple(ids), tuple(names), nobody)


def _label(term: Term, _: Reading) -> Condition:
    names = tuple(v.text.lower() for v in term.values if v.quoted or v.text.lower() != "none")
    return Labelled(names, none=len(names) < len(term.values))


def _project(term: Term, _: Reading) -> Condition:
    return InProjects(tuple(value.text.upper() for value in term.values))


def _flag(term: Term, _: Reading) -> Condition:
    for value in term.values:
        if value.text.lower() not in _FLAGS:
            at, known = value.at, ", ".join(_FLAGS)
            raise mistake(f"is:{value.text} is not known", at, f"one of {known}", nearest(value.text, _FLAGS))
    return AnyOf(tuple(Flag(value.text.lower()) for value in term.values))


def _due(term: Term, reading: Reading) -> Condition:
    return AnyOf(date_meaning("due_on", term, reading))


def date_meaning(column: str, term: Term, reading: Reading) -> tuple[Unset | Within, ...]:
    """What a term says of a date: any one of these. InvalidQuery for what is no time."""
    conditions: list[Unset | Within] = []
    for value in term.values:
        if term.op == ":" and not value.quoted and value.text.lower() == "none":
            conditions.append(Unset(column))
            continue
        start, _ = _stretch(value, reading)
        conditions.append(_within(column, term.op, start.date(), _day_after(start.date(), value)))
    return tuple(conditions)


def time_meaning(column: str, term: Term, reading: Reading) -> AnyOf | Within:
    """What a term says of a moment. InvalidQuery for what is no time."""
    stretches = [(value, _stretch(value, reading)) for value in term.values]
    if term.op == ":":
        return AnyOf(
            tuple(
                Within(column, *_whole_day(start, value, reading)) if start == end else Within(column, start, end)
                for value, (start, end) in stretches
            )
        )
    start, end = stretches[0][1]
    return _within(column, term.op, start, end)


def _within(column: str, op: str, start: datetime | date, end: datetime | date) -> Within:
    """A comparison with the stretch from `start` up to `end`, such as the whole of a day."""
    match op:
        case ":":
            return Within(column, start, end)
        case ">":
            return Within(column, end, None)
        case ">=":
            return Within(column, start, None)
        case "<":
            return Within(column, None, start)
        case _:
            return Within(column, None, end)


def _stretch(value: Value, reading: Reading) -> tuple[datetime, datetime]:
    """What a time names: a whole day, or a moment (both ends the same)."""
    text = value.text.strip()
    today = reading.now.astimezone(reading.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    named = {"yesterday": -1, "today": 0, "tomorrow": 1}.get(text.lower())
    try:
        if named is not None:
            start = today + timedelta(days=named)
            return start, start + timedelta(days=1)
        if _DAY.fullmatch(text):
            start = datetime.combine(date.fromisoformat(text), datetime.min.time(), reading.zone)
            return start, start + timedelta(days=1)
        span = _SPAN.fullmatch(text.lower())
        if span:
            moment = (reading.now + timedelta(hours=int(span[1]) * _HOURS[span[2]])).astimezone(reading.zone)
            return moment, moment
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text)
            moment = moment.replace(tzinfo=reading.zone) if moment.tzinfo is None else moment.astimezone(reading.zone)
            return moment, moment
    except (ValueError, OverflowError):
        raise mistake(f"{value.text!r} is not in the calendar", value.at, _WHEN) from None
    raise mistake(f"{value.text!r} is not a time", value.at, _WHEN)


def _whole_day(moment: datetime, value: Value, reading: Reading) -> tuple[datetime, datetime]:
    start = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return start, datetime.combine(_day_after(start.date(), value), datetime.min.time(), reading.zone)


def _day_after(day: date, value: Value) -> date:
    try:
        return day + timedelta(days=1)
    except OverflowError:
        raise mistake(f"{value.text!r} is not in the calendar", value.at, _WHEN) from None


_FIELDS: Mapping[str, Callable[[Term, Reading], Condition]] = {
    "status": _enumerated(Status),
    "severity": _enumerated(Severity),
    "priority": _enumerated(Priority),
    "resolution": _enumerated(Resolution),
    "assignee": person_meaning,
    "reporter": person_meaning,
    "label": _label,
    "project": _project,
    "due": _due,
    "is": _flag,
}
FIELDS = tuple(sorted({*_FIELDS, *_TIMES}))
"""What a term can be about."""
