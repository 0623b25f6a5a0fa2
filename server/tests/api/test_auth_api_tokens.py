"""Personal API tokens: scopes, expiry, and what they can never do."""

from datetime import timedelta
from typing import Any

import httpx

from tests.support.app import App
from tests.support.logins import browser, events_after, head, rows, stop_clock
from trackly.kit.schema import utc_text
from trackly.users.facade import Actor


async def made(app: App, actor: Actor, *scopes: str, **over: Any) -> tuple[httpx.AsyncClient, dict[str, Any]]:
    client = await browser(app, actor)
    answer = await client.post("/api/auth/tokens", json={"name": "ci", "scopes": scopes, **over})
    assert answer.status_code == 201, answer.text
    token = answer.json()
    return app.client(Authorization=f"Bearer {token['token']}"), token


async def test_a_token_reads_as_its_owner(app: App) -> None:
    program, token = await made(app, app.cast.reporter, "read")
    assert token["token"].startswith("trk_")
    assert len(token["token"]) > 40
    me = (await program.get("/api/auth/me")).json()
    assert (me["id"], me["session_id"]) == (app.cast.reporter.user_id, None)


async def test_it_is_shown_once_and_notes_its_use(app: App) -> None:
    program, token = await made(app, app.cast.reporter, "read", "write", "read")
    await program.get("/api/auth/me")
    listed = (await (await browser(app, app.cast.reporter)).get("/api/auth/tokens")).json()["items"]
    assert [(t["id"], t["scopes"]) for t in listed] == [(token["id"], ["read", "write"])]
    assert "token" not in listed[0]
    assert listed[0]["last_used_at"] is not None


async def test_the_use_is_noted_at_most_once_a_minute(app: App) -> None:
    clock = stop_clock(app)
    program, _ = await made(app, app.cast.reporter, "read")
    times = []
    for seconds in (0, 59, 2):
        clock.advance(seconds=seconds)
        await program.get("/api/auth/me")
        times.append((await rows(app, "SELECT last_used_at FROM api_token"))[0].last_used_at)
    assert times[0] == times[1] < times[2]


async def test_read_does_not_write(app: App) -> None:
    program, _ = await made(app, app.cast.reporter, "read")
    answer = await program.patch("/api/users/me", json={"name": "Other"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


async def test_write_includes_read(app: App) -> None:
    program, _ = await made(app, app.cast.reporter, "write")
    assert (await program.get("/api/auth/me")).status_code == 200
    assert (await program.patch("/api/users/me", json={"name": "Other"})).status_code == 200


async def test_what_admins_may_do_needs_its_own_scope(app: App) -> None:
    narrow, _ = await made(app, app.cast.admin, "read", "write")
    wide, _ = await made(app, app.cast.admin, "admin", "write")
    assert (await narrow.get("/api/users")).status_code == 403
    assert (await narrow.patch("/api/projects/TRK", json={"name": "New"})).status_code == 403
    assert (await narrow.post("/api/projects/TRK/labels", json={"name": "ok"})).status_code == 201, "as a maintainer"
    assert (await wide.get("/api/users")).status_code == 200
    assert (await wide.patch("/api/projects/TRK", json={"name": "New"})).status_code == 200


async def test_the_admin_scope_makes_nobody_an_admin(app: App) -> None:
    program, _ = await made(app, app.cast.reporter, "read", "write", "admin")
    assert (await program.get("/api/users")).status_code == 403
    assert (await program.delete("/api/projects/TRK")).status_code == 403


async def test_a_token_makes_no_token_and_ends_no_login(app: App) -> None:
    program, token = await made(app, app.cast.admin, "read", "write", "admin")
    login = await browser(app, app.cast.admin)
    session_id = (await login.get("/api/auth/me")).json()["session_id"]
    refusals = [
        await program.post("/api/auth/tokens", json={"name": "more", "scopes": ["admin"]}),
        await program.delete(f"/api/auth/tokens/{token['id']}"),
        await program.delete(f"/api/auth/sessions/{session_id}"),
        await program.patch("/api/users/me", json={"password": "a much longer one", "current_password": "x"}),
    ]
    assert [(r.status_code, r.json()["code"]) for r in refusals] == [(403, "login_needed")] * 4


async def test_revoked_at_once(app: App) -> None:
    program, token = await made(app, app.cast.reporter, "read")
    foreign, mine = await browser(app, app.cast.other), await browser(app, app.cast.reporter)
    seen = await head(app)
    assert (await foreign.delete(f"/api/auth/tokens/{token['id']}")).status_code == 404
    assert (await mine.delete(f"/api/auth/tokens/{token['id']}")).status_code == 204
    assert (await program.get("/api/auth/me")).status_code == 401
    assert (await mine.delete(f"/api/auth/tokens/{token['id']}")).status_code == 404
    (revoked,) = await events_after(app, seen)
    assert (revoked["type"], revoked["audience"]) == ("token.revoked", {"audit"})
    assert token["token"] not in str(revoked)


async def test_expiry(app: App) -> None:
    clock = stop_clock(app)
    at = utc_text(clock.now() + timedelta(days=1))
    program, token = await made(app, app.cast.reporter, "read", expires_at=at)
    assert token["expires_at"] == at
    clock.advance(hours=23)
    assert (await program.get("/api/auth/me")).status_code == 200
    clock.advance(hours=1)
    assert (await program.get("/api/auth/me")).status_code == 401


async def test_the_owner_s_end_is_the_token_s(app: App) -> None:
    program, _ = await made(app, app.cast.reporter, "read")
    admin = await app.as_(app.cast.admin)
    await admin.patch(f"/api/users/{app.cast.reporter.user_id}", json={"active": False})
    assert (await program.get("/api/auth/me")).status_code == 401


_BAD_TOKENS: list[dict[str, Any]] = [
        {"name": ""}, {"name": None}, {"scopes": []}, {"scopes": ["root"]}, {"scopes": "read"},
        {"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at": "2036-01-01T00:00:00Z"},
        {"expires_at": "2026-12-01T00:00:00"}, {"expires_at": "soon"}, {"user_id": 1}, {"token": "mine"},
    ]  # fmt: skip


async def test_bad_input_is_422(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    for over in _BAD_TOKENS:
        answer = await client.post("/api/auth/tokens", json={"name": "ci", "scopes": ["read"], **over})
        assert answer.status_code == 422, answer.text
        assert not await rows(app, "SELECT 1 FROM api_token")


async def test_fifty_at_most(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    codes = [
        (await client.post("/api/auth/tokens", json={"name": f"t{n}", "scopes": ["read"]})).status_code
        for n in range(51)
    ]
    assert codes == [201] * 50 + [409]


async def test_the_secret_is_not_kept_for_a_retry(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    answer = await client.post(
        "/api/auth/tokens", json={"name": "ci", "scopes": ["read"]}, headers={"Idempotency-Key": "k1"}
    )
    assert answer.status_code == 201
    assert not await rows(app, "SELECT 1 FROM idempotency_key WHERE body IS NOT NULL")
