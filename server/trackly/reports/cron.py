"""When a schedule is due: cron expressions in a time zone, and plain intervals, as moments in UTC. Pure, no clock.

Days are those of cron(5): `0 0 13 * 5` is the 13th or a Friday, and only a field that begins with `*` makes it "and".
Changes of the clock are as in Debian's cron(8). A job at fixed times that falls into a skipped hour is due right after
the change, one that falls into a repeated hour is due once, the first time. A job with `*` in its minutes or hours
follows the clock: not in an hour that is skipped, twice in one that is repeated. Two slots of one moment are one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from trackly.reports.cron_fields import BadCron, spec_of

__all__ = ["BadCron", "Cron", "next_slots", "parse_cron", "slots_between", "zone_names"]

NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_EVERY = re.compile(r"@every (\d{1,5})(s|m|h)", re.ASCII)
_UNITS_S = {"s": 1, "m": 60, "h": 3600}
_LONGEST_S = 31 * 24 * 3600
_CLOCK_WAS_SET = timedelta(hours=3)
"""A larger jump is somebody who set the clock: nothing is made up for."""
_SOME_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a time on the wall
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cron:
    """`text` as it was written, with single spaces. `every_s`: an interval, counted from 1970 in UTC."""

    text: str
    zone: ZoneInfo
    spec: str
    every_s: int | None = None

    @property
    def tz(self) -> str:
        return self.zone.key

    @property
    def follows_clock(self) -> bool:
        """Whether it is a job with wildcards, which the changes of the clock do not concern."""
        return any(field.startswith("*") for field in self.spec.split()[:-3])

    @property
    def is_fast(self) -> bool:
        """Whether it may be due more than once in a minute."""
        if self.every_s is not None:
            return self.every_s < 60
        fields = self.spec.split()
        return len(fields) == 6 and not fields[0].isdigit()

    def after(self, moment: datetime) -> Iterator[datetime]:
        """Every slot later than `moment`, in order, in UTC, for ever."""
        moment = moment.astimezone(UTC).replace(microsecond=0)
        if self.every_s is not None:
            return _intervals(moment, self.every_s)
        return self._by_clock(moment) if self.follows_clock else self._by_wall(moment)

    def _by_wall(self, moment: datetime) -> Iterator[datetime]:
        last = moment
        for wall in CronSim(self.spec, moment.astimezone(self.zone).replace(tzinfo=None)):
            instant = _instant_of(wall, self.zone)
            if instant is not None and instant > last:
                yield instant
                last = instant

    def _by_clock(self, moment: datetime) -> Iterator[datetime]:
        """One stretch after the other, each with its offset from UTC."""
        last, offset = moment, _offset(moment, self.zone)
        while True:
            for wall in CronSim(self.spec, (last + offset).replace(tzinfo=None)):
                instant = wall.replace(tzinfo=UTC) - offset
                change = _first_change(last, instant, offset, self.zone)
                if change is not None:
                    last, offset = change - _SECOND, _offset(change, self.zone)
                    break
                yield instant
                last = instant


def parse_cron(text: str, tz: str) -> Cron:
    """Five fields, six with seconds first, `@daily` and the like, or `@every 10s` (s, m, h). Raises BadCron."""
    if tz not in zone_names():
        raise BadCron(None, f"{tz[:64]} is no time zone of the IANA list, such as Europe/Berlin")
    zone, written = ZoneInfo(tz), " ".join(text.split())
    if written.startswith("@"):
        return _nickname(written.lower(), zone)
    spec = spec_of(written)
    try:
        next(CronSim(spec, _SOME_DAY))
    except (CronSimError, StopIteration):
        raise BadCron("day of the month", "such a day never comes") from None
    return Cron(written, zone, spec)


@cache
def zone_names() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def next_slots(cron: Cron, after: datetime, n: int) -> list[datetime]:
    """The next `n` slots later than `after`, in UTC."""
    return list(islice(cron.after(after), n))


def slots_between(cron: Cron, after: datetime, until: datetime, limit: int) -> tuple[list[datetime], datetime]:
    """The slots later than `after` and not later than `until`, oldest first, `limit` at most; and the one behind."""
    due: list[datetime] = []
    for slot in cron.after(after):
        if slot > until or len(due) >= limit:
            return due, slot
        due.append(slot)
    raise AssertionError("a schedule has no end")


def _nickname(written: str, zone: ZoneInfo) -> Cron:
    if written in NICKNAMES:
        return Cron(written, zone, NICKNAMES[written])
    found = _EVERY.fullmatch(written)
    if found is None:
        raise BadCron(None, f"{written[:40]} is none of {', '.join(NICKNAMES)}, @every 10s")
    every_s = int(found[1]) * _UNITS_S[found[2]]
    if not 1 <= every_s <= _LONGEST_S:
        raise BadCron(None, "an interval is 1 second to 31 days")
    return Cron(written, zone, "* * * * *", every_s)


def _intervals(moment: datetime, every_s: int) -> Iterator[datetime]:
    second = int(moment.timestamp()) // every_s * every_s
    while True:
        second += every_s
        yield datetime.fromtimestamp(second, UTC)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)


def _instant_of(wall: datetime, zone: ZoneInfo) -> datetime | None:
    """When a clock on the wall shows `wall`: the first of two moments, or the end of the hour that is skipped."""
    early, late = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if late <= early:
        return late
    return None if late - early > _CLOCK_WAS_SET else _first_change(early, late, _offset(early, zone), zone)


def _first_change(after: datetime, until: datetime, offset: timedelta, zone: ZoneInfo) -> datetime | None:
    """The first second in (`after`, `until`] whose offset is another than `offset`."""
    same, looked_at = after, after + _SECOND
    while _offset(looked_at, zone) == offset:
        if looked_at >= until:
            return None
        same, looked_at = looked_at, min(looked_at + _DAY, until)
    while looked_at - same > _SECOND:
        middle = (same + (looked_at - same) // 2).replace(microsecond=0)
        if _offset(middle, zone) == offset:
            same = middle
        else:
            looked_at = middle
    return looked_at
