"""Browsers, clocks and the event log, for tests of logins, people and projects."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
from sqlalchemy import text

from tests.support.app import App
from tests.support.clock import FixedClock
from tests.support.people import PASSWORD
from trackly.events.envelope import data_of
from trackly.events.log import read_position
from trackly.users.facade import Actor

OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def stop_clock(app: App) -> FixedClock:
    """From now on the time in the application is the clock's. Tokens given out before are good in it."""
    clock, state = FixedClock(datetime.now(UTC)), app.asgi.state
    state.clock = clock
    state.work = replace(state.work, clock=clock)
    state.auth = replace(state.auth, work=state.work, clock=clock)
    return clock


async def browser(app: App, actor: Actor, password: str = PASSWORD) -> httpx.AsyncClient:
    """Logged in with cookies, as a page of Trackly's own."""
    client = app.client(**OWN_PAGE)
    answer = await client.post("/api/auth/login", json={"email": actor.email, "password": password})
    assert answer.status_code == 200, answer.text
    return client


async def try_password(app: App, email: str, password: str) -> httpx.Response:
    return await app.client().post("/api/auth/login", json={"email": email, "password": password})


async def head(app: App) -> int:
    async with app.database.read_session() as session:
        return (await read_position(session)).seq


async def events_after(app: App, seq: int) -> list[dict[str, Any]]:
    """What was recorded after `seq`: the data of each event, with its audience as a set."""
    async with app.database.read_session() as session:
        statement = text("SELECT audience, body_full FROM event_log WHERE seq > :seq ORDER BY seq")
        rows = (await session.execute(statement, {"seq": seq})).all()
    return [{**orjson.loads(data_of(bytes(row.body_full))), "audience": set(row.audience)} for row in rows]


async def rows(app: App, statement: str, **parameters: Any) -> list[Any]:
    async with app.database.read_session() as session:
        return list((await session.execute(text(statement), parameters)).all())
