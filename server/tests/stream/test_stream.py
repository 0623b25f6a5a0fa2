"""What comes over the wire, byte by byte, from a real server."""

import asyncio
import json

import pytest

from tests.stream.conftest import House
from tests.support.http import http
from tests.support.sse import StreamClosed, open_stream


async def test_an_issue_arrives_as_one_block_with_its_cursor(house: House) -> None:
    stream = await house.listen(house.cast.maintainer)
    issue = await house.file_issue(house.cast.reporter, "Scanner freezes")
    frame = await stream.next("issue.created")
    assert frame.raw.startswith(b"id: ")
    assert frame.raw.endswith(b"}\n\n")
    assert frame.raw.count(b"\n") == 4
    assert list(frame.data)[:3] == ["type", "at", "actor"]
    assert frame.data["issue"]["key"] == issue["key"]
    assert frame.data["actor"] == {"id": house.cast.reporter.user_id, "name": "Rea Reporter"}
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert stream.headers["cache-control"] == "no-store, no-transform"
    assert stream.headers["x-accel-buffering"] == "no"
    stream.close()


async def test_hello_says_where_it_begins_and_sync_that_it_is_live(house: House) -> None:
    stream = await open_stream(house.server.url, await house.token(house.cast.admin))
    hello, sync = await stream.frame(), await stream.frame()
    assert (hello.event, sync.event) == ("hello", "sync")
    assert set(hello.data) == {"cursor", "floor"}
    assert hello.id == hello.data["cursor"]
    stream.close()


async def test_a_resumed_stream_has_what_was_missed_once_and_in_order(house: House) -> None:
    first = await house.listen(house.cast.maintainer)
    before = await house.file_issue(house.cast.reporter, "before")
    await first.next("issue.created")
    first.close()
    missed = [(await house.file_issue(house.cast.reporter, f"missed {n}"))["key"] for n in range(3)]
    again = await open_stream(house.server.url, await house.token(house.cast.maintainer), after=first.cursor)
    keys = [(await again.next("issue.created")).data["issue"]["key"] for _ in missed]
    assert keys == missed
    assert before["key"] not in keys
    assert (await again.next("sync")).data["cursor"] == again.cursor
    live = await house.file_issue(house.cast.reporter, "live")
    assert (await again.next("issue.created")).data["issue"]["key"] == live["key"]
    again.close()


async def test_a_snapshot_and_a_stream_after_its_cursor_leave_no_seam(house: House) -> None:
    token = await house.token(house.cast.maintainer)
    async with http(house.server.url, headers={"Authorization": f"Bearer {token}"}) as client:
        answer = await client.get("/api/issues?limit=1&sort=-created")
    cursor = answer.headers["x-trackly-cursor"]
    issue = await house.file_issue(house.cast.reporter, "right after the list")
    stream = await open_stream(house.server.url, token, query=f"?after={cursor}")
    assert (await stream.next("issue.created")).data["issue"]["key"] == issue["key"]
    stream.close()


async def test_a_reporter_gets_their_own_issues_and_nobody_elses(house: House) -> None:
    mine = await house.listen(house.cast.reporter)
    await house.file_issue(house.cast.other, "not yours")
    own = await house.file_issue(house.cast.reporter, "yours")
    await house.call(house.cast.maintainer, "PATCH", f"/api/issues/{own['key']}", json={"status": "TRIAGED"})
    events = await mine.events()
    assert {e.data["issue"]["key"] for e in events if "issue" in e.data} == {own["key"]}
    assert [e.event for e in events][-1] == "issue.updated"
    assert events[-1].data["changed"]["status"] == {"old": "OPEN", "new": "TRIAGED"}
    mine.close()


@pytest.mark.parametrize("after", ["7.1", "1.999999", "nonsense"])
async def test_a_cursor_that_is_not_ours_is_reset(house: House, after: str) -> None:
    stream = await open_stream(house.server.url, await house.token(house.cast.admin), after=after)
    assert (await stream.frame()).event == "hello"
    reset = await stream.frame()
    assert reset.event == "reset"
    assert reset.data["reason"] in {"another_epoch", "unknown_cursor"}
    assert (await stream.frame()).event == "sync"
    stream.close()


async def test_without_a_login_it_is_401_and_a_token_in_the_address_is_none(house: House) -> None:
    token = await house.token(house.cast.admin)
    async with http(house.server.url) as client:
        for path in ("/api/events", f"/api/events?access_token={token}", f"/api/events?token={token}"):
            answer = await client.get(path)
            assert answer.status_code == 401
            assert answer.json()["code"]


