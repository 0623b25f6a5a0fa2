"""A command that is sent again, because its answer was lost, happens once."""

import asyncio
from typing import Any

import pytest

from tests.support.app import App
from tests.support.issues import make_issue
from tests.support.logins import rows

SENDS = 50


async def test_fifty_sends_of_one_key_make_one_issue(app: App) -> None:
    client = await app.as_(app.cast.reporter)
    body, key = {"project": "TRK", "title": "Sent often"}, {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(client.post("/api/issues", json=body, headers=key) for _ in range(SENDS)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len({(answer.headers["location"], answer.headers["etag"]) for answer in answers}) == 1
    assert sum("idempotent-replay" not in answer.headers for answer in answers) == 1
    assert len(await rows(app, "SELECT 1 FROM issue")) == 1
    assert len(await rows(app, "SELECT 1 FROM event_log WHERE type = 'issue.created'")) == 1


async def test_fifty_sends_of_one_comment(app: App) -> None:
    issue, client = await make_issue(app, app.cast.reporter), await app.as_(app.cast.reporter)
    path, key = f"/api/issues/{issue['key']}/comments", {"Idempotency-Key": "one"}
    answers = await asyncio.gather(*(client.post(path, json={"body": "Yes"}, headers=key) for _ in range(SENDS)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert (await client.get(f"/api/issues/{issue['key']}")).json()["comments_count"] == 1


@pytest.mark.parametrize("other", [{"project": "TRK", "title": "Something else"}, {"project": "TRK"}, {}])
async def test_the_same_key_with_another_body_is_refused(app: App, other: dict[str, Any]) -> None:
    client, key = await app.as_(app.cast.reporter), {"Idempotency-Key": "one"}
    first = await client.post("/api/issues", json={"project": "TRK", "title": "First"}, headers=key)
    assert first.status_code == 201
    answer = await client.post("/api/issues", json=other, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert [error["field"] for error in answer.json()["errors"]] == ["Idempotency-Key"]
    assert len(await rows(app, "SELECT 1 FROM issue")) == 1


async def test_a_key_is_its_owner_s(app: App) -> None:
    body, key = {"project": "TRK", "title": "Mine"}, {"Idempotency-Key": "one"}
    answers = [
        await (await app.as_(actor)).post("/api/issues", json=body, headers=key)
        for actor in (app.cast.reporter, app.cast.other)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["key"] != answers[1].json()["key"]


async def test_a_refusal_is_not_kept(app: App) -> None:
    client, key = await app.as_(app.cast.reporter), {"Idempotency-Key": "one"}
    assert (await client.post("/api/issues", json={"project": "NOPE", "title": "x"}, headers=key)).status_code == 404
    assert (await client.post("/api/issues", json={"project": "TRK", "title": "x"}, headers=key)).status_code == 201


async def test_who_lost_the_right_gets_no_old_answer(app: App) -> None:
    client, key = await app.as_(app.cast.reporter), {"Idempotency-Key": "one"}
    body = {"project": "TRK", "title": "Mine"}
    assert (await client.post("/api/issues", json=body, headers=key)).status_code == 201
    admin = await app.as_(app.cast.admin)
    await admin.patch(f"/api/users/{app.cast.reporter.user_id}", json={"active": False})
    assert (await client.post("/api/issues", json=body, headers=key)).status_code == 401
