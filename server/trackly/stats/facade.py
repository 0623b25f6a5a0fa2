"""The door to the statistics: the aggregation, and how far it is."""

from trackly.stats.commands import aggregate
from trackly.stats.each_day import each_day
from trackly.stats.errors import AggregationRunning
from trackly.stats.jobs import run_aggregation
from trackly.stats.queries import is_day_closed
from trackly.stats.schemas import Run

__all__ = ["AggregationRunning", "Run", "aggregate", "each_day", "is_day_closed", "run_aggregation"]
