"""Why a source can't be understood: always with the place."""

from trackly.kit.errors import AppError, FieldError, Kind


class InvalidSource(AppError):
    """422. `errors` name the field by its path; a mistake in a filter also has `position` and `expected`."""

    kind, code, title = Kind.INVALID, "invalid_source", "What the report reads can't be understood"

    @classmethod
    def of(cls, field: str, message: str) -> "InvalidSource":
        return cls(f"{field}: {message}", errors=[FieldError(field, message)])
