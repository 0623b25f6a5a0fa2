"""Plain words to a schedule: `every Monday 08:00 Europe/Berlin`, `last day of the month 18:00`. Pure.

A time, a zone and what is waited for are taken out of the text; what is left says the days, or how often."""

import re
from dataclasses import dataclass
from typing import Literal

from trackly.reports.cron import zone_names
from trackly.reports.cron_fields import MONTHS, WEEKDAYS

UNDERSTOOD = (
    "every weekday 08:00",
    "every Monday 08:00 Europe/Berlin",
    "Monday and Thursday at 7:30",
    "daily at 7:30",
    "1st and 15th of the month 06:00",
    "first Monday of the month 09:00",
    "last day of the month 18:00",
    "every year on 1 January 06:00",
    "every 15 minutes",
    "every hour on weekdays",
    "as soon as yesterday is closed, at the latest 09:30",
)
"""One of each kind: what a refusal shows."""


class BadWords(ValueError):
    """Not understood; the message says what is."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}. Understood are: {'; '.join(UNDERSTOOD)}; and five fields of cron")


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the words say. `tz` None: they name no zone."""

    cron: str
    tz: str | None = None
    wait_for: Literal["yesterday_closed"] | None = None
    wait_until: str | None = None


Clock = tuple[int, int]
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013", "----")

_TIME = r"(?:noon|midnight|\d{1,2}[:.]\d{2}(?:\s?[ap]m)?|\d{1,2}\s?[ap]m)"
_AFTER_AT = rf"(?:{_TIME}|\d{{1,2}}(?!\w|[:.]))"
_TIMES = re.compile(
    rf"\bat ({_AFTER_AT}(?:(?:,| and|, and) {_AFTER_AT})*)|\b({_TIME}(?:(?:,| and|, and) {_TIME})*)(?!\w)"
)
_ONE_TIME = re.compile(r"noon|midnight|(\d{1,2})(?:[:.](\d{2}))?\s?([ap]m)?")
_WAIT = re.compile(
    r"as soon as yesterday is closed(?:,? (?:at the latest|at latest|by|no later than|latest)(?: at)?"
    rf"(?: ({_AFTER_AT})(?!\w))?)?"
)
_ZONE = re.compile(r"(?<!\S)(?:utc|gmt|[a-z_]+(?:/[a-z0-9_+-]+)+)(?!\S)")
_FROM_TO = re.compile(rf"\b(?:from|between) ({_AFTER_AT}) (?:to|until|and) ({_AFTER_AT})")
_OFTEN = re.compile(r"every (?:(\d{1,4}) ?)?(sec(?:ond)?|min(?:ute)?|h(?:ou)?r)s?(?!\w)|hourly")
_UNITS = {"s": "second", "m": "minute", "h": "hour"}
_IN_THE_NEXT = {"second": 60, "minute": 60, "hour": 24}
_MINUTE = re.compile(r"(?:at )?(?:minute (\d{1,2})|:(\d{2}))")
_DAY = "|".join(f"{day}\\w*" for day in WEEKDAYS)
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)|first"
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_WEEKDAY_WORDS = {
    f"{word}{end}": "1-5" for word in ("weekday", "working day", "workday", "business day") for end in ("", "s")
}
_LAST_WEEKDAY = ("last weekday", "last working day", "last workday", "last business day")
_WEEKEND_WORDS = {"weekend": "6,0", "weekends": "6,0"}
_LONG_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_LONG_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")


def looks_like_cron(text: str) -> bool:
    """Whether `text` is meant as cron rather than as words."""
    parts = text.split()
    cronish = re.compile(r"[\d*][\d*,/-]*")
    return text.lstrip().startswith("@") or (len(parts) >= 2 and all(cronish.fullmatch(part) for part in parts[:2]))


def read_words(text: str) -> Spoken:
    """Raises BadWords."""
    left = " ".join(text.lower().translate(_DASHES).split()).rstrip(".")
    left, tz = _take_zone(left)
    left, waits, until = _take_wait(left)
    often = _OFTEN.match(left)
    if often and not waits:
        return Spoken(_how_often(left[often.end() :], often), tz)
    left, times = _take_times(left)
    if not times and not waits:
        raise BadWords("At what time is missing" if _days(left) else f"{text[:80]!r} is not understood")
    fields = _days(left)
    if fields is None:
        raise BadWords(f"{text[:80]!r} is not understood")
    wait_for: Literal["yesterday_closed"] | None = "yesterday_closed" if waits else None
    return Spoken(f"{_at(times or [(0, 0)])} {fields}", tz, wait_for, until)


def _take_zone(text: str) -> tuple[str, str | None]:
    names = {name.lower(): name for name in zone_names()}
    for found in _ZONE.finditer(text):
        if found[0] not in names:
            raise BadWords(f"{found[0]} is no time zone of the IANA list")
        return _without(text, found), names[found[0]]
    return text, None


def _take_wait(text: str) -> tuple[str, bool, str | None]:
    found = _WAIT.search(text)
    if found is None:
        return text, False, None
    if not found[1]:
        raise BadWords("At the latest when is missing")
    hour, minute = _clock(found[1])
    return _without(text, found), True, f"{hour:02}:{minute:02}"


def _take_times(text: str) -> tuple[str, list[Clock]]:
    found = _TIMES.search(text)
    if found is None:
        return text, []
    return _without(text, found), [_clock(one) for one in re.split(r",? and |, ", found[1] or found[2])]


def _without(text: str, found: re.Match[str]) -> str:
    return " ".join(f"{text[: found.start()]} {text[found.end() :]}".split()).strip(" ,")


