"""Whose rights and which period: from the values of a run's parameters. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from trackly.datasets.dataset import Dataset, Scope
from trackly.datasets.errors import InvalidSource
from trackly.datasets.parameters import Given
from trackly.users.facade import Actor

PERIOD = timedelta(days=7)
STUCK_DAYS_MAX = 3_650


def scope_of(dataset: Dataset, reader: Actor, values: Mapping[str, Given], moment: datetime, zone: str) -> Scope:
    """The last seven days up to `moment`, unless `since` and `until` say otherwise and the dataset has a period.

    InvalidSource on `parameters.…` for values that are none."""
    known = _zone(zone)
    if not dataset.period:
        return Scope(reader, moment, zone, moment - PERIOD, moment)
    until = _edge("until", values, known, included=True)
    since = _edge("since", values, known, included=False)
    end = until or moment
    start = since or end - PERIOD
    if start >= end:
        raise InvalidSource.of("parameters.until", "must not be before since")
    return Scope(reader, moment, zone, start, end, _stuck_days(values) if dataset.stuck else 14)


def period_sentence(scope: Scope) -> str:
    """`From 16 November to 22 November 2026 (Europe/Helsinki).`"""
    zone = ZoneInfo(scope.zone)
    first, end = scope.since.astimezone(zone), scope.until.astimezone(zone)
    if end.time() == time():
        return f"From {_day(first.date())} to {_day(end.date() - timedelta(days=1))} ({scope.zone})."
    return f"From {_moment(first)} to {_moment(end)} ({scope.zone})."


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidSource.of("schedule.tz", "is no time zone of the IANA list") from None


def _edge(name: str, values: Mapping[str, Given], zone: ZoneInfo, *, included: bool) -> datetime | None:
    """A moment as it is; a day from its midnight, or up to its end."""
    value = values.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return datetime.combine(day + timedelta(days=int(included)), time(), zone)
    except (ValueError, OverflowError):
        raise InvalidSource.of(f"parameters.{name}", "must be a date such as 2026-12-01") from None


def _stuck_days(values: Mapping[str, Given]) -> int:
    value = values.get("stuck_days")
    if value is None:
        return 14
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= STUCK_DAYS_MAX:
        raise InvalidSource.of("parameters.stuck_days", f"must be a whole number from 1 to {STUCK_DAYS_MAX}")
    return value


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(moment: datetime) -> str:
    return f"{_day(moment.date())}, {moment:%H:%M}"
