"""The whole application in the test's own process and loop, on a database of its own."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.engines import reused_database
from tests.support.people import Cast, furnished, the_cast
from tests.support.server import SECRET
from trackly.auth.schemas import Client
from trackly.auth.sessions import start_session
from trackly.events.unit_of_work import UnitsOfWork
from trackly.http.description import DescribedApi
from trackly.kit.db import Database
from trackly.main import build, make_api
from trackly.settings import load_settings
from trackly.users.facade import Actor, load_user


@dataclass(eq=False)
class App:
    """`cast` and the open project TRK exist. `client()` is nobody; `as_(actor)` has a bearer token of a session."""

    asgi: Any
    database: Database
    work: UnitsOfWork
    cast: Cast
    _tokens: dict[int, str]

    def client(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.asgi, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)

    async def sign_in(self, actor: Actor) -> None:
        """Once; the events of it are not those of what comes after."""
        if actor.user_id not in self._tokens:
            self._tokens[actor.user_id] = await self.token(actor)

    async def as_(self, actor: Actor) -> httpx.AsyncClient:
        await self.sign_in(actor)
        return self.client(Authorization=f"Bearer {self._tokens[actor.user_id]}")

    async def token(self, actor: Actor) -> str:
        """As of a login, without the time that its password takes; logging in has tests of its own."""
        async with self.work.begin("test") as uow:
            user = await load_user(uow.session, actor.user_id)
            entry = await start_session(uow, self.asgi.state.auth, user, Client(ip="", user_agent=None), "program")
        return entry.access_token


_IDLE_APIS: list[DescribedApi] = []
"""To be used again: what an API knows of its operations costs more than most tests."""


def running_app(url: str, folder: Path, **settings: Any) -> AbstractAsyncContextManager[App]:
    """The application with its state, without its background tasks. `settings` by their names in the environment."""
    return _running(url, folder, settings, stays=False)


def staying_app(url: str, folder: Path) -> AbstractAsyncContextManager[App]:
    """As `running_app`, on a database that is furnished; its connections stay for the next one on the same database."""
    return _running(url, folder, {}, stays=True)


@asynccontextmanager
async def _running(url: str, folder: Path, settings: dict[str, Any], *, stays: bool) -> AsyncIterator[App]:
    given = {
        "DATABASE_URL": url,
        "JWT_SECRET_KEY": SECRET,
        "TRACKLY_DATA_DIR": str(folder),
        "TRACKLY_CLIENT_DIR": str(folder / "no-client"),
        "RATE_LIMIT_PER_MINUTE": "0",
        "DATABASE_POOL_SIZE": "8",
        "TRACKLY_DEMO": "0",
        **settings,
    }
    loaded = load_settings(_env_file=None, **{name.lower(): value for name, value in given.items()} | given)
    api = _IDLE_APIS.pop() if _IDLE_APIS else make_api()
    async with reused_database(loaded.database, loaded.database_pool_size, stays=stays) as database:
        asgi = build(loaded, api=api, database=database)
        state = asgi.state
        cast = await (the_cast(database) if stays else furnished(state.work))
        try:
            yield App(asgi, database, state.work, cast, {})
        finally:
            await state.blobs.close()
            await state.auth.close()
    _IDLE_APIS.append(api)
