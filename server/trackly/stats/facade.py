"""The door to the statistics: the aggregation, and the heartbeat on which other domains put their jobs."""

from trackly.stats.commands import aggregate
from trackly.stats.errors import AggregationRunning
from trackly.stats.jobs import run_aggregation
from trackly.stats.scheduler import Scheduler
from trackly.stats.schemas import Run

__all__ = ["AggregationRunning", "Run", "Scheduler", "aggregate", "run_aggregation"]
