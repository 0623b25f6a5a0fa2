"""What a route may ask for: a transaction that commits before the answer, a snapshot to read, its request's id."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.log import read_position
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.http.problem import request_id_of
from trackly.http.route import claim_when_ready
from trackly.kit.clock import Clock
from trackly.kit.db import Database
from trackly.kit.errors import InvalidInput

CURSOR_HEADER = "X-Trackly-Cursor"


async def _request_id(request: Request) -> str:
    return request_id_of(request)


RequestId = Annotated[str, Depends(_request_id)]


async def _clock(request: Request) -> Clock:
    clock: Clock = request.app.state.clock
    return clock


CurrentClock = Annotated[Clock, Depends(_clock)]


async def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


CurrentDatabase = Annotated[Database, Depends(_database)]
"""For a query that reads all it needs in one statement of its own."""


async def _unit_of_work(request: Request, request_id: RequestId) -> AsyncIterator[UnitOfWork]:
    work: UnitsOfWork = request.app.state.work
    async with work.begin(request_id) as uow:
        request.state.uow = uow
        await claim_when_ready(request)
        yield uow


Uow = Annotated[UnitOfWork, Depends(_unit_of_work, scope="function")]
"""Committed when the route has returned and before the first byte of the answer is sent (ADR-0003)."""


async def _read_session(request: Request) -> AsyncIterator[AsyncSession]:
    database: Database = request.app.state.database
    async with database.read_session() as session:
        yield session


ReadSession = Annotated[AsyncSession, Depends(_read_session, scope="function")]
"""One read-only snapshot, given back before the answer is sent."""


async def _snapshot_session(session: ReadSession, response: Response, request: Request) -> AsyncSession:
    position = str(await read_position(session))
    request.state.cursor = position
    response.headers[CURSOR_HEADER] = position
    return session


SnapshotSession = Annotated[AsyncSession, Depends(_snapshot_session, scope="function")]
"""As ReadSession, and the answer carries `X-Trackly-Cursor`: a stream opened after it misses nothing of what was read.

A route that builds its own Response sets the header from `request.state.cursor`."""


async def _if_match(if_match: Annotated[str | None, Header()] = None) -> int | None:
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text)
    raise InvalidInput.of("If-Match", 'must be the ETag of a detail answer, such as "7"')


IfMatch = Annotated[int | None, Depends(_if_match)]
"""The version that the client saw; None when it does not care."""


EntityId = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""The number of a user, a comment and the like in a path."""


def etag(version: int) -> str:
    return f'"{version}"'
