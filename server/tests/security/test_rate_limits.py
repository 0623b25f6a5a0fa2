"""So many requests a minute: for each person, and for each address without a login."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.support.app import App, running_app
from trackly.http.limits import RateLimiter

PEOPLE, ANONYMOUS = 12, 8


@pytest.fixture
async def app(database_url, tmp_path) -> AsyncIterator[App]:
    settings = {"RATE_LIMIT_PER_MINUTE": str(PEOPLE), "RATE_LIMIT_ANONYMOUS_PER_MINUTE": str(ANONYMOUS)}
    async with running_app(database_url, tmp_path, **settings) as running:
        state = running.asgi.state
        for limiter in (state.limits.people, state.limits.anonymous):
            limiter.monotonic = lambda: state.now_s
        state.now_s = 1000.0
        yield running


def said(answer: httpx.Response) -> tuple[int, int, int]:
    names = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
    limit, remaining, reset = (int(answer.headers[name]) for name in names)
    return limit, remaining, reset


def refused(answer: httpx.Response, limit: int) -> None:
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert answer.headers["retry-after"] == str(60 // limit + (60 % limit > 0))
    assert said(answer)[:2] == (limit, 0)


async def test_a_person_s_requests_are_counted(app: App) -> None:
    client, other = await app.as_(app.cast.reporter), await app.as_(app.cast.other)
    for used in range(1, PEOPLE + 1):
        answer = await client.get("/api/auth/me")
        assert answer.status_code == 200
        assert said(answer) == (PEOPLE, PEOPLE - used, used * 60 // PEOPLE)
    refused(await client.get("/api/auth/me"), PEOPLE)
    refused(await client.post("/api/issues", json={"project": "TRK", "title": "x"}), PEOPLE)
    refused(await client.get("/api/events", headers={"Accept": "text/event-stream"}), PEOPLE)
    assert (await other.get("/api/auth/me")).status_code == 200, "each for themselves"
    app.asgi.state.now_s += 60 / PEOPLE
    assert (await client.get("/api/auth/me")).status_code == 200
    refused(await client.get("/api/auth/me"), PEOPLE)


async def test_all_logins_of_a_person_count_together(app: App) -> None:
    first = await app.as_(app.cast.reporter)
    token = (await first.post("/api/auth/tokens", json={"name": "a", "scopes": ["read"]})).json()["token"]
    program = app.client(Authorization=f"Bearer {token}")
    for client in [first, program] * (PEOPLE // 2 - 1):
        assert (await client.get("/api/auth/me")).status_code == 200
    assert (await program.post("/api/issues", json={})).status_code == 403, "what a scope refuses counts too"
    refused(await first.get("/api/auth/me"), PEOPLE)


async def test_nobody_s_requests_are_counted_by_address(app: App) -> None:
    client = app.client()
    for used in range(1, ANONYMOUS + 1):
        answer = await client.get("/api/issues")
        assert answer.status_code == 401
        assert said(answer)[:2] == (ANONYMOUS, ANONYMOUS - used)
    refused(await client.get("/api/issues"), ANONYMOUS)
    refused(await client.get("/api/auth/providers"), ANONYMOUS)
    refused(await client.get("/api/nothing"), ANONYMOUS)
    assert (await client.get("/livez")).status_code == 200, "operators are not counted"
    app.asgi.state.now_s += 60
    assert (await client.get("/api/auth/providers")).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Cookie": "trackly_access=x"}])
@pytest.mark.parametrize(("path", "status"), [("/api/issues", 401), ("/api/auth/providers", 200)])
async def test_a_login_that_is_none_is_nobody_s(app: App, headers: dict[str, str], path: str, status: int) -> None:
    client = app.client(**headers)
    for _ in range(ANONYMOUS):
        assert (await client.get(path)).status_code == status
    refused(await client.get(path), ANONYMOUS)


async def test_the_stream_counts_nobody_by_address(app: App) -> None:
    client = app.client(Accept="text/event-stream", Authorization="Bearer x")
    for _ in range(ANONYMOUS):
        assert (await client.get("/api/events")).status_code == 401
    refused(await client.get("/api/events"), ANONYMOUS)


def test_no_limit() -> None:
    state: dict[str, object] = {}
    limiter = RateLimiter(0)
    for _ in range(1000):
        limiter.count("ip:x", state)
    assert state == {}
