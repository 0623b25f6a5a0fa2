"""How a try ended, and what follows from it. Pure; the contract is reports.md, "Delivery", and ADR-0016."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from trackly.notifications.messages import Channel, State

RETRIES_OF_UNKNOWN = 1


class Ending(StrEnum):
    """`deferred`: not taken now, perhaps later. `unknown`: the bytes left us, and no answer came."""

    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`answer`: the other side's words, or ours. `step`: how far it came. `code`: SMTP's or HTTP's."""

    ending: Ending
    step: str
    answer: str
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How often is looked and tried. A lease is renewed every `renew_s` while its sender lives; without that it ends
    after `lease_s`, and others go on. A try takes `try_s` at most, writing down how it ended `keep_s`."""

    poll_s: float = 1.0
    lease_s: float = 60.0
    renew_s: float = 10.0
    try_s: float = 300.0
    keep_s: float = 120.0
    first_retry_s: float = 60.0
    most_retry_s: float = 3600.0
    unknown_retry_s: float = 60.0
    settle_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Next:
    """The state that follows. `retry_at` None: final."""

    state: State
    retry_at: datetime | None


def what_follows(
    outcome: Outcome,
    channel: Channel,
    *,
    attempts: int,
    unknowns: int,
    now: datetime,
    give_up_at: datetime,
    pace: Pace,
    dice: Callable[[], float],
) -> Next:
    """`attempts` and `unknowns` count this try too; `dice` gives 0 to 1.

    A mail of which nobody knows is tried once more, at once or never; what a webhook does is known by its id, so there
    it is a failure like any other, until the deadline."""
    if outcome.ending in (Ending.SENT, Ending.FAILED, Ending.SUPPRESSED):
        return Next(State(outcome.ending.value), None)
    if outcome.ending is Ending.UNKNOWN and channel is Channel.EMAIL:
        again = now + timedelta(seconds=pace.unknown_retry_s) if unknowns <= RETRIES_OF_UNKNOWN else None
        return Next(State.UNKNOWN, again)
    retry_at = now + timedelta(seconds=delay_s(attempts, pace, dice()))
    if retry_at > give_up_at:
        return Next(State.UNKNOWN if unknowns else State.FAILED, None)
    return Next(State.UNKNOWN if unknowns else State.PENDING, retry_at)


def delay_s(attempts: int, pace: Pace, chance: float) -> float:
    """Twice as long after each try, up to an hour, and 20 % more or less, so that not all come back at once."""
    longest = min(pace.first_retry_s * math.pow(2, min(attempts - 1, 30)), pace.most_retry_s)
    return longest * (0.8 + 0.4 * chance)
