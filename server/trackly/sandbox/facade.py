"""The door to the sandbox: SQL that people write is looked at here, and made ready to be read by a role of its own."""

import asyncio
from collections.abc import Callable, Mapping

from trackly.kit.errors import FieldError
from trackly.sandbox.checked import CheckedSql, ParameterType
from trackly.sandbox.describing import describe_sql
from trackly.sandbox.errors import InvalidSql, MayNotWriteSql, SqlReportsOff
from trackly.sandbox.plans import close_plan, plan_sql
from trackly.sandbox.queries import may_write_sql
from trackly.sandbox.service import Sandbox
from trackly.sandbox.values import with_values


def check_sql(sql: str, parameters: Mapping[str, ParameterType]) -> CheckedSql:
    """Read `sql` as one SELECT over the views of the schema `reporting`; a long one takes a quarter of a second.

    `parameters` are the declared ones by name, for `:name`. Raises InvalidSql with line, column and reason."""
    from trackly.sandbox import gate  # with the parser of SQL; not part of every start

    return gate.check_sql(sql, parameters)


def check_foreign_sql(sql: str, parameters: Mapping[str, ParameterType]) -> CheckedSql:
    """As `check_sql`, for another database: any table but those of its system. Raises InvalidSql."""
    from trackly.sandbox import gate

    return gate.check_foreign_sql(sql, parameters)


async def look_at_sql(
    check: Callable[[str, Mapping[str, ParameterType]], CheckedSql],
    sql: str,
    parameters: Mapping[str, ParameterType],
    at: str = "source",
) -> CheckedSql:
    """`check_sql` or `check_foreign_sql` beside the event loop, which a long text would hold for everybody.

    InvalidSql names the field `at`.sql."""
    try:
        return await asyncio.to_thread(check, sql, parameters)
    except InvalidSql as refused:
        refused.errors = tuple(FieldError(f"{at}.sql", one.message) for one in refused.errors)
        raise


__all__ = [
    "CheckedSql",
    "InvalidSql",
    "MayNotWriteSql",
    "ParameterType",
    "Sandbox",
    "SqlReportsOff",
    "check_foreign_sql",
    "check_sql",
    "close_plan",
    "describe_sql",
    "look_at_sql",
    "may_write_sql",
    "plan_sql",
    "with_values",
]
