"""A schedule back to plain words, which `words.read_words` reads again where there are words for it. Pure."""

import re
from datetime import datetime

from cronsim import CronSim

from trackly.reports.cron import Cron

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NTH = ("", "first", "second", "third", "fourth", "fifth")
_UNITS = ((3600, "hour"), (60, "minute"), (1, "second"))
_SOME_DAY = datetime(2026, 1, 1)  # noqa: DTZ001 - a time on the wall
_LISTED = re.compile(r"\d{1,2}(?:,\d{1,2})*")


def say_schedule(cron: Cron, wait_for: str | None = None, wait_until: str | None = None) -> str:
    """Such as `every weekday at 08:00`; what is said of the zone stays with the zone."""
    if cron.every_s is not None:
        return _interval(cron.every_s)
    said = _said(cron.spec)
    if wait_for is None:
        return said or _explained(cron.spec)
    days = (said or "").removesuffix(" at 00:00")
    begin = "" if days == "every day" else f"{days} "
    return f"{begin}as soon as yesterday is closed, at the latest {wait_until}"


def _explained(spec: str) -> str:
    """What has no words of ours; two fields for the day without `*` mean the one or the other."""
    day, _, weekday = spec.split()[-3:]
    said = CronSim(spec, _SOME_DAY).explain().replace("31th", "31st")
    return said if "*" in (day[0], weekday[0]) else said.replace(" and on ", " or on ")


def _interval(every_s: int) -> str:
    length, unit = next((length, unit) for length, unit in _UNITS if every_s % length == 0)
    n = every_s // length
    return f"every {unit}" if n == 1 else f"every {n} {unit}s"


def _said(spec: str) -> str | None:
    fields = spec.split()
    if len(fields) != 5:
        return None
    days = _days(*fields[2:])
    if days is None:
        return None
    minute, hour = fields[:2]
    if minute.isdigit() and _LISTED.fullmatch(hour):
        return f"{days} at {_listing([f'{int(h):02}:{int(minute):02}' for h in hour.split(',')])}"
    often = _often(minute, hour)
    return often and often + _on(days)


def _often(minute: str, hour: str) -> str | None:
    window, hours = "", hour
    span = re.fullmatch(r"(\d+)-(\d+)", hour)
    if span:
        window, hours = f" from {int(span[1]):02}:00 to {int(span[2]):02}:00", "*"
    if minute.isdigit() and (step := re.fullmatch(r"\*(?:/(\d+))?", hours)):
        every = _interval(int(step[1] or 1) * 3600)
        return every + ("" if minute == "0" else f" at minute {minute}") + window
    if hours == "*" and (step := re.fullmatch(r"\*(?:/(\d+))?", minute)) and 60 % int(step[1] or 1) == 0:
        return _interval(int(step[1] or 1) * 60) + window
    return None


def _on(days: str) -> str:
    if days == "every day":
        return ""
    short = {"every weekday": "weekdays", "every weekend": "weekends"}.get(days)
    return f" on {short or days.removeprefix('every ')}"


def _days(day: str, month: str, weekday: str) -> str | None:
    if month != "*":
        return _of_year(day, month) if weekday == "*" else None
    of_week, of_month = _of_week(weekday), _of_month(day)
    if day == "*":
        return of_week
    if weekday != "*":
        either = of_week and of_month and not weekday.startswith("*")
        return f"{of_month} or {of_week}" if either else None
    return of_month


def _of_month(day: str) -> str | None:
    if day in ("L", "LW"):
        return "last day of the month" if day == "L" else "last weekday of the month"
    return f"{_listing([_ordinal(int(d)) for d in day.split(',')])} of the month" if _LISTED.fullmatch(day) else None


def _of_year(day: str, month: str) -> str | None:
    if (day, month) == ("1", "1,4,7,10"):
        return "first day of the quarter"
    return f"every year on {day} {_MONTHS[int(month) - 1]}" if day.isdigit() and month.isdigit() else None


def _of_week(weekday: str) -> str | None:
    fixed = {"*": "every day", "1-5": "every weekday", "6,0": "every weekend", "0,6": "every weekend"}.get(weekday)
    if fixed:
        return fixed
    if _LISTED.fullmatch(weekday):
        return f"every {_listing([_DAYS[int(n)] for n in weekday.split(',')])}"
    if span := re.fullmatch(r"(\d)-(\d)", weekday):
        return f"every {_DAYS[int(span[1])]} to {_DAYS[int(span[2])]}"
    if last := re.fullmatch(r"(\d)L", weekday):
        return f"last {_DAYS[int(last[1])]} of the month"
    if nth := re.fullmatch(r"(\d)#(\d)", weekday):
        return f"{_NTH[int(nth[2])]} {_DAYS[int(nth[1])]} of the month"
    return None


def _listing(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"
