"""Who may see, add and take away which files. What a role may not know of answers 404."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from sqlalchemy import text

from tests.support.app import App, running_app
from tests.support.files import attached, make_issue, picture, upload
from tests.support.people import make_project


@pytest.fixture(scope="module")
async def app(postgres, tmp_path_factory) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("app")) as running:
            await make_project(running.work, running.cast.admin, "SEC", visibility="private")
            yield running


@dataclass
class People:
    admin: httpx.AsyncClient
    maintainer: httpx.AsyncClient
    reporter: httpx.AsyncClient
    other: httpx.AsyncClient
    nobody: httpx.AsyncClient


@pytest.fixture(scope="module")
async def people(app) -> People:
    cast = app.cast
    return People(
        admin=await app.as_(cast.admin),
        maintainer=await app.as_(cast.maintainer),
        reporter=await app.as_(cast.reporter),
        other=await app.as_(cast.other),
        nobody=app.client(),
    )


async def answers(client: httpx.AsyncClient, key: str, attachment_id: str) -> set[int]:
    """What a reader gets for each way to a file."""
    place = f"/api/attachments/{attachment_id}"
    ways = [f"/api/issues/{key}/attachments", place, f"{place}/content", f"{place}/thumbnail"]
    return {(await client.get(way)).status_code for way in ways}


async def test_who_may_read(people):
    key = await make_issue(people.reporter)
    made = await attached(people.reporter, key, picture(), "a.png")
    found = {name: await answers(client, key, made["id"]) for name, client in vars(people).items()}
    assert found == {"admin": {200}, "maintainer": {200}, "reporter": {200}, "other": {404}, "nobody": {401}}


async def test_part_of_a_file_needs_the_same_right_as_the_whole(people):
    made = await attached(people.reporter, await make_issue(people.reporter), b"private words")
    place = f"/api/attachments/{made['id']}/content"
    etag = (await people.reporter.get(place)).headers["etag"]
    for headers in ({"Range": "bytes=0-3"}, {"If-None-Match": etag}, {"Range": "bytes=999-"}):
        assert (await people.other.get(place, headers=headers)).status_code == 404


async def test_the_right_is_looked_up_at_each_download(app, people):
    key = await make_issue(people.maintainer)
    made = await attached(people.maintainer, key, picture(), "a.png")
    assert await answers(people.other, key, made["id"]) == {404}
    await watch(app, key, app.cast.other.user_id)
    assert await answers(people.other, key, made["id"]) == {200}
    await unwatch(app, key, app.cast.other.user_id)
    assert await answers(people.other, key, made["id"]) == {404}


async def test_a_private_project_hides_its_files_from_maintainers_elsewhere(people):
    key = await make_issue(people.admin, "SEC")
    made = await attached(people.admin, key, picture(), "a.png")
    for client in (people.maintainer, people.reporter):
        assert await answers(client, key, made["id"]) == {404}
        assert (await upload(client, key, b"x")).status_code == 404
        assert (await client.delete(f"/api/attachments/{made['id']}")).status_code == 404
    assert await answers(people.admin, key, made["id"]) == {200}


async def test_who_may_add(people):
    key = await make_issue(people.reporter)
    statuses = {name: (await upload(client, key, b"x")).status_code for name, client in vars(people).items()}
    assert statuses == {"admin": 201, "maintainer": 201, "reporter": 201, "other": 404, "nobody": 401}
    assert (await people.reporter.get(f"/api/issues/{key}")).json()["attachments_count"] == 3
    assert (await upload(people.admin, "TRK-999999", b"x")).status_code == 404
    assert (await upload(people.admin, "no-key", b"x")).status_code == 422


async def test_a_file_that_would_be_refused_is_not_even_read(people, app):
    key, read = await make_issue(people.reporter), 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(10):
            read += 1
            yield b"x" * 65_536

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await people.other.post(f"/api/issues/{key}/attachments", content=body(), headers=headers)
    assert (answer.status_code, read <= 1) == (404, True)


async def test_who_may_take_away(app, people):
    key = await make_issue(people.reporter)
    by_reporter = [await attached(people.reporter, key, b"x") for _ in range(3)]
    by_maintainer = await attached(people.maintainer, key, b"x")
    place = [f"/api/attachments/{made['id']}" for made in by_reporter]
    assert (await people.nobody.delete(place[0])).status_code == 401
    assert (await people.other.delete(place[0])).status_code == 404
    refused = await people.reporter.delete(f"/api/attachments/{by_maintainer['id']}")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_the_uploader")
    await watch(app, key, app.cast.other.user_id)
    assert (await people.other.delete(place[0])).status_code == 403
    assert (await people.reporter.get(f"/api/issues/{key}")).json()["attachments_count"] == 4
    for client, path in ((people.reporter, place[0]), (people.maintainer, place[1]), (people.admin, place[2])):
        assert (await client.delete(path)).status_code == 204


async def test_a_disabled_person_gets_nothing(app, people):
    key = await make_issue(people.other)
    made = await attached(people.other, key, picture(), "a.png")
    await set_active(app, app.cast.other.user_id, active=False)
    try:
        assert await answers(people.other, key, made["id"]) == {401}
        assert (await upload(people.other, key, b"x")).status_code == 401
        assert (await people.other.delete(f"/api/attachments/{made['id']}")).status_code == 401
    finally:
        await set_active(app, app.cast.other.user_id, active=True)


async def watch(app: App, key: str, user_id: int) -> None:
    await execute(app, "INSERT INTO watcher SELECT id, :user FROM issue WHERE key = :key", key=key, user=user_id)


async def unwatch(app: App, key: str, user_id: int) -> None:
    statement = "DELETE FROM watcher USING issue WHERE issue_id = id AND key = :key AND user_id = :user"
    await execute(app, statement, key=key, user=user_id)


async def set_active(app: App, user_id: int, *, active: bool) -> None:
    await execute(app, "UPDATE user_account SET active = :active WHERE id = :user", user=user_id, active=active)


async def execute(app: App, statement: str, **values: object) -> None:
    async with app.database.engine.begin() as connection:
        await connection.execute(text(statement), values)
