"""SQL over HTTP: is it fine, what may it read, who may write it, and do its walls stand."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from trackly.auth.deps import AdminActor
from trackly.auth.facade import CrossSiteRefused, NotAuthenticated, ScopeMissing
from trackly.http.deps import EntityId, ReadSession, Uow
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.sandbox import commands, queries
from trackly.sandbox.catalog import sql_schema
from trackly.sandbox.deps import CurrentSandbox, SqlWriter
from trackly.sandbox.errors import InvalidSql, MayNotWriteSql, NotAMaintainer
from trackly.sandbox.facade import check_sql
from trackly.sandbox.schemas import SandboxOut, SqlIn, SqlOut, SqlSchemaOut, WriterOut
from trackly.users.facade import Forbidden, UserNotFound

router = APIRouter(prefix="/api/sandbox", tags=["sql reports"], route_class=CommandRoute)
_ASKED = (NotAuthenticated, CrossSiteRefused, ScopeMissing)
_ADMIN = (*_ASKED, Forbidden)


@router.get("", responses=problems(*_ADMIN))
async def get_sandbox(actor: AdminActor, sandbox: CurrentSandbox) -> SandboxOut:
    """Whether SQL reports run, how each layer stood in the last self-attack, and what to do where they are off."""
    await sandbox.look_again()
    return sandbox.state()


@router.post("", responses=problems(*_ADMIN))
async def attack_sandbox(
    actor: AdminActor,
    sandbox: CurrentSandbox,
    repair: Annotated[bool, Query(description="Set up roles and rights anew before, where the server may")] = False,
) -> SandboxOut:
    """Let the server attack itself now. It takes about a second."""
    return await sandbox.attack(actor, repair=repair)


@router.post("/check", responses=problems(*_ASKED, MayNotWriteSql, InvalidSql))
async def check(body: SqlIn, actor: SqlWriter) -> SqlOut:
    """How SQL is understood, or where it is wrong: `line` and `column` count from 1. Nothing runs."""
    checked = await asyncio.to_thread(check_sql, body.sql, body.types)
    return SqlOut(
        sql=checked.text, tables=list(checked.tables), parameters=[*checked.parameters], unused=list(checked.unused)
    )


@router.get("/schema", responses=problems(*_ASKED, MayNotWriteSql))
async def get_sql_schema(actor: SqlWriter) -> SqlSchemaOut:
    """The tables that SQL may read, with every column, and the functions that it may call."""
    return sql_schema()


@router.get("/writers", responses=problems(*_ADMIN))
async def list_sql_writers(actor: AdminActor, session: ReadSession) -> list[WriterOut]:
    """Maintainers who were given the right to write SQL. Admins have it anyway."""
    return await queries.list_writers(session)


@router.put("/writers/{user_id}", responses=problems(*_ADMIN, UserNotFound, NotAMaintainer))
async def grant_sql_writer(user_id: EntityId, uow: Uow, actor: AdminActor) -> WriterOut:
    """Let a maintainer write SQL. It counts only while the person is a maintainer."""
    return await commands.grant_writer(uow, actor, user_id)


@router.delete("/writers/{user_id}", status_code=204, responses=problems(*_ADMIN))
async def revoke_sql_writer(user_id: EntityId, uow: Uow, actor: AdminActor) -> None:
    """Take the right to write SQL back. Also fine where it was never given."""
    await commands.revoke_writer(uow, actor, user_id)