async def test_narrowed_to_an_issue_a_project_or_types(house: House) -> None:
    issue = await house.file_issue(house.cast.maintainer, "one")
    cast = house.cast
    by_issue = await house.listen(cast.maintainer, query=f"?issue={issue['key']}")
    by_type = await house.listen(cast.maintainer, query="?types=comment.*")
    elsewhere = await house.listen(cast.maintainer, query="?project=NOPE")
    await house.file_issue(cast.maintainer, "another")
    await house.call(cast.maintainer, "POST", f"/api/issues/{issue['key']}/comments", json={"body": "hi"})
    assert {e.data["issue"]["key"] for e in await by_issue.events()} == {issue["key"]}
    assert [e.event for e in await by_type.events()] == ["comment.created"]
    assert await elsewhere.events() == []
    for stream in (by_issue, by_type, elsewhere):
        stream.close()


async def test_the_same_events_as_json_forward_and_backward(house: House) -> None:
    stream = await house.listen(house.cast.maintainer)
    start = stream.cursor
    keys = [(await house.file_issue(house.cast.reporter, f"json {n}"))["key"] for n in range(3)]
    accept = {"Accept": "application/json"}
    streamed = [await stream.next("issue.created") for _ in keys]
    first = await house.call(house.cast.maintainer, "GET", f"/api/events?after={start}&limit=2", headers=accept)
    rest = await house.call(house.cast.maintainer, "GET", f"/api/events?after={first['next']}", headers=accept)
    items = [i for i in first["items"] + rest["items"] if i["type"] == "issue.created"]
    assert [i["issue"]["key"] for i in items] == keys
    assert [i["id"] for i in items] == [f.id for f in streamed]
    assert [{k: v for k, v in i.items() if k != "id"} for i in items] == [f.data for f in streamed]
    back = await house.call(house.cast.maintainer, "GET", "/api/events?before=now&limit=1", headers=accept)
    assert back["items"][0]["issue"]["key"] == keys[-1]
    older = await house.call(house.cast.maintainer, "GET", f"/api/events?before={back['next']}&limit=1", headers=accept)
    assert older["items"][0]["id"] != back["items"][0]["id"]
    stream.close()


async def test_the_eleventh_stream_of_a_user_ends_the_first_with_bye(house: House) -> None:
    streams = [await house.listen(house.cast.other) for _ in range(11)]
    bye = await streams[0].next("bye")
    assert bye.data["reason"] == "too_many_streams"
    assert bye.retry is not None
    with pytest.raises(StreamClosed):
        await streams[0].frame()
    await house.file_issue(house.cast.other, "still live")
    streams[0].close()
    for stream in streams[1:]:
        assert (await stream.next("issue.created")).data["issue"]["title"] == "still live"
        stream.close()


async def test_a_reader_that_stalls_gets_everything_later_and_holds_nobody_up(house: House) -> None:
    issue = await house.file_issue(house.cast.maintainer, "big")
    path = f"/api/issues/{issue['key']}"
    slow, quick = await house.listen(house.cast.maintainer), await house.listen(house.cast.maintainer)
    slow.reader._transport.pause_reading()  # type: ignore[attr-defined]
    for n in range(60):
        await house.call(house.cast.maintainer, "PATCH", path, json={"description": f"{n} " + "x" * 30_000})
    seen = [(await quick.next("issue.updated")).data["version"] for _ in range(60)]
    slow.reader._transport.resume_reading()  # type: ignore[attr-defined]
    late = [(await slow.next("issue.updated")).data["version"] for _ in range(60)]
    assert seen == late == list(range(issue["version"] + 1, issue["version"] + 61))
    slow.close()
    quick.close()


async def test_bytes_are_the_same_for_all_readers_of_a_view(house: House) -> None:
    one, two = await house.listen(house.cast.maintainer), await house.listen(house.cast.admin)
    await house.file_issue(house.cast.reporter, "Ümlaut ✓ and \u2028 line separator")
    first, second = await one.next("issue.created"), await two.next("issue.created")
    assert first.raw == second.raw
    assert json.loads(first.raw.split(b"data: ")[1])["issue"]["title"].startswith("Ümlaut")
    one.close()
    two.close()
    await asyncio.sleep(0)
