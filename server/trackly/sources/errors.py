"""Why something with a data source is refused."""

from typing import ClassVar

from trackly.kit.errors import AppError, FieldError, Kind, Unavailable


class _OfOneField(AppError):
    """What is wrong with one field of the request, said at that field."""

    kind: ClassVar[Kind] = Kind.INVALID
    field: ClassVar[str]

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, errors=[FieldError(self.field, detail or self.title)])


class SourceNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "data_source_not_found", "There is no such data source"


class NotYourSource(AppError):
    kind, code, title = Kind.FORBIDDEN, "not_your_data_source", "Only its owner and admins may change a data source"


class SourceUnusable(_OfOneField):
    """It is there, and the database says no."""

    code, title, field = "data_source_unusable", "This data source can't be read", "source_id"


class UnreadableTable(_OfOneField):
    """The uploaded file is no table that we can read."""

    code, title, field = "unreadable_table", "This file can't be read as a table", "file"


class TableTooLarge(AppError):
    kind, code, title = Kind.TOO_LARGE, "table_too_large", "The table is too large"


class OwnDatabase(_OfOneField):
    code, title, field = "own_database", "This is Trackly's own database", "host"


class SourceUnreachable(Unavailable):
    code, title = "data_source_unreachable", "The database of this data source is not answering"


class PasswordNeeded(_OfOneField):
    code, title, field = "password_needed", "Enter the password again", "password"
