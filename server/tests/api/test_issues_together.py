"""Several at once: one of two edits of a version wins, counts are right, nothing deadlocks, a retry happens once."""

import asyncio

from tests.support.app import App
from tests.support.issues import listed, make_comment, make_issue, send


async def test_of_parallel_edits_of_one_version_one_wins(app: App) -> None:
    issue = await make_issue(app, app.cast.maintainer)
    path = f"/api/issues/{issue['key']}"
    answers = await asyncio.gather(
        *(send(app, app.cast.maintainer, "PATCH", path, {"title": f"Title {n}"}, If_Match='"1"') for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 5]
    (won,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert (await send(app, app.cast.maintainer, "GET", path)).json() == won


async def test_parallel_edits_of_different_fields_are_all_kept(app: App) -> None:
    issue = await make_issue(app, app.cast.maintainer)
    path = f"/api/issues/{issue['key']}"
    patches = [
        {"title": "New"},
        {"priority": "HIGH"},
        {"labels": ["a"]},
        {"status": "TRIAGED"},
        {"due_on": "2026-12-01"},
    ]
    answers = await asyncio.gather(*(send(app, app.cast.maintainer, "PATCH", path, patch) for patch in patches))
    assert {answer.status_code for answer in answers} == {200}
    after = (await send(app, app.cast.maintainer, "GET", path)).json()
    assert (after["title"], after["priority"], after["labels"]) == ("New", "HIGH", ["a"])
    assert (after["status"], after["due_on"], after["version"]) == ("TRIAGED", "2026-12-01", 6)


async def test_parallel_comments_and_edits_of_one_issue_do_not_wait_for_each_other_in_a_ring(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter))["key"]
    comments = [await make_comment(app, cast.reporter, key, f"old {n}") for n in range(5)]
    path = f"/api/issues/{key}"
    answers = await asyncio.gather(
        *(send(app, cast.reporter, "POST", f"{path}/comments", {"body": f"new {n}"}) for n in range(5)),
        *(send(app, cast.reporter, "PATCH", f"/api/comments/{one['id']}", {"body": "edited"}) for one in comments),
        *(send(app, cast.maintainer, "PATCH", path, {"title": f"Title {n}"}) for n in range(3)),
        *(send(app, who, "PUT", f"{path}/watchers/me") for who in (cast.maintainer, cast.admin)),
    )
    assert {answer.status_code for answer in answers} <= {200, 201}
    after = (await send(app, cast.admin, "GET", path)).json()
    assert (after["comments_count"], after["watchers_count"]) == (10, 3)
    moments = [(await send(app, cast.admin, "GET", f"{path}/history")).json()["total"]]
    assert moments == [1 + 5 + 5 + 5 + 3 + 2]


async def test_a_deletion_meets_comments_being_written(app: App) -> None:
    cast = app.cast
    for _ in range(3):
        key = (await make_issue(app, cast.reporter))["key"]
        comment = await make_comment(app, cast.reporter, key)
        answers = await asyncio.gather(
            send(app, cast.reporter, "PATCH", f"/api/comments/{comment['id']}", {"body": "edited"}),
            send(app, cast.admin, "DELETE", f"/api/issues/{key}"),
            send(app, cast.reporter, "POST", f"/api/issues/{key}/comments", {"body": "new"}),
        )
        assert answers[1].status_code == 204
        assert answers[0].status_code in (200, 404)
        assert answers[2].status_code in (201, 404)


async def test_parallel_reports_get_numbers_without_a_gap(app: App) -> None:
    bodies = [{"project": "TRK", "title": f"Issue {n}"} for n in range(8)]
    answers = await asyncio.gather(*(send(app, app.cast.reporter, "POST", "/api/issues", body) for body in bodies))
    assert sorted(answer.json()["key"] for answer in answers) == [f"TRK-{n}" for n in range(1, 9)]


async def test_parallel_bulk_edits_in_any_order_do_not_wait_for_each_other_in_a_ring(app: App) -> None:
    keys = [(await make_issue(app, app.cast.maintainer))["key"] for _ in range(6)]
    bodies = [
        {"keys": order, "patch": {"priority": priority}}
        for order in (keys, keys[::-1])
        for priority in ("HIGH", "LOW", "URGENT")
    ]
    answers = await asyncio.gather(
        *(send(app, app.cast.maintainer, "POST", "/api/issues/bulk", body) for body in bodies)
    )
    assert {answer.status_code for answer in answers} == {200}


async def test_a_report_sent_again_with_its_key_happens_once(app: App) -> None:
    body = {"project": "TRK", "title": "Once"}
    answers = await asyncio.gather(
        *(send(app, app.cast.reporter, "POST", "/api/issues", body, Idempotency_Key="one") for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert {answer.headers["location"] for answer in answers} == {"/api/issues/TRK-1"}
    assert await listed(app, app.cast.reporter) == ["TRK-1"]
    other = await send(app, app.cast.reporter, "POST", "/api/issues", body | {"title": "Else"}, Idempotency_Key="one")
    assert other.status_code == 422
