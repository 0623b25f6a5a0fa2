"""One real server for the tests of a module, with its people."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.http import http
from tests.support.people import PASSWORD, Cast, furnished
from tests.support.postgres import TestPostgres
from tests.support.server import RealServer
from tests.support.sse import Stream, open_stream
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.users.facade import Actor, Role


@dataclass
class House:
    """A server with a cast of four and the open project TRK."""

    server: RealServer
    cast: Cast
    tokens: dict[int, str] = field(default_factory=dict)

    async def token(self, actor: Actor) -> str:
        """Of a login of its own the first time, the same one after that."""
        if actor.user_id not in self.tokens:
            self.tokens[actor.user_id] = await self.log_in(actor)
        return self.tokens[actor.user_id]

    async def log_in(self, actor: Actor) -> str:
        async with http(self.server.url) as client:
            form = {"grant_type": "password", "username": actor.email, "password": PASSWORD}
            answer = (await client.post("/api/auth/token", data=form)).raise_for_status()
            return str(answer.json()["access_token"])

    async def call(self, actor: Actor, method: str, path: str, **request: Any) -> Any:
        """The JSON of a request that must succeed."""
        headers = {"Authorization": f"Bearer {await self.token(actor)}", **request.pop("headers", {})}
        async with http(self.server.url, headers=headers, timeout=20) as client:
            answer = await client.request(method, path, **request)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

    async def person(self, name: str, role: Role) -> Actor:
        """Somebody new."""
        new = {"email": f"{name.lower().replace(' ', '.')}@example.com", "name": name, "role": role}
        user = await self.call(self.cast.admin, "POST", "/api/users", json={**new, "password": PASSWORD})
        return Actor(user["id"], user["email"], name, role)

    async def project(self, key: str, **fields: Any) -> str:
        """The path of a new project."""
        await self.call(self.cast.admin, "POST", "/api/projects", json={"key": key, "name": f"Project {key}", **fields})
        return f"/api/projects/{key}"

    async def file_issue(self, actor: Actor, title: str = "It broke", **fields: Any) -> dict[str, Any]:
        issue: dict[str, Any] = await self.call(
            actor, "POST", "/api/issues", json={"project": "TRK", "title": title, **fields}
        )
        return issue

    async def listen(self, actor: Actor, *, after: str | None = None, query: str = "") -> Stream:
        """A stream that has said that it is live."""
        stream = await open_stream(self.server.url, await self.token(actor), after=after, query=query)
        assert stream.status == 200
        if after is None:
            await stream.next("sync")
        return stream


async def people_of(url: str) -> Cast:
    database = Database.open(url, pool_size=2)
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    try:
        cast = await furnished(work)
    finally:
        await database.close()
    return cast


@pytest.fixture(scope="module")
def house(postgres: TestPostgres) -> Iterator[House]:
    with postgres.cloned() as url:
        cast = asyncio.run(people_of(url))
        server = asyncio.run(RealServer(url).start())
        yield House(server, cast)
        assert server.stop() == 0
