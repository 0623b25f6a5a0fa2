"""Why an export made nothing."""

from typing import Literal

FailureCode = Literal["timeout", "memory", "too_large", "query", "connection", "render"]


class ExportFailed(Exception):
    """`message` may be shown to who asked. For `query`: the SQLSTATE and the place in the SELECT (1 = its first
    character), when the database named them."""

    def __init__(
        self, code: FailureCode, message: str, *, sqlstate: str | None = None, position: int | None = None
    ) -> None:
        super().__init__(message)
        self.code: FailureCode = code
        self.message = message
        self.sqlstate = sqlstate
        self.position = position
