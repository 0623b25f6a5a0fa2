"""Signing in through a real OpenID provider: the whole way, and every wrong turn."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.app import App, running_app
from tests.support.logins import OWN_PAGE, events_after, head, rows, stop_clock
from tests.support.openid import OpenIdServer, query_of, sign_in_there
from tests.support.people import make_person
from trackly.users.facade import Role, delete_user, update_user

ADA, NEW, STRANGER, UNVERIFIED, NOT_ADA, SUBDOMAIN = "1001", "1002", "1003", "1004", "1005", "1006"
LOGIN = "http://127.0.0.1:8000/login?error="


@pytest.fixture(scope="module", params=[True, False], ids=["claims-in-token", "claims-at-userinfo"])
def provider(request: pytest.FixtureRequest) -> Iterator[OpenIdServer]:
    server = OpenIdServer(request.param).start()
    yield server
    server.stop()


@pytest.fixture
async def app(provider: OpenIdServer, database_url: str, tmp_path: Path) -> AsyncIterator[App]:
    async with running_app(database_url, tmp_path, **provider.settings) as running:
        yield running


async def departed(client: httpx.AsyncClient, path: str = "/") -> str:
    """The address at the provider that our login sends the browser to."""
    answer = await client.get("/api/auth/google/login", params={"next": path})
    assert answer.status_code == 302
    return answer.headers["location"]


async def came_back(client: httpx.AsyncClient, sub: str, path: str = "/") -> httpx.Response:
    return await client.get(await sign_in_there(await departed(client, path), sub))


def refused_for(answer: httpx.Response) -> str:
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(LOGIN), answer.headers["location"]
    cookies = [header for header in answer.headers.get_list("set-cookie") if "_provider=;" not in header]
    assert cookies == []
    return str(answer.headers["location"]).removeprefix(LOGIN)


async def me(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/api/auth/me")
    return dict(answer.json()) if answer.status_code == 200 else {}


async def test_somebody_who_was_invited(app: App) -> None:
    client, seen = app.client(**OWN_PAGE), await head(app)
    answer = await came_back(client, ADA, "/issues/TRK-1?tab=files")
    assert answer.headers["location"] == "http://127.0.0.1:8000/issues/TRK-1?tab=files"
    found = await me(client)
    assert (found["id"], found["role"], found["name"]) == (app.cast.admin.user_id, "ADMIN", "Ada Admin")
    assert "trackly_provider" not in client.cookies
    assert [e["type"] for e in await events_after(app, seen)] == ["session.started"]
    assert (await client.post("/api/auth/refresh")).status_code == 200
    assert (await app.client().get("/api/auth/providers")).json()["google"] == {"enabled": True, "name": "Google"}


async def test_what_the_provider_is_asked(app: App, provider: OpenIdServer) -> None:
    first, second = query_of(await departed(app.client())), query_of(await departed(app.client()))
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == "http://127.0.0.1:8000/api/auth/google/callback"
    assert set(first["scope"].split()) == {"openid", "email", "profile"}
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) == 43
    stored = str(await rows(app, "SELECT * FROM oauth_state"))
    assert first["state"] not in stored


async def test_the_subject_counts_and_not_the_mail_address(app: App) -> None:
    await came_back(app.client(), ADA)
    async with app.work.begin("test") as uow:
        await update_user(uow, None, app.cast.admin.user_id, {"email": "moved@example.com"})
        await update_user(uow, None, app.cast.other.user_id, {"email": "ada.admin@example.com"})
    client = app.client()
    await came_back(client, ADA)
    assert (await me(client))["id"] == app.cast.admin.user_id


async def test_another_identity_with_the_same_mail_address(app: App) -> None:
    await came_back(app.client(), ADA)
    client = app.client()
    assert refused_for(await came_back(client, NOT_ADA)) == "another_identity"
    assert await me(client) == {}


async def test_a_newcomer_of_an_allowed_domain_is_a_reporter(app: App) -> None:
    client, seen = app.client(), await head(app)
    await came_back(client, NEW)
    found = await me(client)
    assert (found["email"], found["name"], found["role"]) == ("new@allowed.example", "Nia New", "REPORTER")
    again = app.client()
    await came_back(again, NEW)
    assert (await me(again))["id"] == found["id"]
    types = [event["type"] for event in await events_after(app, seen)]
    assert types == ["user.created", "session.started", "session.started"]


@pytest.mark.parametrize(
    ("sub", "reason"), [(STRANGER, "unknown_person"), (SUBDOMAIN, "unknown_person"), (UNVERIFIED, "email_unverified")]
)
async def test_who_is_not_let_in(app: App, sub: str, reason: str) -> None:
    client, seen = app.client(), await head(app)
    before = await rows(app, "SELECT count(*) FROM user_account")
    assert refused_for(await came_back(client, sub)) == reason
    assert await me(client) == {}
    assert await rows(app, "SELECT count(*) FROM user_account") == before
    (event,) = await events_after(app, seen)
    assert (event["type"], event["reason"], event["audience"]) == ("login.failed", reason, {"audit"})


async def test_an_unverified_address_takes_over_nobody(app: App) -> None:
    await make_person(app.work, "unverified", Role.ADMIN)
    async with app.work.begin("test") as uow:
        victim = (await rows(app, "SELECT id FROM user_account WHERE name = 'unverified'"))[0].id
        await update_user(uow, None, victim, {"email": "unverified@allowed.example"})
    client = app.client()
    assert refused_for(await came_back(client, UNVERIFIED)) == "email_unverified"


@pytest.mark.parametrize("end", ["disabled", "deleted"])
async def test_a_closed_account_stays_closed(app: App, end: str) -> None:
    await came_back(app.client(), NEW)
    user_id = (await rows(app, "SELECT id FROM user_account WHERE email = 'new@allowed.example'"))[0].id
    async with app.work.begin("test") as uow:
        if end == "disabled":
            await update_user(uow, None, user_id, {"active": False})
        else:
            await delete_user(uow, app.cast.admin, user_id)
    client = app.client()
    answer = await came_back(client, NEW)
    if end == "disabled":
        assert refused_for(answer) == "account_disabled"
    else:
        assert (await me(client))["id"] != user_id, "the domain is allowed: somebody new, without the old one's past"


async def test_another_browser_cannot_finish(app: App) -> None:
    """An attacker signs in as himself and gives the last address to a victim."""
    attacker, victim = app.client(), app.client()
    address = await sign_in_there(await departed(attacker), NEW)
    assert refused_for(await victim.get(address)) == "state"
    await departed(victim)
    assert refused_for(await victim.get(address)) == "state", "nor with a sign-in of its own under way"
    assert (await attacker.get(address)).headers["location"] == "http://127.0.0.1:8000/"


async def test_a_callback_counts_once(app: App) -> None:
    client = app.client()
    address = await sign_in_there(await departed(client), ADA)
    ticket = dict(client.cookies)
    assert (await client.get(address)).headers["location"] == "http://127.0.0.1:8000/"
    replay = app.client(Cookie="; ".join(f"{name}={value}" for name, value in ticket.items()))
    assert refused_for(await replay.get(address)) == "state"
    assert refused_for(await client.get(address)) == "state"


@pytest.mark.parametrize("change", [{"state": "wrong"}, {"state": ""}, {"code": "wrong"}, {"code": ""}])
async def test_a_changed_callback(app: App, change: dict[str, str]) -> None:
    client = app.client()
    address = await sign_in_there(await departed(client), ADA)
    changed = httpx.URL(address).copy_merge_params(change)
    reason = refused_for(await client.get(str(changed)))
    assert reason == ("state" if "state" in change else "provider_refused")
    assert await me(client) == {}


async def test_an_answer_for_another_nonce(app: App) -> None:
    client = app.client()
    to_provider = httpx.URL(await departed(client)).copy_set_param("nonce", "somebody-elses")
    address = await sign_in_there(str(to_provider), ADA)
    assert refused_for(await client.get(address)) == "provider_refused"
    assert await me(client) == {}


async def test_a_code_without_its_verifier(app: App) -> None:
    """A stolen code, brought in through the thief's own sign-in: state and cookie are right, the verifier is not."""
    thief, victim = app.client(), app.client()
    code = query_of(await sign_in_there(await departed(victim), ADA))["code"]
    state = query_of(await departed(thief))["state"]
    answer = await thief.get("/api/auth/google/callback", params={"state": state, "code": code})
    assert refused_for(answer) == "provider_refused"


