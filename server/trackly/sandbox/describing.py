"""What SQL would give, asked of the database before anybody runs it."""

import asyncio

from trackly.exports.facade import ExportFailed, ReadPlan, describe
from trackly.sandbox.checked import CheckedSql
from trackly.sandbox.errors import InvalidSql
from trackly.sandbox.service import Sandbox
from trackly.sandbox.values import with_values


async def describe_sql(sandbox: Sandbox, checked: CheckedSql) -> tuple[str, ...] | None:
    """The names of the columns of `checked`, in order; None when the database could not be asked in time.

    It is understood as the reader of reports, without a run token: no row could come of it. Raises SqlReportsOff, and
    InvalidSql with the database's words when it is no statement of its own."""
    access = await sandbox.ready()
    select = await asyncio.to_thread(with_values, checked, {})
    try:
        columns = await describe(ReadPlan(access.reader_url, select, sandboxed=True))
    except ExportFailed as failure:
        if failure.code != "query":
            return None
        raise InvalidSql.at(1, 1, failure.message) from None
    return tuple(column.name for column in columns)
