"""What people change of themselves."""

from tests.support.app import App
from tests.support.logins import browser, events_after, head, rows, try_password
from tests.support.people import PASSWORD

NEXT = "another good password"


async def test_name_and_preferences(app: App) -> None:
    client, seen = await browser(app, app.cast.reporter), await head(app)
    preferences = {"theme": "dark", "board": {"columns": ["OPEN", "DONE"]}}
    answer = await client.patch("/api/users/me", json={"name": " Rea ", "preferences": preferences})
    assert (answer.status_code, answer.json()["name"], answer.json()["preferences"]) == (200, "Rea", preferences)
    me = (await client.get("/api/auth/me")).json()
    assert (me["name"], me["preferences"], me["version"]) == ("Rea", preferences, 2)
    (event,) = await events_after(app, seen)
    assert (event["type"], event["audience"]) == ("user.updated", {"f:admin", f"u:{app.cast.reporter.user_id}"})
    assert "preferences" not in event["user"], "they are nobody else's business"


async def test_preferences_are_replaced_whole(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    await client.patch("/api/users/me", json={"preferences": {"a": 1, "b": 2}})
    assert (await client.patch("/api/users/me", json={"preferences": {"b": 3}})).json()["preferences"] == {"b": 3}
    assert (await client.patch("/api/users/me", json={})).json()["preferences"] == {"b": 3}


async def test_a_new_password_ends_the_other_sessions(app: App) -> None:
    here, there = await browser(app, app.cast.reporter), await browser(app, app.cast.reporter)
    seen = await head(app)
    answer = await here.patch("/api/users/me", json={"password": NEXT, "current_password": PASSWORD})
    assert answer.status_code == 200
    assert (await here.get("/api/auth/me")).status_code == 200
    assert (await there.get("/api/auth/me")).status_code == 401
    assert {e["type"] for e in await events_after(app, seen)} == {"password.changed", "session.ended"}
    assert (await try_password(app, app.cast.reporter.email, PASSWORD)).status_code == 401
    assert (await try_password(app, app.cast.reporter.email, NEXT)).status_code == 200


async def test_a_new_password_needs_the_current_one(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    wrong = await client.patch("/api/users/me", json={"password": NEXT, "current_password": "not this one"})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "wrong_password")
    missing = await client.patch("/api/users/me", json={"name": "Changed", "password": NEXT})
    assert (missing.status_code, missing.json()["errors"][0]["field"]) == (422, "current_password")
    assert (await client.get("/api/auth/me")).json()["name"] == "Rea Reporter"
    assert (await try_password(app, app.cast.reporter.email, PASSWORD)).status_code == 200


async def test_guessing_the_current_password_is_throttled(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    body = {"password": NEXT, "current_password": "not this one"}
    codes = [(await client.patch("/api/users/me", json=body)).status_code for _ in range(11)]
    assert codes == [403] * 10 + [429]


async def test_without_a_password_none_is_set(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    async with app.work.begin("test") as uow:
        from sqlalchemy import text

        await uow.session.execute(text("UPDATE user_account SET password_hash = NULL"))
    answer = await client.patch("/api/users/me", json={"password": NEXT, "current_password": PASSWORD})
    assert answer.status_code == 403


_NOT_THEIRS = [
    {"role": "ADMIN"},
    {"email": "x@example.com"},
    {"active": False},
    {"id": 1},
    {"name": None},
    {"name": ""},
    {"preferences": []},
    {"preferences": {"x": "y" * 9000}},
    {"password": "short", "current_password": PASSWORD},
]


async def test_what_is_not_theirs_to_change(app: App) -> None:
    before = await rows(app, "SELECT * FROM user_account ORDER BY id")
    client = await browser(app, app.cast.reporter)
    for body in _NOT_THEIRS:
        assert (await client.patch("/api/users/me", json=body)).status_code == 422, body
        assert await rows(app, "SELECT * FROM user_account ORDER BY id") == before


async def test_if_match(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    etag = (await client.get("/api/auth/me")).headers["ETag"]
    assert (await client.patch("/api/users/me", json={"name": "A"}, headers={"If-Match": etag})).status_code == 200
    assert (await client.patch("/api/users/me", json={"name": "B"}, headers={"If-Match": etag})).status_code == 412