async def test_ten_minutes_and_no_more(app: App) -> None:
    clock, client = stop_clock(app), app.client()
    address = await sign_in_there(await departed(client), ADA)
    clock.advance(minutes=10)
    assert refused_for(await client.get(address)) == "state"


async def test_a_forged_ticket(app: App) -> None:
    client = app.client()
    address = await sign_in_there(await departed(client), ADA)
    body, _, signature = client.cookies["trackly_provider"].rpartition(".")
    for forged in (f"{body}.{'A' * len(signature)}", f"x{body}.{signature}", body, "", "a.b.c"):
        answer = await app.client(Cookie=f"trackly_provider={forged}").get(address)
        assert refused_for(answer) == "state"
    assert (await client.get(address)).headers["location"] == "http://127.0.0.1:8000/"


async def test_the_person_says_no(app: App) -> None:
    client = app.client()
    state = query_of(await departed(client))["state"]
    answer = await client.get("/api/auth/google/callback", params={"state": state, "error": "access_denied"})
    assert refused_for(answer) == "cancelled"


_ELSEWHERE = ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]


async def test_it_never_leads_elsewhere(app: App) -> None:
    for path in _ELSEWHERE:
        assert (await came_back(app.client(), ADA, path)).headers["location"] == "http://127.0.0.1:8000/"


_NOISE = ["", "?state=x&code=y", "?error=server_error", "?state=%00", "?state=a&state=b"]


async def test_noise_at_the_callback(app: App) -> None:
    for query in _NOISE:
        answer = await app.client().get(f"/api/auth/google/callback{query}")
        assert refused_for(answer) == "state"


async def test_no_body_is_an_identity(app: App) -> None:
    body = {"iss": "https://accounts.google.com", "sub": ADA, "email": app.cast.admin.email, "email_verified": True}
    for path in ("/api/auth/google/callback", "/api/auth/google/login", "/api/auth/google"):
        assert (await app.client(**OWN_PAGE).post(path, json=body)).status_code in (404, 405)
    assert (await app.client(**OWN_PAGE).post("/api/auth/login", json=body)).status_code == 422
