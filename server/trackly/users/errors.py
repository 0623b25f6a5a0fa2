"""Refusals about people."""

from trackly.kit.errors import AppError, Kind


class Forbidden(AppError):
    kind, code, title = Kind.FORBIDDEN, "forbidden", "You may see this, but not do that"


class UserNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "user_not_found", "There is no such person"


class EmailTaken(AppError):
    kind, code, title = Kind.CONFLICT, "email_taken", "Somebody else has this mail address"


class LastAdmin(AppError):
    kind, code, title = Kind.CONFLICT, "last_admin", "This is the last admin; make somebody else an admin first"
