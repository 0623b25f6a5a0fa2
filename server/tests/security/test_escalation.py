"""Nobody gets more than they were given: not by a member too many, not by an old login, not by a token."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from tests.support.app import App, running_app
from tests.support.issues import make_issue
from tests.support.matrix import SAFE, Row, World, read_matrix
from tests.support.people import PASSWORD, add_member, make_project
from trackly.http.description import operations
from trackly.users.facade import Actor, Role

ROWS = read_matrix()
CHANGING = [row for row in ROWS if row.method not in SAFE and row.statuses["anonymous"] == 401 and row.variant == ""]
WITH_BODY = [row for row in CHANGING if "body" in row.how and row.statuses["admin"] < 300]
PUBLIC = ("/api/auth/login", "/api/auth/token", "/api/auth/refresh")
SMUGGLED: dict[str, Any] = {
    "id": 1, "role": "ADMIN", "active": True, "is_admin": True, "version": 1, "reporter_id": 1, "author_id": 1,
    "uploader_id": 1, "user_id": 1, "actor": {"id": 1}, "created_at": "2020-01-01T00:00:00.000000Z",
    "updated_at": "2020-01-01T00:00:00.000000Z", "done_at": None, "password_hash": "x", "google_sub": "x",
}  # fmt: skip


@pytest.fixture(scope="module")
async def world(postgres, tmp_path_factory) -> AsyncIterator[World]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("escalation")) as app:
            yield await World.make(app)


@pytest.fixture(scope="module")
def described(world: World) -> dict[str, dict[str, Any]]:
    document = world.app.asgi.state.openapi()
    return {f"{method.upper()} {path}": operation for path, method, operation in operations(document)}


def _bodies(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of each request body and of all that is in it, by name."""
    waiting = [operation["requestBody"] for _, _, operation in operations(document) if "requestBody" in operation]
    seen: set[str] = set()
    while waiting:
        part = waiting.pop()
        waiting += [
            member for member in (part.values() if isinstance(part, dict) else part) if isinstance(member, dict | list)
        ]
        name = part.get("$ref", "").rpartition("/")[2] if isinstance(part, dict) else ""
        if name and name not in seen:
            seen.add(name)
            waiting.append(document["components"]["schemas"][name])
            yield name, document["components"]["schemas"][name]


def test_every_body_says_that_it_takes_nothing_else(world: World) -> None:
    bodies = dict(_bodies(world.app.asgi.state.openapi()))
    assert {"IssueNew", "IssuePatch", "UserPatch", "MePatch", "TransitionIn"} <= bodies.keys()
    for name, schema in bodies.items():
        if schema.get("type") == "object":
            assert schema.get("additionalProperties") is False, name


@pytest.mark.parametrize("row", WITH_BODY, ids=str)
async def test_a_member_too_many_is_refused_and_named(world: World, described: dict[str, Any], row: Row) -> None:
    content = described[row.operation]["requestBody"]["content"]
    media_type, described_body = next(iter(content.items()))
    ways = [described_body["schema"], *described_body["schema"].get("anyOf", ())]
    schema = next(way["$ref"] for way in ways if "$ref" in way).rpartition("/")[2]
    taken = world.app.asgi.state.openapi()["components"]["schemas"][schema]["properties"]
    target = world.target(row, "admin")
    url, request = await target.url(), await target.request(media_type)
    more = {name: value for name, value in SMUGGLED.items() if name not in taken}
    kind = "json" if "json" in request else "data"
    request[kind] = {**request[kind], **more}
    before = await world.state()
    answer = await world.clients["admin"].request(row.method, url, **request)
    assert answer.status_code == 422, answer.text
    assert more.keys() <= {error["field"] for error in answer.json()["errors"]}
    assert await world.state() == before


async def _api_token(world: World, *scopes: str) -> httpx.AsyncClient:
    body = {"name": f"with {scopes}", "scopes": list(scopes)}
    answer = await world.clients["admin"].post("/api/auth/tokens", json=body)
    assert answer.status_code == 201, answer.text
    return world.app.client(Authorization=f"Bearer {answer.json()['token']}")


async def test_a_token_that_reads_changes_nothing(world: World, described: dict[str, Any]) -> None:
    reading = await _api_token(world, "read")
    for row in CHANGING:
        if row.path in PUBLIC:
            continue
        body = described[row.operation].get("requestBody", {}).get("content", {"": None})
        target = world.target(row, "admin")
        url, request = await target.url(), await target.request(next(iter(body)) or None)
        before = await world.state()
        answer = await reading.request(row.method, url, **request)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing"), str(row)
        assert await world.state() == before, str(row)


