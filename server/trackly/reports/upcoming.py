"""What a schedule means before it is saved: cron, words, the next times, and how the clock changes until then. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trackly.kit.errors import FieldError, InvalidInput
from trackly.reports.cron import BadCron, Cron, next_slots, parse_cron
from trackly.reports.cron_words import say_schedule
from trackly.reports.rules import ensure_may_repeat
from trackly.reports.run_schemas import SchedulePreview
from trackly.reports.words import BadWords, Spoken, looks_like_cron, read_words
from trackly.users.facade import Actor

SHOWN = 5


def preview_for(author: Actor, when: str, tz: str, now: datetime) -> SchedulePreview:
    """As `preview_schedule`, and that the author may have it so often."""
    shown = preview_schedule(when, tz, now)
    ensure_may_repeat(author, parse_cron(shown.cron, shown.tz), at="when")
    return shown


def preview_schedule(when: str, tz: str, now: datetime) -> SchedulePreview:
    """`when`: words or cron. InvalidInput on `when` with what is understood, on `tz` for no zone of the IANA list."""
    spoken = _read(when)
    zone = spoken.tz or tz
    try:
        cron = parse_cron(spoken.cron, zone)
    except BadCron as error:
        field = "tz" if error.field is None and zone in str(error) and "zone" in str(error) else "when"
        raise InvalidInput(str(error), errors=[FieldError(field, str(error))]) from None
    coming = next_slots(cron, now, SHOWN)
    return SchedulePreview(
        cron=cron.text,
        when=say_schedule(cron, spoken.wait_for, spoken.wait_until),
        tz=cron.tz,
        wait_for=spoken.wait_for,
        wait_until=spoken.wait_until,
        next=coming,
        note=clock_note(cron, now, coming),
    )


def _read(when: str) -> Spoken:
    if looks_like_cron(when):
        return Spoken(when)
    try:
        return read_words(when)
    except BadWords as error:
        raise InvalidInput.of("when", str(error)) from None


def clock_note(cron: Cron, now: datetime, coming: Sequence[datetime]) -> str | None:
    """What happens to the times when the clock in the zone is changed before the last of them; None: it is not."""
    zone = cron.zone
    before = now.astimezone(zone).utcoffset()
    changed = next((at for at in coming if at.astimezone(zone).utcoffset() != before), None)
    if changed is None:
        return None
    after = changed.astimezone(zone).utcoffset()
    said = f"From {changed.astimezone(zone):%-d %B} on {cron.tz} is {_utc(after)} instead of {_utc(before)}"
    if cron.follows_clock or cron.every_s is not None:
        return f"{said}."
    return f"{said}; the time of day stays.{_moved(zone, coming)}"


def _moved(zone: ZoneInfo, coming: Sequence[datetime]) -> str:
    """The hour that is skipped: a slot whose wall time differs from that of all others."""
    times = [f"{at.astimezone(zone):%H:%M}" for at in coming]
    odd = [at for at, time in zip(coming, times, strict=True) if times.count(time) == 1]
    if len(odd) != 1 or len(set(times)) != 2:
        return ""
    usual = next(time for time in times if times.count(time) > 1)
    at = odd[0].astimezone(zone)
    return f" On {at:%-d %B} there is no {usual}: it runs at {at:%H:%M}."


def _utc(offset: timedelta | None) -> str:
    minutes = int((offset or timedelta(0)).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return "UTC" if minutes == 0 else f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")
