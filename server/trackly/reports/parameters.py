"""Parameters of a report: what their defaults mean on the day of a run, and whether a value is one of their type. Pure.

A relative date counts from the local day of the run: `today`, `yesterday`, `tomorrow`, `-7d`, `+2w`, `monday` (that of
this week), `last_monday`, `week_start`, `month_start`, `month_end`, `quarter_start`, `year_start`, and each of these
with `last_` or `next_` before it."""

import calendar
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from trackly.kit.errors import FieldError, InvalidInput
from trackly.reports.parts import Parameter, ParameterType, Scalar
from trackly.reports.spelling import nearest

TEXT_MAX = 2_000
INTEGER_MAX = 2**63 - 1
Value = str | int | float | bool | date | None

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OFFSET = re.compile(r"([+-]\d{1,4})([dwmy])")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_STARTS = (
    "week_start",
    "week_end",
    "month_start",
    "month_end",
    "quarter_start",
    "quarter_end",
    "year_start",
    "year_end",
)
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
RELATIVE = ("today", "yesterday", "tomorrow", *_WEEKDAYS, *_STARTS)
_PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class RunDay:
    """The moment that a run counts from, in the zone that its dates are of."""

    moment: datetime
    tz: str

    @property
    def today(self) -> date:
        return self.moment.astimezone(ZoneInfo(self.tz)).date()


def parse_day(text: str, today: date) -> date:
    """The day that `text` names. ValueError with what is expected."""
    word = text.strip().lower()
    if _DATE.fullmatch(word):
        return _calendar_day(word)
    offset = _OFFSET.fullmatch(word)
    try:
        if offset:
            return _moved(today, int(offset[1]), offset[2])
        found = _named(word, today)
    except (ValueError, OverflowError):
        raise ValueError("is a day that no calendar has") from None
    if found is None:
        close = nearest(word, RELATIVE)
        hint = f"; did you mean {close}?" if close else ""
        raise ValueError(f"must be a date such as 2026-12-01, or today, -7d, monday, month_start and the like{hint}")
    return found


def _calendar_day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise ValueError("is a day that no calendar has") from None


def _moved(day: date, by: int, unit: str) -> date:
    """Months and years keep the day of the month, or take the last one that there is."""
    if unit in "dw":
        return day + timedelta(days=by * (7 if unit == "w" else 1))
    months = day.year * 12 + day.month - 1 + by * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _named(word: str, today: date) -> date | None:
    near = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if word in near:
        return today + timedelta(days=near[word])
    shift, plain = 0, word
    for prefix, by in (("last_", -1), ("next_", 1)):
        if word.startswith(prefix):
            shift, plain = by, word.removeprefix(prefix)
    if plain in _WEEKDAYS:
        return today + timedelta(days=_WEEKDAYS.index(plain) - today.weekday() + 7 * shift)
    unit, _, edge = plain.partition("_")
    if plain not in _STARTS:
        return None
    return _edge(today, unit, edge, shift)


def _edge(today: date, unit: str, edge: str, shift: int) -> date:
    """The first or the last day of a week (it begins on Monday), month, quarter or year."""
    if unit == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(days=7 * shift)
        return first if edge == "start" else first + timedelta(days=6)
    length = _MONTHS[unit]
    month = (today.month - 1) // length * length + 1
    first = _moved(date(today.year, month, 1), shift * length, "m")
    return first if edge == "start" else _moved(first, length, "m") - timedelta(days=1)


def check_declarations(parameters: Sequence[Parameter], at: str = "parameters") -> None:
    """Names that are there twice and defaults that are not of their type. InvalidInput with the place of each."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    today = date(2026, 1, 31)
    for index, parameter in enumerate(parameters):
        if parameter.name in seen:
            errors.append(FieldError(f"{at}.{index}.name", f"{parameter.name} is there twice"))
        seen.add(parameter.name)
        if parameter.default is not None:
            try:
                read_value(parameter.type, parameter.default, today)
            except ValueError as error:
                errors.append(FieldError(f"{at}.{index}.default", str(error)))
    refuse(errors)


def resolve_values(
    parameters: Sequence[Parameter],
    given: Mapping[str, Scalar],
    day: RunDay,
    *,
    at: str = "parameters",
    needed: bool = True,
) -> dict[str, Value]:
    """The value of each parameter in a run: what was given, else its default. A date is a day of the calendar then.
    Not `needed`: a required one may be missing still.

    InvalidInput on `at`.name for what is unknown, missing or of another type."""
    errors: list[FieldError] = []
    known = {parameter.name for parameter in parameters}
    for name in given:
        if name not in known:
            close = nearest(name, tuple(known))
            hint = f"; did you mean {close}?" if close else ""
            errors.append(FieldError(f"{at}.{name}", f"the report has no such parameter{hint}"))
    values: dict[str, Value] = {}
    for parameter in parameters:
        value = given.get(parameter.name, parameter.default)
        try:
            values[parameter.name] = None if value is None else read_value(parameter.type, value, day.today)
        except ValueError as error:
            errors.append(FieldError(f"{at}.{parameter.name}", str(error)))
        if value is None and parameter.required and needed:
            errors.append(FieldError(f"{at}.{parameter.name}", "needs a value"))
    refuse(errors)
    return values


def read_value(kind: ParameterType, value: Scalar, today: date) -> Value:
    """`value` as one of `kind`. ValueError with what is expected."""
    return _READERS[kind](value, today)


def stored_values(values: Mapping[str, Value]) -> dict[str, Any]:
    """As JSON keeps them."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def restored_values(parameters: Sequence[Parameter], stored: Mapping[str, Any]) -> dict[str, Value]:
    """The other way: days are days again."""
    days = {parameter.name for parameter in parameters if parameter.type == "date"}
    return {
        name: date.fromisoformat(value) if name in days and isinstance(value, str) else value
        for name, value in stored.items()
    }


def refuse(errors: Sequence[FieldError]) -> None:
    """Raises InvalidInput with all of `errors`, if there are any."""
    if errors:
        raise InvalidInput("; ".join(f"{error.field}: {error.message}" for error in errors[:3]), errors=errors)


def _day(value: Scalar, today: date) -> Value:
    if not isinstance(value, str):
        raise ValueError("must be a date in quotes, such as 2026-12-01 or -7d")
    return parse_day(value, today)


def _text(value: Scalar, _: date) -> Value:
    if not isinstance(value, str) or len(value) > TEXT_MAX:
        raise ValueError(f"must be a text of at most {TEXT_MAX:,} characters")
    return value


def _integer(value: Scalar, _: date) -> Value:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > INTEGER_MAX:
        raise ValueError("must be a whole number")
    return value


def _number(value: Scalar, _: date) -> Value:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e300:
        raise ValueError("must be a number")
    return value


def _boolean(value: Scalar, _: date) -> Value:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _project(value: Scalar, _: date) -> Value:
    if not isinstance(value, str) or not _PROJECT.fullmatch(value):
        raise ValueError("must be the key of a project, such as TRK")
    return value.upper()


def _label(value: Scalar, _: date) -> Value:
    if not isinstance(value, str) or not 1 <= len(value) <= 40:
        raise ValueError("must be the name of a label")
    return value


def _person(value: Scalar, _: date) -> Value:
    if value == "me" or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= INTEGER_MAX):
        return value
    raise ValueError('must be the number of a person, or "me"')


_READERS: Mapping[ParameterType, Callable[[Scalar, date], Value]] = {
    "date": _day,
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "project": _project,
    "label": _label,
    "person": _person,
}
