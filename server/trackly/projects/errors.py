"""Refusals about projects."""

from trackly.kit.errors import AppError, Kind


class ProjectNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "project_not_found", "There is no such project"


class MemberNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "member_not_found", "This person is not a member of the project"


class ProjectKeyTaken(AppError):
    kind, code, title = Kind.CONFLICT, "project_key_taken", "Another project has this key"


class LabelExists(AppError):
    kind, code, title = Kind.CONFLICT, "label_exists", "The project has a label of this name"
