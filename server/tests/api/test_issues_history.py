"""The history of an issue, by its own commands and by the door for imports."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from tests.support.app import App
from tests.support.issues import edit_issue, listed, make_issue, send
from tests.support.past import BORN, bring_in, random_issues
from tests.support.verify import verify_command
from trackly.comments.facade import CommentKind, ImportedComment, import_comment
from trackly.issues.facade import ImportedChange, ImportedIssue


async def history(app: App, key: str, limit: int = 100) -> list[Any]:
    found: list[Any] = []
    path = f"/api/issues/{key}/history?limit={limit}"
    after = ""
    while True:
        page = (await send(app, app.cast.admin, "GET", path + after)).json()
        found += page["items"]
        if page["next"] is None:
            assert page["total"] == len(found)
            return found
        after = f"&after={page['next']}"


async def test_a_history_says_what_changed_from_what_to_what(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter, description="long " * 300))["key"]
    await edit_issue(app, cast.reporter, key, description="short")
    await edit_issue(app, cast.maintainer, key, status="IN_PROGRESS", assignee_id=cast.maintainer.user_id)
    await edit_issue(app, cast.maintainer, key, status="DONE", resolution="WONT_FIX")
    items = await history(app, key)
    kinds = ["issue.created", "issue.updated", "issue.updated", "watcher.added", "issue.updated"]
    assert [item["type"] for item in items] == kinds
    assert items[0]["changed"]["status"] == {"old": None, "new": "OPEN"}
    assert items[1]["changed"] == {"description": {"old": "long " * 300, "new": "short"}}
    assert items[2]["changed"]["assignee"]["new"]["name"] == "Max Maintainer"
    assert items[3]["detail"]["watcher"]["name"] == "Max Maintainer"
    assert items[4]["changed"]["resolution"] == {"old": None, "new": "WONT_FIX"}
    assert await history(app, key, limit=2) == items


async def test_a_deleted_issue_leaves_its_history_for_the_statistics(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter, severity="HIGH"))["key"]
    await edit_issue(app, app.cast.maintainer, key, status="TRIAGED")
    await send(app, app.cast.admin, "DELETE", f"/api/issues/{key}")
    columns = "type, status_before, status_after, severity_before, severity_after"
    async with app.database.read_session() as session:
        rows = (await session.execute(text(f"SELECT {columns} FROM issue_change ORDER BY id"))).all()
    assert [tuple(row) for row in rows] == [
        ("issue.created", None, "OPEN", None, "HIGH"),
        ("issue.updated", "OPEN", "TRIAGED", None, None),
        ("issue.deleted", "TRIAGED", None, "HIGH", None),
    ]


def old_issue(app: App, ref: str = "gh:1") -> ImportedIssue:
    cast = app.cast
    return ImportedIssue(
        external_ref=ref,
        title="Imported",
        description="needle",
        reporter_id=cast.reporter.user_id,
        created_at=BORN,
        labels=("Bug",),
        changes=(
            ImportedChange(BORN + timedelta(days=1), None, {"status": "IN_PROGRESS", "labels": ["bug", "ui"]}),
            ImportedChange(BORN + timedelta(days=1), None, {"status": "IN_PROGRESS"}),
            ImportedChange(BORN, cast.maintainer.user_id, {"assignee_id": cast.maintainer.user_id}),
            ImportedChange(BORN + timedelta(days=3), cast.maintainer.user_id, {"status": "DONE"}),
        ),
        updated_at=BORN + timedelta(days=4),
    )


async def test_an_imported_issue_has_its_own_times_and_tells_them(app: App) -> None:
    done = await verify_command(app, lambda: bring_in(app, app.cast.admin, [old_issue(app)]))
    assert done.types == ["label.created", "label.created", "issue.created", "watcher.added", *["issue.updated"] * 3]
    key = done.answer[0].key
    moments = ["2026-01-05T08:00:00.000000Z", "2026-01-06T08:00:00.000000Z"]
    moments += ["2026-01-06T08:00:00.000001Z", "2026-01-08T08:00:00.000000Z"]
    told = [event for event in done.events if event["type"].startswith("issue.")]
    assert [event["at"] for event in told] == moments
    assert [event["issue"]["version"] for event in told] == [1, 2, 3, 4]
    issue = (await send(app, app.cast.reporter, "GET", f"/api/issues/{key}")).json()
    assert (issue["status"], issue["resolution"], issue["done_at"]) == ("DONE", "FIXED", moments[3])
    assert (issue["labels"], issue["updated_at"]) == (["Bug", "ui"], "2026-01-09T08:00:00.000000Z")
    items = [item for item in await history(app, key) if item["type"] != "watcher.added"]
    assert [item["at"] for item in items] == moments
    assert items[1]["actor"] is None
    assert items[2]["changed"] == {"assignee": {"old": None, "new": {"id": 2, "name": "Max Maintainer"}}}
    assert await listed(app, app.cast.reporter, q="needle") == [key]


async def test_an_import_happens_once(app: App) -> None:
    first = await bring_in(app, app.cast.admin, [old_issue(app), old_issue(app, "gh:2")])
    assert [result.created for result in first] == [True, True]
    again = await verify_command(app, lambda: bring_in(app, app.cast.admin, [old_issue(app, "gh:2")]))
    assert again.events == []
    assert [(result.key, result.created) for result in again.answer] == [(first[1].key, False)]


async def test_random_pasts_tell_what_is_there_in_the_end(app: App) -> None:
    cast = app.cast
    people = [cast.reporter.user_id, cast.other.user_id]
    issues = random_issues(random.Random(9), 25, people, [cast.maintainer.user_id, cast.admin.user_id])
    done = await verify_command(app, lambda: bring_in(app, cast.admin, issues))
    assert len(done.answer) == 25


async def test_an_imported_comment_has_its_own_time_and_happens_once(app: App) -> None:
    result = (await bring_in(app, app.cast.admin, [old_issue(app)]))[0]
    at = BORN + timedelta(days=2)
    comment = ImportedComment("c:1", "haystack", at, CommentKind.PROGRESS)

    async def write() -> Any:
        async with app.work.begin("import") as uow:
            return await import_comment(uow, app.cast.maintainer, result.id, comment)

    done = await verify_command(app, write)
    assert done.events[0]["at"] == done.events[0]["comment"]["created_at"] == "2026-01-07T08:00:00.000000Z"
    assert done.events[0]["issue"]["updated_at"] == "2026-01-09T08:00:00.000001Z"
    assert (await verify_command(app, write)).events == []
    assert [item["type"] for item in await history(app, result.key)][4] == "comment.created"
    assert await listed(app, app.cast.reporter, q="haystack") == [result.key]
