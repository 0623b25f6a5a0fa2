"""Why a question for numbers is refused."""

from trackly.kit.errors import AppError, Kind


class AggregationRunning(AppError):
    kind, code, title = Kind.CONFLICT, "aggregation_running", "The numbers are being aggregated at this moment"
