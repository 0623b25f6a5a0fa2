"""Links to files for who has no login: made by who may see the file, shown once, counted, over in time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.app import App, running_app
from tests.support.issues import send
from tests.support.logins import events_after, head, rows, stop_clock
from tests.support.reports import CONTENT, make_report, make_run, to


@pytest.fixture
async def made(app: App):
    report = await make_report(app, app.cast.maintainer, recipients=to(app.cast.reporter, app.cast.other))
    readers = [app.cast.maintainer.user_id, app.cast.reporter.user_id]
    return await make_run(app, report, readers) | {"report": report["id"]}


def path(made: dict[str, object]) -> str:
    return f"/api/runs/{made['run']}/files/{made['file']}/shares"


async def share(app: App, made: dict[str, object], hours: int = 24):
    answer = await send(app, app.cast.reporter, "POST", path(made), {"expires_in_h": hours})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_link_gives_the_file_to_whoever_has_it(app: App, made) -> None:
    link = await share(app, made)
    assert link["url"].startswith("http://127.0.0.1:8000/shared/")
    async with app.client() as nobody:
        answer = await nobody.get(link["url"])
        part = await nobody.get(link["url"], headers={"Range": "bytes=0-2"})
        same = await nobody.get(link["url"], headers={"If-None-Match": answer.headers["etag"]})
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'attachment; filename="open-issues.csv"' in answer.headers["content-disposition"]
    assert answer.headers["x-robots-tag"] == "noindex, nofollow, noarchive"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-store"
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"key", f"bytes 0-2/{len(CONTENT)}")
    assert same.status_code == 304
    (listed,) = (await send(app, app.cast.reporter, "GET", path(made))).json()["items"]
    assert (listed["id"], listed["downloads"], listed["created_by"]["name"]) == (link["id"], 2, "Rea Reporter")
    assert "url" not in listed


async def test_the_token_is_not_kept(app: App, made) -> None:
    link = await share(app, made)
    token = link["url"].rsplit("/", 1)[1]
    assert len(token) >= 43
    (row,) = await rows(app, "SELECT to_jsonb(s)::text AS row FROM report_share s")
    assert token not in row.row


async def test_who_may_see_the_file_may_share_it_and_nobody_else(app: App, made) -> None:
    for actor, status in ((app.cast.admin, 201), (app.cast.maintainer, 201), (app.cast.reporter, 201)):
        assert (await send(app, actor, "POST", path(made), {})).status_code == status
    others = await send(app, app.cast.other, "POST", path(made), {})
    assert (others.status_code, others.json()["code"]) == (404, "report_file_not_found")
    assert (await send(app, app.cast.other, "GET", path(made))).status_code == 404
    for hours in (0, 30 * 24 + 1, 1.5):
        assert (await send(app, app.cast.reporter, "POST", path(made), {"expires_in_h": hours})).status_code == 422


async def test_a_link_is_over_after_its_time(app: App, made) -> None:
    clock = stop_clock(app)
    link = await share(app, made, hours=2)
    async with app.client() as nobody:
        clock.advance(hours=1, minutes=59)
        assert (await nobody.get(link["url"])).status_code == 200
        clock.advance(minutes=2)
        over = await nobody.get(link["url"])
        unknown = await nobody.get(f"/shared/{'x' * 43}")
    assert (over.status_code, over.json()["code"]) == (404, "share_not_found")
    kept = {"code", "title", "detail", "status", "type"}
    assert {name: over.json()[name] for name in kept} == {name: unknown.json()[name] for name in kept}


async def test_a_link_is_taken_back_by_who_made_it_or_whose_report_it_is(app: App, made) -> None:
    link = await share(app, made)
    assert (await send(app, app.cast.other, "DELETE", f"/api/shares/{link['id']}")).status_code == 404
    seq = await head(app)
    assert (await send(app, app.cast.maintainer, "DELETE", f"/api/shares/{link['id']}")).status_code == 204
    assert (await send(app, app.cast.reporter, "DELETE", f"/api/shares/{link['id']}")).status_code == 204
    (event,) = await events_after(app, seq)
    assert (event["type"], event["audience"], event["actor"]["name"]) == ("share.revoked", {"audit"}, "Max Maintainer")
    async with app.client() as nobody:
        assert (await nobody.get(link["url"])).status_code == 404
    (listed,) = (await send(app, app.cast.reporter, "GET", path(made))).json()["items"]
    assert listed["revoked_at"] is not None


async def test_a_link_ends_with_its_report_and_with_its_file(app: App, made) -> None:
    link = await share(app, made)
    await app.asgi.state.blobs.delete(made["stored"])
    async with app.client() as nobody:
        gone = await nobody.get(link["url"])
        assert (gone.status_code, gone.json()["code"]) == (404, "content_missing")
        assert (await send(app, app.cast.maintainer, "DELETE", f"/api/reports/{made['report']}")).status_code == 204
        deleted = await nobody.get(link["url"])
    assert (deleted.status_code, deleted.json()["code"]) == (404, "share_not_found")


async def test_making_a_link_is_in_the_audit_and_tells_no_address(app: App, made) -> None:
    await app.as_(app.cast.reporter)
    seq = await head(app)
    link = await share(app, made)
    (event,) = await events_after(app, seq)
    assert (event["type"], event["audience"], event["run"]) == ("share.created", {"audit"}, {"id": made["run"]})
    assert link["url"].rsplit("/", 1)[1] not in str(event)
    assert datetime.fromisoformat(link["expires_at"]) > datetime.now(UTC)


async def test_guessing_is_limited(database_url: str, tmp_path: Path) -> None:
    limits = {"RATE_LIMIT_PER_MINUTE": "600", "RATE_LIMIT_ANONYMOUS_PER_MINUTE": "4"}
    async with running_app(database_url, tmp_path, **limits) as app, app.client() as nobody:
        statuses = [(await nobody.get(f"/shared/{'x' * 43}")).status_code for _ in range(5)]
    assert statuses == [404, 404, 404, 404, 429]
