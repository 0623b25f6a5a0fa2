"""Why something with a run is refused."""

from trackly.kit.errors import AppError, Kind


class RunNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "run_not_found", "There is no such run"


class RunIsOver(AppError):
    kind, code, title = Kind.CONFLICT, "run_is_over", "The run is over already"


class RunNotOver(AppError):
    kind, code, title = Kind.CONFLICT, "run_not_over", "The run has not ended yet"


class NothingToRetry(AppError):
    kind, code, title = Kind.CONFLICT, "nothing_to_retry", "There is nothing in this run to be tried again"


class NoSchedule(AppError):
    kind, code, title = Kind.CONFLICT, "no_schedule", "The report runs only by hand: there is no schedule to pause"


class AsOfUnknown(AppError):
    kind, code, title = Kind.INVALID, "as_of_unknown", "No run of this report has numbers of that position"
