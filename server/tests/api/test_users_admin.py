"""People, as admins see and change them."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.app import App
from tests.support.logins import browser, events_after, head, rows, try_password
from tests.support.people import PASSWORD, add_member, make_person
from trackly.users.facade import Role

NEW = {"email": "nia@example.com", "name": "Nia", "role": "MAINTAINER", "password": "a password of hers"}


async def test_an_admin_lets_somebody_in(app: App) -> None:
    admin, seen = await app.as_(app.cast.admin), await head(app)
    answer = await admin.post("/api/users", json=NEW)
    user = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/users/{user['id']}"
    assert user.keys() == {"id", "email", "name", "role", "active", "version", "created_at"}
    assert (await try_password(app, "NIA@example.com", NEW["password"])).status_code == 200
    created = (await events_after(app, seen))[0]
    assert (created["type"], created["user"], created["audience"]) == (
        "user.created", user, {"f:admin", f"u:{user['id']}"},
    )  # fmt: skip
    assert created["actor"] == {"id": app.cast.admin.user_id, "name": "Ada Admin"}
    assert NEW["password"] not in str(created)


async def test_the_same_address_twice_is_409(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    codes = await asyncio.gather(*(admin.post("/api/users", json=NEW) for _ in range(4)))
    assert sorted(answer.status_code for answer in codes) == [201, 409, 409, 409]
    other = await admin.patch(f"/api/users/{app.cast.other.user_id}", json={"email": "Nia@Example.com"})
    assert (other.status_code, other.json()["code"]) == (409, "email_taken")


async def test_a_retry_with_the_same_key_makes_one(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    first = await admin.post("/api/users", json=NEW, headers={"Idempotency-Key": "one"})
    again = await admin.post("/api/users", json=NEW, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize("path", ["", "/count", "/{id}", "/me-too"])
async def test_reading_people_is_for_admins(app: App, path: str) -> None:
    for actor in (app.cast.maintainer, app.cast.reporter):
        answer = await (await app.as_(actor)).get("/api/users" + path.format(id=app.cast.admin.user_id))
        assert answer.status_code == (422 if path == "/me-too" else 403), answer.text


async def test_changing_people_is_for_admins(app: App) -> None:
    before = await rows(app, "SELECT id, name, role, active, version FROM user_account ORDER BY id")
    for actor in (app.cast.maintainer, app.cast.reporter):
        client = await app.as_(actor)
        answers = [
            await client.post("/api/users", json=NEW),
            await client.patch(f"/api/users/{actor.user_id}", json={"role": "ADMIN"}),
            await client.patch(f"/api/users/{app.cast.other.user_id}", json={"name": "x"}),
            await client.delete(f"/api/users/{app.cast.other.user_id}"),
            await client.delete("/api/users/999999"),
        ]
        assert [answer.status_code for answer in answers] == [403] * 5
    assert await rows(app, "SELECT id, name, role, active, version FROM user_account ORDER BY id") == before


async def test_everybody_reads_themselves(app: App) -> None:
    me = app.cast.reporter
    answer = await (await app.as_(me)).get(f"/api/users/{me.user_id}")
    assert (answer.status_code, answer.json()["email"], answer.headers["ETag"]) == (200, me.email, '"1"')


async def test_a_person_is_changed_and_told(app: App) -> None:
    admin, user_id = await app.as_(app.cast.admin), app.cast.reporter.user_id
    seen = await head(app)
    answer = await admin.patch(f"/api/users/{user_id}", json={"name": "Rea Renamed", "role": "MAINTAINER"})
    assert (answer.status_code, answer.json()["version"], answer.headers["ETag"]) == (200, 2, '"2"')
    (event,) = await events_after(app, seen)
    assert (event["type"], event["user"], event["version"]) == ("user.updated", answer.json(), 2)
    same = await admin.patch(f"/api/users/{user_id}", json={"name": "Rea Renamed"})
    assert same.json()["version"] == 2, "nothing changed"
    assert len(await events_after(app, seen)) == 1


async def test_two_who_edit_the_same_person(app: App) -> None:
    admin, path = await app.as_(app.cast.admin), f"/api/users/{app.cast.reporter.user_id}"
    first = await admin.patch(path, json={"name": "One"}, headers={"If-Match": '"1"'})
    second = await admin.patch(path, json={"name": "Two"}, headers={"If-Match": '"1"'})
    gone = await admin.delete(path, headers={"If-Match": '"1"'})
    assert (first.status_code, second.status_code, gone.status_code) == (200, 412, 412)
    assert second.json()["version"] == 2
    assert (await admin.patch(path, json={"name": "x"}, headers={"If-Match": "abc"})).status_code == 422


_NOBODY = [("999999", 404), ("0", 422), ("-1", 422), ("x", 422), (str(2**70), 422)]


async def test_nobody_of_that_number(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    for user_id, status in _NOBODY:
        answers = [
            await admin.get(f"/api/users/{user_id}"),
            await admin.patch(f"/api/users/{user_id}", json={"name": "x"}),
            await admin.delete(f"/api/users/{user_id}"),
        ]
        assert [answer.status_code for answer in answers] == [status] * 3


async def test_disabling_ends_sessions_now_and_for_good(app: App) -> None:
    admin, person = await app.as_(app.cast.admin), await browser(app, app.cast.reporter)
    path, seen = f"/api/users/{app.cast.reporter.user_id}", await head(app)
    await admin.patch(path, json={"active": False})
    assert (await person.get("/api/auth/me")).status_code == 401
    assert [e["type"] for e in await events_after(app, seen)] == ["user.updated", "session.ended"]
    assert (await try_password(app, app.cast.reporter.email, PASSWORD)).status_code == 401
    await admin.patch(path, json={"active": True})
    assert (await person.get("/api/auth/me")).status_code == 401
    assert (await try_password(app, app.cast.reporter.email, PASSWORD)).status_code == 200


async def test_a_new_role_acts_on_the_next_request(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    boss = await make_person(app.work, "Bea Boss", Role.ADMIN)
    client = await app.as_(boss)
    assert (await client.get("/api/users")).status_code == 200
    await admin.patch(f"/api/users/{boss.user_id}", json={"role": "REPORTER"})
    assert (await client.get("/api/users")).status_code == 403
    assert (await client.get("/api/auth/me")).json()["role"] == "REPORTER"


async def test_a_password_that_an_admin_sets(app: App) -> None:
    admin, person = await app.as_(app.cast.admin), await browser(app, app.cast.reporter)
    seen, path = await head(app), f"/api/users/{app.cast.reporter.user_id}"
    assert (await admin.patch(path, json={"password": "brand new password"})).status_code == 200
    assert (await person.get("/api/auth/me")).status_code == 401
    assert {e["type"] for e in await events_after(app, seen)} == {"password.changed", "session.ended"}
    assert (await try_password(app, app.cast.reporter.email, PASSWORD)).status_code == 401
    assert (await try_password(app, app.cast.reporter.email, "brand new password")).status_code == 200


async def test_a_deleted_person_is_gone_but_for_the_name(app: App) -> None:
    admin, me = await app.as_(app.cast.admin), app.cast.maintainer
    await add_member(app.work, app.cast.admin, "TRK", me, Role.ADMIN)
    person = await browser(app, me)
    token = (await person.post("/api/auth/tokens", json={"name": "t", "scopes": ["read"]})).json()["token"]
    seen = await head(app)
    assert (await admin.delete(f"/api/users/{me.user_id}")).status_code == 204
    assert [e["type"] for e in await events_after(app, seen)] == ["user.deleted", "session.ended", "token.revoked"]
    for client in (person, app.client(Authorization=f"Bearer {token}")):
        assert (await client.get("/api/auth/me")).status_code == 401
    assert (await try_password(app, me.email, PASSWORD)).status_code == 401
    assert (await admin.get(f"/api/users/{me.user_id}")).status_code == 404
    assert (await admin.delete(f"/api/users/{me.user_id}")).status_code == 404
    assert (await admin.patch(f"/api/users/{me.user_id}", json={"active": True})).status_code == 404
    assert me.user_id not in [u["id"] for u in (await admin.get("/api/users")).json()["items"]]
    assert (await admin.get("/api/users/count")).json()["count"] == 3
    assert (await admin.get("/api/projects/TRK/members")).json()["items"] == []
    assert me.user_id not in [p["id"] for p in (await admin.get("/api/projects/TRK/people")).json()["items"]]
    assert (await admin.put(f"/api/projects/TRK/members/{me.user_id}", json={"role": "ADMIN"})).status_code == 404
    (row,) = await rows(app, "SELECT name, password_hash FROM user_account WHERE id = :id", id=me.user_id)
    assert (row.name, row.password_hash) == (me.name, None)
    assert (await admin.post("/api/users", json={**NEW, "email": me.email})).status_code == 201


async def every_page(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: str | None = None
    for _ in range(50):
        page = (await client.get("/api/users", params={**query, **({"after": after} if after else {})})).json()
        found += page["items"]
        after = page["next"]
        if after is None:
            return found
    raise AssertionError("the list has no end")


async def test_lists_by_name_page_by_page(app: App) -> None:
    for name in ("ada admin", "Ada", "Zoe", "Umit", "bob"):
        await make_person(app.work, f"{name} again", Role.REPORTER)
    admin = await app.as_(app.cast.admin)
    whole = await every_page(admin, limit=100)
    assert await every_page(admin, limit=2) == whole == await every_page(admin, limit=1)
    assert len({user["id"] for user in whole}) == 9
    answer = await admin.get("/api/users?limit=2")
    assert (len(answer.json()["items"]), answer.json()["total"]) == (2, 9)
    assert answer.headers["X-Trackly-Cursor"]


async def test_finding_people(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    found = [
        [u["name"] for u in await every_page(admin, **query)]
        for query in (
            {"q": "MAX"},
            {"q": "@example"},
            {"q": "%"},
            {"q": "_"},
            {"role": "REPORTER"},
            {"active": "false"},
        )
    ]
    assert found[0] == ["Max Maintainer"]
    assert (len(found[1]), found[2], found[3]) == (4, [], [])
    assert (found[4], found[5]) == (["Oto Other", "Rea Reporter"], [])
    assert (await admin.get("/api/users/count")).json() == {
        "count": 4, "active": 4, "by_role": {"ADMIN": 1, "MAINTAINER": 1, "REPORTER": 2},
    }  # fmt: skip


_BAD_QUERIES = (
    *("limit=0", "limit=101", "limit=x", "role=OWNER", "active=maybe", "q=" + "x" * 300),
    *("after=nonsense", "after=W10", "after=WzEsMl0", "after=WyJhIiwiYiJd", "after=WyJhXHUwMDAwIiwxXQ"),
    "after=WyJhIiwxODQ0Njc0NDA3MzcwOTU1MTYxNV0",
)


async def test_bad_queries_are_422(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    for query in _BAD_QUERIES:
        assert (await admin.get(f"/api/users?{query}")).status_code == 422, query
