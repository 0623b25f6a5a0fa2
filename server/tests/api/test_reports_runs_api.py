"""Runs over HTTP, made by the real steps: the ledger, one run, its progress, its files with the reader's rights."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from tests.support.app import App
from tests.support.issues import make_issue
from tests.support.report_runs import execute, fall_behind, rows
from trackly.reports.claim import claim_due
from trackly.users.facade import Actor

DEFINITION: dict[str, Any] = {
    "name": "Open issues",
    "source": {"kind": "dataset", "dataset": "issues", "columns": ["key", "title"], "sort": ["key"]},
    "formats": ["csv", "json"],
}


@asynccontextmanager
async def at_work(app: App) -> AsyncIterator[None]:
    """The application's own worker runs inside the block."""
    task = asyncio.create_task(app.asgi.state.runs.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def create(app: App, actor: Actor, **over: Any) -> int:
    async with await app.as_(actor) as client:
        answer = await client.post("/api/reports", json={**DEFINITION, **over})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


async def start(client: httpx.AsyncClient, report_id: int, **headers: str) -> Any:
    answer = await client.post(f"/api/reports/{report_id}/run", json={}, headers=headers)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/api/runs/{answer.json()['id']}"
    return answer.json()


async def ended(client: httpx.AsyncClient, run_id: int) -> Any:
    async with asyncio.timeout(30):
        while True:
            run = (await client.get(f"/api/runs/{run_id}")).json()
            if run["status"] not in ("QUEUED", "RUNNING", "RENDERED"):
                return run
            await asyncio.sleep(0.1)


async def test_a_run_is_queued_made_and_kept_with_its_files(app: App) -> None:
    await make_issue(app, app.cast.reporter, title="Printer on fire")
    report_id = await create(app, app.cast.maintainer)
    async with await app.as_(app.cast.maintainer) as client, at_work(app):
        queued = await start(client, report_id)
        assert (queued["status"], queued["trigger"], queued["requested_by"]["name"]) == (
            "QUEUED",
            "manual",
            "Max Maintainer",
        )
        run = await ended(client, queued["id"])
        assert (run["status"], run["rows"], run["error"], run["deliveries"]) == ("SUCCESS", 1, None, [])
        assert run["report"] == {"id": report_id, "name": "Open issues"}
        assert sorted({file["format"] for file in run["files"]} - {"png"}) == ["csv", "json"]
        assert run["log"]
        (row,) = (await client.get(f"/api/reports/{report_id}/runs")).json()["items"]
        assert row.items() <= run.items()
        csv = next(file for file in run["files"] if file["format"] == "csv")
        answer = await client.get(f"/api/runs/{run['id']}/download?format=csv")
        assert answer.status_code == 200
        assert b"Printer on fire" in answer.content
        assert hashlib.sha256(answer.content).hexdigest() == csv["sha256"]
        assert answer.headers["etag"] == f'"{csv["sha256"]}"'
        assert answer.headers["content-disposition"].startswith("attachment")
        assert len(answer.content) == csv["bytes"]
        same = await client.get(f"/api/runs/{run['id']}/download", params={"file": csv["id"]})
        assert same.content == answer.content
        part = await client.get(f"/api/runs/{run['id']}/download?format=csv", headers={"Range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, answer.content[2:6])
        known = await client.get(
            f"/api/runs/{run['id']}/download?format=csv", headers={"If-None-Match": answer.headers["etag"]}
        )
        assert known.status_code == 304
        assert (await client.get(f"/api/runs/{run['id']}/download?format=pdf")).json()[
            "code"
        ] == "report_file_not_found"
        assert (await client.get(f"/api/runs/{run['id']}/download")).status_code == 422


async def test_a_run_that_is_asked_for_twice_with_one_key_is_one_run(app: App) -> None:
    report_id = await create(app, app.cast.maintainer)
    async with await app.as_(app.cast.maintainer) as client:
        first = await start(client, report_id, **{"Idempotency-Key": "once"})
        again = await start(client, report_id, **{"Idempotency-Key": "once"})
        assert first == again
        assert len((await client.get(f"/api/reports/{report_id}/runs")).json()["items"]) == 1


async def test_each_recipient_gets_the_edition_of_their_own_rights(app: App) -> None:
    await make_issue(app, app.cast.reporter, title="Mine")
    await make_issue(app, app.cast.other, title="Theirs")
    sent_to = [{"kind": "user", "user_id": app.cast.reporter.user_id}]
    report_id = await create(app, app.cast.maintainer, recipients=sent_to, formats=["csv"])
    async with (
        await app.as_(app.cast.maintainer) as owner,
        await app.as_(app.cast.reporter) as reader,
        await app.as_(app.cast.other) as stranger,
        await app.as_(app.cast.admin) as admin,
        at_work(app),
    ):
        run_id = (await start(owner, report_id))["id"]
        run = await ended(owner, run_id)
        assert (run["status"], run["addressed"]) == ("DELIVERING", 2)
        url = f"/api/runs/{run_id}/download?format=csv"
        whole, part = await owner.get(url), await reader.get(url)
        assert b"Mine" in whole.content and b"Theirs" in whole.content
        assert b"Mine" in part.content and b"Theirs" not in part.content
        assert (await stranger.get(url)).status_code == 404
        for path in (f"/api/runs/{run_id}", f"/api/runs/{run_id}/events", f"/api/reports/{report_id}/runs"):
            assert (await stranger.get(path)).status_code == 404
        owners_file = run["files"][0]["id"]
        assert (await reader.get(f"/api/runs/{run_id}/download", params={"file": owners_file})).status_code == 404
        seen = (await reader.get(f"/api/runs/{run_id}")).json()
        assert (seen["rows"], seen["log"], seen["addressed"]) == (None, [], 0)
        assert {one["user_id"] for one in seen["deliveries"]} == {app.cast.reporter.user_id}
        assert len({file["edition_id"] for file in seen["files"]}) == 1
        everything = (await admin.get(f"/api/runs/{run_id}")).json()["files"]
        assert len({file["edition_id"] for file in everything}) == 2
        for act in ("cancel", "retry"):
            assert (await reader.post(f"/api/runs/{run_id}/{act}")).status_code == 403
            assert (await stranger.post(f"/api/runs/{run_id}/{act}")).status_code == 404
        for act in ("run", "pause", "resume"):
            assert (await reader.post(f"/api/reports/{report_id}/{act}")).status_code == 403
            assert (await stranger.post(f"/api/reports/{report_id}/{act}")).status_code == 404


async def frames_of(client: httpx.AsyncClient, run_id: int) -> list[tuple[str, Any]]:
    """All frames of a run's progress, until the server ends it."""
    answer = await client.get(f"/api/runs/{run_id}/events", timeout=30)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


async def test_progress_is_told_until_the_run_is_over(app: App) -> None:
    report_id = await create(app, app.cast.maintainer)
    async with await app.as_(app.cast.maintainer) as client:
        run_id = (await start(client, report_id))["id"]
        following = asyncio.create_task(frames_of(client, run_id))
        await asyncio.sleep(0.6)
        async with at_work(app):
            frames = await following
        states = [data["status"] for event, data in frames if event == "run"]
        assert states[0] == "QUEUED"
        assert states[-1] == "SUCCESS"
        assert frames[-1] == ("end", {"status": "SUCCESS"})
        assert any(event == "log" for event, _ in frames)
        assert await frames_of(client, run_id) == [*[f for f in frames if f[0] == "log"], *frames[-2:]]


async def test_who_lost_the_right_is_told_nothing_more(app: App) -> None:
    report_id = await create(app, app.cast.maintainer)
    async with await app.as_(app.cast.maintainer) as client:
        run_id = (await start(client, report_id))["id"]
        following = asyncio.create_task(frames_of(client, run_id))
        await asyncio.sleep(0.6)
        await execute(app.work, "UPDATE user_account SET active = false WHERE id = :id", id=app.cast.maintainer.user_id)
        frames = await following
    assert [event for event, _ in frames] == ["run", "bye"]
    assert frames[-1][1] == {"reason": "access_ended"}


async def test_the_ledger_has_every_slot_by_pages_and_by_state(app: App) -> None:
    schedule = {"cron": "@every 1s", "grace_s": 2, "overlap": "queue"}
    report_id = await create(app, app.cast.admin, schedule=schedule)
    await fall_behind(app.work, report_id, 20)
    await claim_due(app.work)
    async with await app.as_(app.cast.admin) as client:
        found: list[Any] = []
        after = ""
        while True:
            page = (await client.get(f"/api/reports/{report_id}/runs?limit=7{after}")).json()
            found += page["items"]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        slots = [run["scheduled_for"] for run in found]
        assert slots == sorted(set(slots), reverse=True)
        assert len(slots) >= 20
        missed = [run for run in found if run["status"] == "MISSED"]
        assert missed
        assert all(run["reason"].endswith("the grace is 2 s") and run["finished_at"] for run in missed)
        only = (await client.get(f"/api/reports/{report_id}/runs?status=MISSED&limit=100")).json()["items"]
        assert only == missed
        everywhere = (await client.get("/api/runs?limit=1")).json()["items"]
        assert everywhere[0]["report"] == {"id": report_id, "name": "Open issues"}
        assert everywhere[0]["id"] == found[0]["id"]
        assert (await client.get(f"/api/reports/{report_id}/runs?after=x")).status_code == 422
    async with await app.as_(app.cast.reporter) as other:
        assert (await other.get("/api/runs")).json()["items"] == []


async def test_cancel_and_retry_say_why_not(app: App) -> None:
    report_id = await create(app, app.cast.maintainer)
    async with await app.as_(app.cast.maintainer) as client:
        run_id = (await start(client, report_id))["id"]
        assert (await client.post(f"/api/runs/{run_id}/retry")).json()["code"] == "run_not_over"
        assert (await client.post(f"/api/runs/{run_id}/cancel")).json()["status"] == "CANCELLED"
        refused = await client.post(f"/api/runs/{run_id}/cancel")
        assert (refused.status_code, refused.json()["code"], refused.json()["status"]) == (409, "run_is_over", 409)
        again = await client.post(f"/api/runs/{run_id}/retry")
        assert (again.status_code, again.json()["status"]) == (202, "QUEUED")


async def test_switching_off_and_on_editing_and_pausing_lose_no_schedule(app: App) -> None:
    report_id = await create(app, app.cast.maintainer, schedule={"when": "every weekday 08:00 Europe/Helsinki"})
    async with await app.as_(app.cast.maintainer) as client:
        whole = (await client.get(f"/api/reports/{report_id}")).json()
        (before,) = await rows(app.work, "SELECT * FROM report_schedule")
        for change in ({"is_active": False}, {"is_active": True}, {"name": "Renamed"}, {"formats": ["pdf"]}):
            definition = {**DEFINITION, "schedule": {"cron": whole["schedule"]["cron"], "tz": whole["schedule"]["tz"]}}
            answer = await client.put(f"/api/reports/{report_id}", json={**definition, **change})
            assert answer.status_code == 200, answer.text
            assert await rows(app.work, "SELECT * FROM report_schedule") == [before]
        assert (await client.post(f"/api/reports/{report_id}/pause", json={"reason": "x"})).json()["next_fires"] == []
        resumed = (await client.post(f"/api/reports/{report_id}/resume")).json()
        assert len(resumed["next_fires"]) == 5
        assert await rows(app.work, "SELECT * FROM report_schedule") == [before]


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ({"when": "61 * * * *"}, "when", "the minute field: 61 is not 0-59"),
        (
            {"when": "every blue moon"},
            "when",
            "'every blue moon' is not understood. Understood are: every weekday 08:00",
        ),
        ({"when": "daily at 8", "tz": "Mars/Olympus"}, "tz", "Mars/Olympus is no time zone"),
        ({}, "when", "Field required"),
    ],
)
async def test_a_schedule_is_refused_with_the_field_and_the_reason(
    app: App, query: dict[str, str], field: str, reason: str
) -> None:
    async with await app.as_(app.cast.reporter) as client:
        answer = await client.get("/api/reports/schedule/preview", params=query)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["message"].startswith(reason)) == (field, True)


async def test_a_schedule_is_previewed(app: App) -> None:
    query = {"when": "every Monday 08:00", "tz": "Europe/Berlin"}
    async with await app.as_(app.cast.maintainer) as client:
        answer = (await client.get("/api/reports/schedule/preview", params=query)).json()
    assert (answer["cron"], answer["when"], answer["tz"]) == ("0 8 * * 1", "every Monday at 08:00", "Europe/Berlin")
    assert len(answer["next"]) == 5
