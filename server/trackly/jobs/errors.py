"""Refusals about jobs."""

from trackly.kit.errors import AppError, Kind


class JobNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "job_not_found", "There is no such job"


class JobRunning(AppError):
    kind, code, title = Kind.CONFLICT, "job_running", "This job is running already"
