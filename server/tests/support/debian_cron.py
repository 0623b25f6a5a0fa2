"""The loop of Debian's cron(8), minute by minute over a clock on the wall: what our slots are held against.

Written after what its manual says and its main loop does: a virtual time that runs after the clock, jobs with `*` in
their minutes or hours by the clock, the others by the virtual time, and four ways of waking up."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Job:
    """A line of a crontab, with its fields as sets of numbers."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    wild: bool
    day_star: bool

    @classmethod
    def of(cls, text: str) -> "Job":
        parts = text.split()
        sets = [_numbers(part, *bounds) for part, bounds in zip(parts, _RANGES, strict=True)]
        minutes, hours, days, months, weekdays = (frozenset(one) for one in sets)
        return cls(
            minutes,
            hours,
            days,
            months,
            weekdays | ({0} if 7 in weekdays else set()),
            wild=parts[0].startswith("*") or parts[1].startswith("*"),
            day_star=parts[2].startswith("*") or parts[4].startswith("*"),
        )

    def matches(self, wall: datetime) -> bool:
        day, weekday = wall.day in self.days, (wall.weekday() + 1) % 7 in self.weekdays
        right_day = (day and weekday) if self.day_star else (day or weekday)
        return wall.minute in self.minutes and wall.hour in self.hours and wall.month in self.months and right_day


def _numbers(part: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for term in part.split(","):
        span, _, step = term.partition("/")
        first, _, last = span.partition("-")
        begin, end = (low, high) if span == "*" else (int(first), int(last or (high if step else first)))
        found |= set(range(begin, end + 1, int(step or 1)))
    return found


def debian_runs(job: Job, tz: str, begin: datetime, end: datetime) -> list[datetime]:
    """When cron starts `job` from `begin` to `end`, in UTC; twice in one minute is written once."""
    runs: list[datetime] = []
    for instant in _starts(job, ZoneInfo(tz), begin, end):
        if not runs or runs[-1] != instant:
            runs.append(instant)
    return runs


def _starts(job: Job, zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """`clock` and `virtual` count minutes of the clock on the wall, as cron's clockTime and virtualTime do."""
    now = begin.replace(second=0, microsecond=0)
    virtual = _clock(now, zone)
    while now < end:
        now += _MINUTE
        clock = _clock(now, zone)
        behind = clock - virtual
        if behind <= 0 and behind > -180:  # set back by less than 3 h: only jobs with wildcards, until caught up
            yield from (now for _ in range(_fires(job, clock, wild=True, fixed=False)))
        elif 0 < behind <= 5:
            for minute in range(virtual + 1, clock + 1):
                yield from (now for _ in range(_fires(job, minute, wild=True, fixed=True)))
            virtual = clock
        elif 5 < behind <= 180:  # set forward: what would have been in between, right now
            yield from (now for _ in range(_fires(job, clock, wild=True, fixed=False)))
            for minute in range(virtual + 1, clock + 1):
                yield from (now for _ in range(_fires(job, minute, wild=False, fixed=True)))
            virtual = clock
        else:  # the clock was set
            virtual = clock
            yield from (now for _ in range(_fires(job, clock, wild=True, fixed=True)))


@cache
def _clock(instant: datetime, zone: ZoneInfo) -> int:
    return calendar.timegm(instant.astimezone(zone).replace(tzinfo=None).timetuple()) // 60


def _fires(job: Job, minute: int, *, wild: bool, fixed: bool) -> int:
    wanted = wild if job.wild else fixed
    return int(wanted and job.matches(_wall(minute)))


@cache
def _wall(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
