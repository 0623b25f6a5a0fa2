"""What somebody may do with reports, told before they try."""

import asyncio
from contextlib import suppress

from trackly.events.unit_of_work import UnitsOfWork
from trackly.notifications.facade import has_mail_server
from trackly.reports.queries import admins_to_ask
from trackly.reports.rules import may_create
from trackly.reports.schemas import Abilities
from trackly.sandbox.facade import Sandbox, may_write_sql
from trackly.users.facade import Actor, Person

REPORTERS = "Reports are made by maintainers and admins; those that are sent to you are here"
NOT_GIVEN = "SQL is for admins, and for maintainers whom an admin gave the right"
_PATIENCE_S = 3


async def abilities_of(work: UnitsOfWork, sandbox: Sandbox, reader: Actor) -> Abilities:
    """Looks at this moment's rights; waits a little for SQL that is just being set up."""
    makes = may_create(reader)
    async with work.database.read_session() as session:
        writes = makes and await may_write_sql(session, reader)
        sends_mail = await has_mail_server(session)
        ask: list[Person] = [] if writes or not makes else await admins_to_ask(session)
    refusal = await _refusal(sandbox) if writes else NOT_GIVEN if makes else REPORTERS
    return Abilities(
        make=makes,
        sql=refusal is None,
        sql_refusal=refusal,
        ask=ask,
        often=reader.is_admin,
        sends_mail=sends_mail,
    )


async def _refusal(sandbox: Sandbox) -> str | None:
    """Why nobody can write SQL on this server."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_S):
            await sandbox.look_again()
    return sandbox.reason
