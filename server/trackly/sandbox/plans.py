"""From checked SQL to what a connection of its own reads: the run token, the values, the place in the log."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from trackly.events.unit_of_work import UnitsOfWork
from trackly.exports.facade import ReadPlan
from trackly.sandbox.checked import CheckedSql
from trackly.sandbox.commands import close_run, open_run
from trackly.sandbox.errors import SqlReportsOff
from trackly.sandbox.queries import find_setup, read_rights
from trackly.sandbox.run_tokens import attaching, new_token, tokens_in
from trackly.sandbox.service import Sandbox
from trackly.sandbox.values import with_values
from trackly.users.facade import Actor

RUN_LIVES = timedelta(minutes=15)
"""From the plan to the last row. The reader's own limits end a run long before."""
_POSITION = "SELECT reporting.as_of()"


async def plan_sql(
    work: UnitsOfWork, sandbox: Sandbox, reader: Actor, checked: CheckedSql, values: Mapping[str, Any]
) -> ReadPlan:
    """How `checked` is read with `reader`'s rights of this moment. `values` by name, of the types that were declared;
    a date also as ISO text, None is NULL. To be closed by `close_plan` when it was read, whatever came of it.

    Raises SqlReportsOff, InvalidInput on a value."""
    access = await sandbox.ready()
    select = await asyncio.to_thread(with_values, checked, values)
    token = new_token()
    async with work.begin("sandbox:plan") as uow:
        _, fingerprint = await find_setup(uow.session)
        if fingerprint != access.fingerprint:
            raise SqlReportsOff("The roles of SQL reports were set up by another version of Trackly in the meantime.")
        await open_run(uow, token, await read_rights(uow.session, reader), reader.user_id, RUN_LIVES)
    return ReadPlan(access.reader_url, select, attaching(token), _POSITION, sandboxed=True)


async def close_plan(work: UnitsOfWork, plan: ReadPlan) -> None:
    """Forget the run token of `plan`, and end the connection that still uses it, if there is one."""
    for token in tokens_in(plan.before):
        async with work.begin("sandbox:close") as uow:
            await close_run(uow, token)
