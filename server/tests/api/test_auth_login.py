"""Logging in and out, sessions, and who I am."""

from uuid import uuid4

from sqlalchemy import text

from tests.support.app import App
from tests.support.logins import OWN_PAGE, browser, events_after, head, rows, stop_clock, try_password
from tests.support.people import PASSWORD


async def test_a_browser_holds_cookies_and_no_token(app: App) -> None:
    client = app.client(**OWN_PAGE)
    login = {"email": app.cast.reporter.email.upper(), "password": PASSWORD}
    answer = await client.post("/api/auth/login", json=login)
    assert answer.status_code == 200
    assert answer.json().keys() == {"user", "expires_in"}
    assert answer.json()["user"]["email"] == app.cast.reporter.email
    assert not any(str(cookie.value) in answer.text for cookie in client.cookies.jar)
    assert all("HttpOnly; SameSite=Lax" in header for header in answer.headers.get_list("set-cookie"))
    me = (await client.get("/api/auth/me")).json()
    assert (me["id"], me["role"], me["demo"], me["preferences"]) == (app.cast.reporter.user_id, "REPORTER", False, {})
    assert [(project["key"], project["role"]) for project in me["projects"]] == [("TRK", "REPORTER")]


async def test_a_program_gets_a_token(app: App) -> None:
    form = {"grant_type": "password", "username": app.cast.admin.email, "password": PASSWORD, "scope": ""}
    answer = await app.client().post("/api/auth/token", data=form)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "refresh_token"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("bearer", 1800)
    assert "set-cookie" not in answer.headers
    client = app.client(Authorization=f"Bearer {answer.json()['access_token']}")
    me = await client.get("/api/auth/me")
    assert me.json()["session_id"] is not None
    assert me.headers["X-Trackly-Cursor"]


_BAD_FORMS = [
    {},
    {"grant_type": "authorization_code"},
    {"grant_type": "password"},
    {"grant_type": "password", "username": "a@b.c"},
    {"grant_type": "refresh_token"},
    {"grant_type": "password", "username": "a@b.c", "password": "x", "role": "ADMIN"},
    {"grant_type": "password", "username": "a\x00b@c", "password": "x"},
]


async def test_a_bad_token_form_is_422(app: App) -> None:
    for form in _BAD_FORMS:
        answer = await app.client().post("/api/auth/token", data=form)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"]


_BAD_BODIES: list[object] = [
    {},
    [],
    None,
    {"email": "a@b.c"},
    {"email": "", "password": "x"},
    {"email": 5, "password": "x"},
    {"email": "a@b.c", "password": "x" * 1025},
    {"email": "a@b.c", "password": "x", "remember": True},
    {"email": "a\x00@b.c", "password": "x"},
]


async def test_a_bad_login_body_is_422(app: App) -> None:
    for body in _BAD_BODIES:
        assert (await app.client().post("/api/auth/login", json=body)).status_code == 422


async def test_every_refusal_is_the_same(app: App) -> None:
    cast = app.cast
    async with app.database.sessions() as session:
        await session.execute(text("UPDATE user_account SET active = false WHERE id = :id"), {"id": cast.other.user_id})
        await session.execute(
            text("UPDATE user_account SET password_hash = NULL WHERE id = :id"), {"id": cast.maintainer.user_id}
        )
        await session.commit()
    answers = [
        await try_password(app, cast.reporter.email, "a wrong password"),
        await try_password(app, "nobody@example.com", PASSWORD),
        await try_password(app, cast.other.email, PASSWORD),
        await try_password(app, cast.maintainer.email, PASSWORD),
        await try_password(app, "' OR 1=1 --", PASSWORD),
    ]
    told = {(a.status_code, a.json()["code"], a.json()["detail"]) for a in answers}
    assert told == {(401, "login_refused", "Mail address and password do not match")}


async def test_nobody_is_401_everywhere(app: App) -> None:
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer trk_" + "x" * 43},
        {"Authorization": "Bearer trk_" + "é" * 500},
        {"Cookie": "trackly_access=nonsense"},
        {"Cookie": "__Host-trackly_access=nonsense"},
    ):
        client = app.client()
        answer = await client.get("/api/auth/me", headers={k.encode(): v.encode() for k, v in headers.items()})
        assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_bad_header_is_not_made_good_by_a_cookie(app: App) -> None:
    client = await browser(app, app.cast.admin)
    assert (await client.get("/api/auth/me", headers={"Authorization": "Bearer x.y.z"})).status_code == 401


