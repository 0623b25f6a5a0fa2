"""How often somebody may ask: a token bucket for each person, and one for each address without a login."""

import math
import time
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Scope

from trackly.kit.errors import TooManyRequests

_PRUNE_ABOVE = 10_000


@dataclass(frozen=True, slots=True)
class RateState:
    """What `RateLimit-*` says: `reset_s` is the time until the whole burst is there again."""

    limit: int
    remaining: int
    reset_s: int


@dataclass
class RateLimiter:
    """`per_minute` requests for each key, in bursts up to that number. 0: no limit. One process's view.

    `monotonic` gives seconds."""

    per_minute: int
    monotonic: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def count(self, key: str, state: MutableMapping[str, Any]) -> None:
        """Count one request of `key`, and leave in `state["rate"]` what its answer will say of it.

        TooManyRequests with the wait when there is no more."""
        if self.per_minute <= 0:
            return
        now = self.monotonic()
        tokens, seen = self._buckets.get(key, (float(self.per_minute), now))
        rate = self.per_minute / 60
        tokens = min(float(self.per_minute), tokens + (now - seen) * rate)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            wait_s = math.ceil((1 - tokens) / rate)
            state["rate"] = RateState(self.per_minute, 0, math.ceil((self.per_minute - tokens) / rate))
            raise TooManyRequests(f"Try again in {wait_s} s.", retry_after_s=wait_s)
        self._buckets[key] = (tokens - 1, now)
        if len(self._buckets) > _PRUNE_ABOVE:
            self._prune(now)
        full_s = math.ceil((self.per_minute - tokens + 1) / rate)
        state["rate"] = RateState(self.per_minute, int(tokens - 1), full_s)

    def _prune(self, now: float) -> None:
        self._buckets = {k: (t, seen) for k, (t, seen) in self._buckets.items() if now - seen < 60}


def address_key(scope: Scope) -> str:
    """Under which an address is counted."""
    client = scope.get("client")
    return f"ip:{client[0] if client else ''}"


@dataclass(frozen=True)
class Limits:
    people: RateLimiter
    anonymous: RateLimiter
