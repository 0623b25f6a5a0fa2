"""Figures for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, process_collector
from starlette.types import Scope

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)


class Metrics:
    """One registry for one application; times in seconds."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        process_collector.ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "trackly_http_requests_total", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "trackly_http_request_seconds",
            "Time until the head of the answer",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.streams = Gauge("trackly_streams_open", "Open event streams", registry=self.registry)
        self.live_streams = Gauge(
            "trackly_streams_live", "Streams that have every event up to the head", registry=self.registry
        )
        self.log_head = Gauge("trackly_log_head", "Number of the last event that was relayed", registry=self.registry)
        self.relay_age = Gauge(
            "trackly_relay_age_seconds",
            "Time since the relay last knew that it had every event",
            registry=self.registry,
        )

    def request(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "other"
        self._requests.labels(scope["method"], route, str(status)).inc()
        self._seconds.labels(scope["method"], route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)