async def test_an_admin_s_token_that_writes_is_no_admin(world: World, described: dict[str, Any]) -> None:
    writing = await _api_token(world, "write")
    tried = 0
    for row in CHANGING:
        if row.path in PUBLIC or row.statuses["admin"] >= 400 or row.statuses["maintainer"] < 400:
            continue
        body = described[row.operation].get("requestBody", {}).get("content", {"": None})
        target = world.target(row, "admin")
        url, request = await target.url(), await target.request(next(iter(body)) or None)
        before = await world.state()
        answer = await writing.request(row.method, url, **request)
        assert answer.status_code == 403, (str(row), answer.text)
        assert await world.state() == before, str(row)
        tried += 1
    assert tried >= 10


async def _change(app: App, actor: Actor, **change: Any) -> None:
    answer = await (await app.as_(app.cast.admin)).patch(f"/api/users/{actor.user_id}", json=change)
    assert answer.status_code == 200, answer.text


async def test_a_demotion_acts_on_the_next_request(app: App) -> None:
    issue, maintainer = await make_issue(app, app.cast.reporter), await app.as_(app.cast.maintainer)
    path = f"/api/issues/{issue['key']}"
    token = (await maintainer.post("/api/auth/tokens", json={"name": "a", "scopes": ["write"]})).json()["token"]
    program = app.client(Authorization=f"Bearer {token}")
    assert (await maintainer.patch(path, json={"status": "TRIAGED"})).status_code == 200
    await _change(app, app.cast.maintainer, role="REPORTER")
    for client in (maintainer, program):
        assert (await client.patch(path, json={"status": "IN_PROGRESS"})).status_code == 404
        assert (await client.get(path)).status_code == 404
        assert (await client.get("/api/issues/count")).json() == {"count": 0}
        assert (await client.get("/api/stats/scheduler/status")).status_code == 403


async def test_who_is_no_admin_any_more_is_none_at_once(app: App) -> None:
    await _change(app, app.cast.other, role="ADMIN")
    former = await app.as_(app.cast.other)
    assert (await former.get("/api/users")).status_code == 200
    await _change(app, app.cast.other, role="MAINTAINER")
    assert (await former.get("/api/users")).status_code == 403
    own = f"/api/users/{app.cast.other.user_id}"
    assert (await former.patch(own, json={"role": "ADMIN"})).status_code == 403
    assert (await former.get(own)).json()["role"] == "MAINTAINER"


async def test_a_closed_account_is_out_at_once_in_every_way(app: App) -> None:
    reporter = await app.as_(app.cast.reporter)
    form = {"grant_type": "password", "username": app.cast.reporter.email, "password": PASSWORD}
    login = (await app.client().post("/api/auth/token", data=form)).json()
    made = await reporter.post("/api/auth/tokens", json={"name": "a", "scopes": ["read"]})
    await _change(app, app.cast.reporter, active=False)
    for token in (login["access_token"], made.json()["token"]):
        assert (await app.client(Authorization=f"Bearer {token}").get("/api/auth/me")).status_code == 401
    again = {"grant_type": "refresh_token", "refresh_token": login["refresh_token"]}
    assert (await app.client().post("/api/auth/token", data=again)).status_code == 401
    assert (await app.client().post("/api/auth/token", data=form)).status_code == 401


async def test_who_leaves_a_private_project_knows_it_no_more(app: App) -> None:
    await make_project(app.work, app.cast.admin, "SEC", visibility="private")
    await add_member(app.work, app.cast.admin, "SEC", app.cast.reporter, Role.MAINTAINER)
    issue, member = await make_issue(app, app.cast.reporter, project="SEC"), await app.as_(app.cast.reporter)
    assert (await member.patch(f"/api/issues/{issue['key']}", json={"status": "TRIAGED"})).status_code == 200
    admin = await app.as_(app.cast.admin)
    removed = await admin.delete(f"/api/projects/SEC/members/{app.cast.reporter.user_id}")
    assert removed.status_code == 204
    for path in ("/api/projects/SEC", f"/api/issues/{issue['key']}", f"/api/issues/{issue['key']}/history"):
        assert (await member.get(path)).status_code == 404, "not even their own issue"
    assert "SEC" not in (await member.get("/api/auth/me")).text
    assert (await member.post("/api/issues", json={"project": "SEC", "title": "x"})).status_code == 404
