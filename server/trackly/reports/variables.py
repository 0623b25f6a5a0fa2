"""What the variables of a report's words stand for in one edition. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from trackly.reports.edition_schemas import ChangesOut, FigureFact
from trackly.reports.templates import variable_of


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an edition. `as_of`: a cursor of the log, `values`: of the parameters."""

    report: str
    owner: str
    scope: str
    moment: datetime
    tz: str
    rows: int
    as_of: str
    figures: Iterable[FigureFact]
    values: Mapping[str, Any]
    changes: ChangesOut | None
    link: str


def variables_of(told: Told) -> dict[str, str]:
    """Every variable that this edition has, as the words that stand for it."""
    local = told.moment.astimezone(ZoneInfo(told.tz))
    rows = told.changes.rows if told.changes else None
    return {
        **{name: value_text(value) for name, value in told.values.items()},
        **{variable_of(figure.label): figure_text(figure.value) for figure in told.figures},
        "report": told.report,
        "date": day_text(local.date()),
        "time": f"{local:%H:%M}",
        "rows": f"{told.rows:,}",
        "scope": told.scope,
        "changed": told.changes.sentence if told.changes else "This is the first edition.",
        "added": f"{rows.n_added:,}" if rows else "",
        "gone": f"{rows.n_gone:,}" if rows else "",
        "as_of": event_text(told.as_of),
        "owner": told.owner,
        "link": told.link,
    }


def day_text(day: date) -> str:
    """Such as 26 Nov 2026."""
    return f"{day:%-d %b %Y}"


def value_text(value: Any) -> str:
    """The value of a parameter as people read it."""
    if value is None:
        return "any"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return day_text(value)
    return str(value)


def figure_text(value: str | None) -> str:
    """A figure with its thousands marked; a dash for none."""
    if value is None:
        return "–"
    whole, point, rest = value.partition(".")
    return f"{int(whole):,}{point}{rest}" if whole.lstrip("-").isdigit() and not whole.startswith("-0") else value


def event_text(as_of: str) -> str:
    """The number of the event that a cursor names."""
    seq = as_of.rpartition(".")[2]
    return f"{int(seq):,}" if seq.isdigit() else as_of
