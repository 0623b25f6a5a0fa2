"""Why SQL is refused."""

from typing import Self

from trackly.kit.errors import AppError, FieldError, Kind


class InvalidSql(AppError):
    """`line` and `column` count from 1; `reason` says what is wrong or what was expected there."""

    kind, code, title = Kind.INVALID, "invalid_sql", "This SQL can't be used for a report"

    line: int
    column: int
    reason: str

    @classmethod
    def at(cls, line: int, column: int, reason: str) -> Self:
        where = {"line": line, "column": column, "reason": reason}
        error = cls(f"Line {line}, column {column}: {reason}", fields=where, errors=[FieldError("sql", reason)])
        error.line, error.column, error.reason = line, column, reason
        return error


class SqlReportsOff(AppError):
    kind, code, title = Kind.CONFLICT, "sql_reports_off", "SQL reports are off on this server"


class MayNotWriteSql(AppError):
    kind, code, title = Kind.FORBIDDEN, "may_not_write_sql", "Only admins, and maintainers given the right, write SQL"


class NotAMaintainer(AppError):
    kind, code, title = Kind.CONFLICT, "not_a_maintainer", "The right to write SQL is for maintainers"
