"""Why a comment command or query is refused."""

from trackly.kit.errors import AppError, Kind


class CommentNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "comment_not_found", "There is no such comment"


class NotYourComment(AppError):
    kind, code, title = Kind.FORBIDDEN, "not_your_comment", "This comment is somebody else's"
