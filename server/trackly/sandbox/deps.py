"""What the routes of SQL need: the sandbox of this process, and somebody who may write SQL."""

from typing import Annotated

from fastapi import Depends, Request

from trackly.auth.deps import CurrentActor
from trackly.http.deps import ReadSession
from trackly.sandbox.errors import MayNotWriteSql
from trackly.sandbox.queries import may_write_sql
from trackly.sandbox.service import Sandbox
from trackly.users.facade import Actor


async def _sandbox(request: Request) -> Sandbox:
    sandbox: Sandbox = request.app.state.sandbox
    return sandbox


CurrentSandbox = Annotated[Sandbox, Depends(_sandbox)]


async def _sql_writer(actor: CurrentActor, session: ReadSession) -> Actor:
    if not await may_write_sql(session, actor):
        raise MayNotWriteSql
    return actor


SqlWriter = Annotated[Actor, Depends(_sql_writer, scope="function")]
"""As CurrentActor, and one who may write SQL: raises MayNotWriteSql."""
