"""What becomes of a slot that is due: it runs, or the ledger says why not. Pure."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Fate = Literal["QUEUED", "MISSED", "SKIPPED"]

ON_TIME = timedelta(seconds=5)
"""A slot that is found so soon is no late one: no policy of catching up is asked."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How one schedule wants it. `closed_because`: why nothing runs now (paused, not active); None: it may.

    `going_since`: the slot of a run of this schedule that has not ended; None: there is none."""

    report_id: int
    tz: str
    catchup: str
    overlap: str
    grace_s: int
    jitter_s: int
    wait_for: str | None
    wait_until: str | None
    closed_because: str | None
    going_since: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """One row of the ledger to be. `waits_for_day`: it may begin earlier, once this day is closed."""

    at: datetime
    fate: Fate
    reason: str | None
    not_before: datetime
    waits_for_day: date | None = None


def decide(policy: Policy, due: Sequence[datetime], now: datetime, *, more: bool) -> Iterator[Slot]:
    """One slot for each moment of `due` (oldest first). `more`: later ones are due too, so that none of these is the
    latest."""
    on_time = [at for at in due if now - at <= ON_TIME]
    latest_late = None if more or on_time or not due else due[-1]
    for at in due:
        fate, reason = _fate(policy, at, now, is_latest=at == latest_late)
        if fate == "QUEUED":
            yield _queued(policy, at)
        else:
            yield Slot(at, fate, reason, at)


def _fate(policy: Policy, at: datetime, now: datetime, *, is_latest: bool) -> tuple[Fate, str | None]:
    if policy.closed_because is not None:
        return "SKIPPED", policy.closed_because
    late = now - at
    if late > ON_TIME:
        reason = _why_missed(policy, late, is_latest=is_latest)
        if reason is not None:
            return "MISSED", f"{_span(late)} late: {reason}"
    if policy.overlap == "skip" and policy.going_since is not None:
        return "SKIPPED", f"The run of {local_text(policy.going_since, policy.tz)} was still going"
    return "QUEUED", None


def _why_missed(policy: Policy, late: timedelta, *, is_latest: bool) -> str | None:
    if policy.catchup == "skip":
        return "this schedule makes up for nothing"
    if late > timedelta(seconds=policy.grace_s):
        return f"the grace is {_span(timedelta(seconds=policy.grace_s))}"
    if policy.catchup == "latest" and not is_latest:
        return "only the latest of several late slots is made up for"
    return None


def _queued(policy: Policy, at: datetime) -> Slot:
    begin = at + timedelta(seconds=_jitter(policy, at))
    if policy.wait_for is None:
        return Slot(at, "QUEUED", None, begin)
    local = at.astimezone(ZoneInfo(policy.tz))
    until = time.fromisoformat(policy.wait_until or "23:59")
    latest = datetime.combine(local.date(), until, local.tzinfo).astimezone(UTC)
    if latest <= at:
        return Slot(at, "QUEUED", None, begin)
    day = local.date() - timedelta(days=1)
    reason = f"Waits until {day:%-d %B} is closed, at the latest until {policy.wait_until}"
    return Slot(at, "QUEUED", reason, latest, day)


def _jitter(policy: Policy, at: datetime) -> float:
    """The same for a slot whenever it is asked, spread evenly over `jitter_s`."""
    if not policy.jitter_s:
        return 0.0
    digest = hashlib.sha256(f"{policy.report_id}:{at.isoformat()}".encode()).digest()
    return policy.jitter_s * int.from_bytes(digest[:4]) / 2**32


def local_text(moment: datetime, tz: str) -> str:
    """Such as `26 Nov 08:00`, with seconds when there are any."""
    local = moment.astimezone(ZoneInfo(tz))
    return f"{local:%-d %b %H:%M:%S}" if local.second else f"{local:%-d %b %H:%M}"


def _span(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
