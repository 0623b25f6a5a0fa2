"""What an operator or a test may set about streams."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StreamSettings:
    """Times in seconds. `backlog_limit`: events that a stream which fell behind may have to make up for."""

    limit_per_user: int = 10
    lifetime_s: float = 600
    beat_s: tuple[float, float] = (15, 18)
    send_timeout_s: float = 20
    backlog_limit: int = 50_000
