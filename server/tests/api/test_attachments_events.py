"""What is told about files is what is there, to those who see their issue and to nobody else."""

from collections.abc import AsyncIterator

import pytest

from tests.support.app import App, running_app
from tests.support.files import attached, make_issue
from tests.support.verify import verify_command


@pytest.fixture
async def app(postgres, tmp_path) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path) as running:
            yield running


async def test_a_file_is_told_to_who_sees_its_issue(app):
    async with await app.as_(app.cast.reporter) as me:
        key = await make_issue(me)
        seen = await verify_command(
            app, lambda: attached(me, key, b"Steps to reproduce\n", "steps.txt"), examples=["attachment.created"]
        )
    assert seen.types == ["attachment.created"]
    (event,) = seen.events
    assert event["attachment"] == seen.answer
    assert (event["project"], event["issue"]["key"], event["issue"]["attachments_count"]) == ("TRK", key, 1)
    assert event["actor"] == {"id": app.cast.reporter.user_id, "name": "Rea Reporter"}
    assert {name: len(events) for name, events in seen.told.items()} == {
        "Ada Admin": 1,
        "Max Maintainer": 1,
        "Rea Reporter": 1,
        "Oto Other": 0,
    }


async def test_and_so_is_its_going(app):
    async with await app.as_(app.cast.maintainer) as me:
        key = await make_issue(me)
        made = await attached(me, key, b"x")
        await attached(me, key, b"stays")
        seen = await verify_command(
            app, lambda: me.delete(f"/api/attachments/{made['id']}"), examples=["attachment.deleted"]
        )
    assert seen.types == ["attachment.deleted"]
    assert seen.events[0]["attachment"] == {"id": made["id"]}
    assert seen.events[0]["issue"]["attachments_count"] == 1
    assert [len(seen.told[name]) for name in ("Ada Admin", "Rea Reporter", "Oto Other")] == [1, 0, 0]


@pytest.mark.parametrize("who", ["admin", "maintainer", "reporter"])
async def test_each_role_that_may(app, who):
    async with await app.as_(app.cast.reporter) as reporter, await app.as_(getattr(app.cast, who)) as me:
        key = await make_issue(reporter)
        seen = await verify_command(app, lambda: attached(me, key, b"x"))
        gone = await verify_command(app, lambda: me.delete(f"/api/attachments/{seen.answer['id']}"))
    assert (seen.types, gone.types) == (["attachment.created"], ["attachment.deleted"])


async def test_a_refusal_tells_nothing(app):
    async with await app.as_(app.cast.reporter) as reporter, await app.as_(app.cast.maintainer) as maintainer:
        key = await make_issue(reporter)
        made = await attached(maintainer, key, b"x")
        seen = await verify_command(app, lambda: reporter.delete(f"/api/attachments/{made['id']}"))
    assert (seen.answer.status_code, seen.events) == (403, [])
