"""Why an issue command or query is refused."""

from trackly.kit.errors import AppError, InvalidInput, Kind


class IssueNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "issue_not_found", "There is no such issue"


class NotAllowed(AppError):
    kind, code, title = Kind.FORBIDDEN, "not_allowed", "Your role in this project does not allow this"


class FieldsNotAllowed(AppError):
    """`fields` member `fields` names those that the role may not set."""

    kind, code, title = Kind.FORBIDDEN, "fields_not_allowed", "Your role in this project may not set these fields"


class IllegalTransition(AppError):
    """Members `from`, `to` and `legal`: where the issue may go from here."""

    kind, code, title = Kind.CONFLICT, "illegal_transition", "The issue can't go from this status to that one"


class InvalidQuery(InvalidInput):
    """Members `position` (0-based, in characters), `expected`, and `suggestion` when one is near."""

    code, title = "invalid_query", "The query can't be understood"


class InvalidAssignee(InvalidInput):
    code, title = "invalid_assignee", "The assignee can't be given this issue"
