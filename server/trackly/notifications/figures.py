"""Figures of deliveries for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from trackly.notifications.messages import Channel
from trackly.notifications.outcomes import Ending


class DeliveryFigures:
    """Of one process; `waiting` and `oldest_s` are the same in all of them, as of their last look."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._ended = Counter(
            "trackly_delivery_tries_total", "Tries of deliveries that ended", ("channel", "ending"), registry=registry
        )
        self.waiting = Gauge(
            "trackly_deliveries_waiting",
            "Deliveries that are due and that no sender has",
            ("channel",),
            registry=registry,
        )
        self.oldest_s = Gauge(
            "trackly_delivery_oldest_seconds", "How long the oldest of them waits", ("channel",), registry=registry
        )

    def ended(self, channel: str, ending: Ending) -> None:
        self._ended.labels(channel, ending.value).inc()

    def due(self, found: dict[str, tuple[int, float]]) -> None:
        for channel in Channel:
            count, waited_s = found.get(channel, (0, 0.0))
            self.waiting.labels(channel.value).set(count)
            self.oldest_s.labels(channel.value).set(waited_s)
