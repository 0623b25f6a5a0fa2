"""When a figure of the machine is worth a warning. Pure."""

from collections.abc import Iterable

from trackly.jobs.schemas import Level

LIMITS: dict[str, tuple[float, float]] = {
    "cpu": (80, 95),
    "memory": (85, 95),
    "disk": (85, 95),
    "connections": (70, 90),
    "oldest_transaction": (60, 600),
    "event_lag": (5, 30),
}
"""Name → from where on it warns, and from where on it is critical; percent, or seconds."""

_ORDER = (Level.OK, Level.WARN, Level.CRITICAL)


def level_of(name: str, value: float) -> Level:
    """The level that a value has reached; a figure without limits is always fine."""
    if name not in LIMITS:
        return Level.OK
    warn, critical = LIMITS[name]
    if value >= critical:
        return Level.CRITICAL
    return Level.WARN if value >= warn else Level.OK


def worst(levels: Iterable[Level]) -> Level:
    return max(levels, key=_ORDER.index, default=Level.OK)