def _clock(text: str) -> Clock:
    if text in ("noon", "midnight"):
        return (12 if text == "noon" else 0), 0
    found = _ONE_TIME.fullmatch(text.strip())
    assert found is not None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    elif found[3]:
        hour = 24
    if hour > 23 or minute > 59:
        raise BadWords(f"{text} is no time of day")
    return hour, minute


def _at(times: list[Clock]) -> str:
    minutes = {minute for _, minute in times}
    if len(minutes) > 1:
        raise BadWords("Several times have to be at the same minute of the hour")
    return f"{minutes.pop()} {','.join(map(str, sorted({hour for hour, _ in times})))}"


def _how_often(rest: str, often: re.Match[str]) -> str:
    n, unit = int(often[1] or 1), _UNITS[(often[2] or "hour")[0]]
    rest, hours = _window(rest.strip(" ,"))
    rest, minute = _minute(rest) if unit == "hour" else (rest, None)
    days = _days(rest) if rest else "* * *"
    if days is None or n == 0 or (rest and often[0] == "every second"):
        raise BadWords(f"{often[0]} {rest}".strip() + " is not understood")
    if unit == "second" or _IN_THE_NEXT[unit] % n:
        if (days, hours, minute) != ("* * *", "*", None):
            raise BadWords(f"Every {n} {unit}s can't be bound to days or hours")
        return f"@every {n}{unit[0]}"
    if unit == "minute" and n < 60:
        return f"{'*' if n == 1 else f'*/{n}'} {hours} {days}"
    if unit == "hour" and n == 24 and hours == "*":
        return f"{minute or 0} 0 {days}"
    step = "" if unit == "minute" or n == 1 else f"/{n}"
    return f"{minute or 0} {hours}{step} {days}"


def _window(rest: str) -> tuple[str, str]:
    found = _FROM_TO.search(rest)
    if found is None:
        return rest, "*"
    (begin, past_begin), (end, past_end) = _clock(found[1]), _clock(found[2])
    if begin > end:
        raise BadWords("The day's last hour is before its first")
    if past_begin or past_end:
        raise BadWords("A span of the day goes from one full hour to another")
    return _without(rest, found), f"{begin}-{end}"


def _minute(rest: str) -> tuple[str, int | None]:
    found = _MINUTE.search(rest)
    if found is None:
        return rest, None
    minute = int(found[1] or found[2])
    if minute > 59:
        raise BadWords(f"{minute} is no minute of an hour")
    return _without(rest, found), minute


def _days(text: str) -> str | None:
    """The last three fields; None when that is no day we know."""
    words = re.sub(r"\b(?:on|the|each|of|in)\b", " ", text.replace("each ", "every ")).replace(",", " and ")
    words = re.sub(r"(?:\band\b\s*)+", "and ", " ".join(words.split())).strip()
    words = words.removeprefix("weekly ").removeprefix("every week ")
    if words in ("", "every day", "daily", "day"):
        return "* * *"
    for reader in (_week, _month, _year):
        found = reader(words.removeprefix("every "))
        if found is not None:
            return found
    return None


def _week(words: str) -> str | None:
    fixed = {**_WEEKDAY_WORDS, **_WEEKEND_WORDS}.get(words)
    if fixed:
        return f"* * {fixed}"
    span = re.fullmatch(rf"({_DAY}) ?(?:to|-|through|until) ?({_DAY})", words)
    names = [span[1], span[2]] if span else re.split(r" and ", words)
    numbers = [_weekday(name.removeprefix("every ")) for name in names]
    if None in numbers:
        return None
    if span:
        return f"* * {numbers[0]}-{numbers[1] or 7}"
    return f"* * {','.join(str(n) for n in sorted({n for n in numbers if n is not None}, key=lambda n: n or 7))}"


def _weekday(name: str) -> int | None:
    for number, day in enumerate(_LONG_DAYS):
        if name in (day, f"{day}s", day[:3], day[:4], day[:5]):
            return number
    return None


def _month(words: str) -> str | None:
    words = words.removeprefix("monthly ")
    quarter = re.fullmatch(r"(?:first day |1st (?:day )?)?(?:every )?quarter(?:ly)?", words)
    if quarter:
        return "1 1,4,7,10 *"
    words = re.sub(r"(?: (?:every )?month|^month )", "", words)
    if words in ("last day", *_LAST_WEEKDAY):
        return f"{'LW' if words in _LAST_WEEKDAY else 'L'} * *"
    nth = re.fullmatch(rf"(last|{'|'.join(_NTH)}) ({_DAY})", words)
    day = _weekday(nth[2]) if nth else None
    if nth and day is not None:
        return f"* * {day}L" if nth[1] == "last" else f"* * {day}#{_NTH[nth[1]]}"
    if not re.fullmatch(rf"(?:{_ORDINAL})(?: day)?(?: and (?:{_ORDINAL})(?: day)?)*", words):
        return None
    days = sorted({1 if one == "first" else int(one[:-2]) for one in re.findall(_ORDINAL, words)})
    return f"{','.join(map(str, days))} * *" if days[0] >= 1 and days[-1] <= 31 else None


def _year(words: str) -> str | None:
    words = words.removeprefix("yearly ").removeprefix("year ")
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)? ([a-z]+)|([a-z]+) (\d{1,2})(?:st|nd|rd|th)?", words)
    if found is None:
        return None
    day, name = int(found[1] or found[4]), found[2] or found[3]
    if name not in (name[:3], "sept", *_LONG_MONTHS) or name[:3] not in MONTHS or not 1 <= day <= 31:
        return None
    return f"{day} {MONTHS.index(name[:3]) + 1} *"
