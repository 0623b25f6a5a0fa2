"""The identity provider is away, broken, or not set up: back to the login page, never a 5xx."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.app import App, running_app
from tests.support.logins import OWN_PAGE, browser, rows
from tests.support.openid import OpenIdServer, query_of, sign_in_there

GONE = "http://127.0.0.1:8000/login?error=provider_down"
Answer = Callable[[str], bytes | None]


@asynccontextmanager
async def fake_provider(answer: Answer) -> AsyncIterator[str]:
    """Something that listens: `answer` gives the JSON for a path, or None to say nothing at all."""
    port = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].decode()
        body = answer(path.replace("PORT", str(port)))
        if body is None:
            await reader.read()
        else:
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/.well-known/openid-configuration"
    finally:
        server.close()


def google(url: str) -> dict[str, Any]:
    return {"GOOGLE_CLIENT_ID": "x", "GOOGLE_CLIENT_SECRET": "y", "GOOGLE_DISCOVERY_URL": url}


async def begun(app: App) -> str:
    answer = await app.client().get("/api/auth/google/login")
    assert answer.status_code == 302
    return str(answer.headers["location"])


async def test_nobody_listens(database_url: str, tmp_path: Path) -> None:
    async with running_app(database_url, tmp_path, **google("http://127.0.0.1:9/openid")) as app:
        assert await begun(app) == GONE
        assert not await rows(app, "SELECT 1 FROM oauth_state")
        assert (await (await browser(app, app.cast.reporter)).get("/api/auth/me")).status_code == 200


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"null", b"{}", b'{"authorization_endpoint": 5}', b""])
async def test_it_talks_nonsense(database_url: str, tmp_path: Path, body: bytes) -> None:
    async with fake_provider(lambda _: body) as url, running_app(database_url, tmp_path, **google(url)) as app:
        assert (await begun(app)).startswith("http://127.0.0.1:8000/login?error=provider_")


async def test_it_says_nothing(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackly.auth.google._WHOLE_TIMEOUT_S", 0.5)
    async with fake_provider(lambda _: None) as url, running_app(database_url, tmp_path, **google(url)) as app:
        async with asyncio.timeout(3):
            assert await begun(app) == GONE


async def test_it_goes_away_in_the_middle(database_url: str, tmp_path: Path) -> None:
    provider = OpenIdServer(claims_in_token=True).start()
    try:
        async with running_app(database_url, tmp_path, **provider.settings) as app:
            client = app.client(**OWN_PAGE)
            departure = await client.get("/api/auth/google/login")
            address = await sign_in_there(departure.headers["location"], "1001")
            provider.stop()
            assert (await client.get(address)).headers["location"] == GONE
            assert (await client.get("/api/auth/me")).status_code == 401
            assert query_of(await begun(app)).keys() >= {"state", "nonce"}, "its description is known already"
    finally:
        provider.stop()


async def test_it_is_off_when_unset(app: App) -> None:
    assert await begun(app) == "http://127.0.0.1:8000/login?error=provider_off"
    answer = await app.client().get("/api/auth/google/callback?state=x&code=y")
    assert answer.status_code == 302