async def test_log_out_ends_the_session_at_once(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    stolen = app.client(Cookie="; ".join(f"{c.name}={c.value}" for c in client.cookies.jar), **OWN_PAGE)
    seen = await head(app)
    answer = await client.post("/api/auth/logout")
    assert answer.status_code == 204
    assert not list(client.cookies.jar)
    assert (await stolen.get("/api/auth/me")).status_code == 401
    assert (await stolen.post("/api/auth/refresh")).status_code == 401
    (event,) = await events_after(app, seen)
    assert (event["type"], event["audience"], event["user_id"]) == ("session.ended", {"sys"}, app.cast.reporter.user_id)
    assert (await client.post("/api/auth/logout")).status_code == 204, "also when it is over"


async def test_log_out_works_with_an_access_token_that_has_expired(app: App) -> None:
    clock = stop_clock(app)
    client = await browser(app, app.cast.reporter)
    refresh = {"trackly_refresh": client.cookies["trackly_refresh"]}
    clock.advance(minutes=31)
    assert (await client.get("/api/auth/me")).status_code == 401
    assert (await client.post("/api/auth/logout")).status_code == 204
    client.cookies.update(refresh)
    assert (await client.post("/api/auth/refresh")).status_code == 401


async def test_log_out_of_a_program(app: App) -> None:
    client = await app.as_(app.cast.reporter)
    assert (await client.post("/api/auth/logout")).status_code == 204
    assert (await client.get("/api/auth/me")).status_code == 401


async def test_sessions_are_listed_and_ended_one_by_one(app: App) -> None:
    here, there = await browser(app, app.cast.reporter), await browser(app, app.cast.reporter)
    foreign = await browser(app, app.cast.other)
    listed = (await here.get("/api/auth/sessions")).json()
    assert (len(listed["items"]), listed["total"], listed["next"]) == (2, 2, None)
    assert [s["current"] for s in listed["items"]].count(True) == 1
    other_id = next(s["id"] for s in listed["items"] if not s["current"])
    assert (await foreign.delete(f"/api/auth/sessions/{other_id}")).status_code == 404
    assert (await here.delete(f"/api/auth/sessions/{uuid4()}")).status_code == 404
    assert (await here.delete("/api/auth/sessions/12")).status_code == 422
    assert (await there.get("/api/auth/me")).status_code == 200
    assert (await here.delete(f"/api/auth/sessions/{other_id}")).status_code == 204
    assert (await there.get("/api/auth/me")).status_code == 401
    assert (await here.get("/api/auth/sessions")).json()["total"] == 1
    assert (await here.delete(f"/api/auth/sessions/{other_id}")).status_code == 404


async def test_logins_are_in_the_audit_trail(app: App) -> None:
    seen = await head(app)
    await browser(app, app.cast.reporter)
    await try_password(app, app.cast.reporter.email, "a wrong password")
    await try_password(app, "my-secret-password", "ada@example.com")
    started, failed, unknown = await events_after(app, seen)
    assert all(event["audience"] == {"audit"} for event in (started, failed, unknown))
    assert (started["type"], started["user_id"], started["ip"]) == (
        "session.started", app.cast.reporter.user_id, "127.0.0.1",
    )  # fmt: skip
    assert (failed["type"], failed["reason"]) == ("login.failed", "password")
    assert failed["user_id"] == app.cast.reporter.user_id
    assert (unknown["type"], unknown["user_id"]) == ("login.failed", None)
    assert "my-secret-password" not in str(await events_after(app, 0)), "people type passwords into the wrong field"


async def test_providers_for_the_login_page(app: App) -> None:
    answer = await app.client().get("/api/auth/providers")
    assert answer.json() == {"google": {"enabled": False, "name": "Google"}, "demo": None}


async def test_no_secret_is_stored_as_it_is(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    made = (await client.post("/api/auth/tokens", json={"name": "ci", "scopes": ["read"]})).json()
    stored = str([await rows(app, f"SELECT * FROM {table}") for table in ("session", "refresh_token", "api_token")])
    for secret in (made["token"], client.cookies["trackly_refresh"], client.cookies["trackly_access"], PASSWORD):
        assert secret not in stored
        assert secret not in str(await events_after(app, 0))
    hashes = await rows(app, "SELECT password_hash FROM user_account")
    assert all(row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for row in hashes)
