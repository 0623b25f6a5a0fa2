"""Comments: who writes, changes and removes them, in which order they come, and what the issue and its history say."""

from tests.support.app import App
from tests.support.issues import make_comment, make_issue, send


async def test_a_comment_has_its_kind_html_author_and_version(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    answer = await send(app, app.cast.reporter, "POST", f"/api/issues/{key}/comments", {"body": "*hm* <b>"})
    assert answer.status_code == 201
    comment = answer.json()
    assert answer.headers["location"] == f"/api/comments/{comment['id']}"
    assert comment["body_html"] == "<p><em>hm</em> &lt;b&gt;</p>"
    assert (comment["kind"], comment["version"], comment["issue"]) == ("comment", 1, key)
    assert comment["author"] == {"id": app.cast.reporter.user_id, "name": "Rea Reporter"}
    fetched = await send(app, app.cast.maintainer, "GET", f"/api/comments/{comment['id']}")
    assert (fetched.json(), fetched.headers["etag"]) == (comment, '"1"')
    for kind in ("progress", "analysis", "resolution"):
        assert (await make_comment(app, app.cast.maintainer, key, kind=kind))["kind"] == kind


async def test_comments_come_oldest_first_in_pages(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    ids = [(await make_comment(app, app.cast.reporter, key, f"no {n}"))["id"] for n in range(5)]
    found: list[int] = []
    path = f"/api/issues/{key}/comments?limit=2"
    while True:
        page = (await send(app, app.cast.reporter, "GET", path)).json()
        assert page["total"] == 5
        found += [comment["id"] for comment in page["items"]]
        if page["next"] is None:
            break
        path = f"/api/issues/{key}/comments?limit=2&after={page['next']}"
    assert found == ids
    bad = await send(app, app.cast.reporter, "GET", f"/api/issues/{key}/comments?after=WyJ4IiwxXQ")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "after")


async def test_words_are_changed_by_their_author_only_and_removed_by_staff_too(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter))["key"]
    comment = await make_comment(app, cast.reporter, key)
    path = f"/api/comments/{comment['id']}"
    for who in (cast.maintainer, cast.admin):
        answer = await send(app, who, "PATCH", path, {"body": "mine now"})
        assert (answer.status_code, answer.json()["code"]) == (403, "not_your_comment")
    for method, body in (("GET", None), ("PATCH", {"body": "x"}), ("DELETE", None)):
        answer = await send(app, cast.other, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "comment_not_found")
    theirs = await make_comment(app, cast.maintainer, key)
    answer = await send(app, cast.reporter, "DELETE", f"/api/comments/{theirs['id']}")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_comment")
    assert (await send(app, cast.reporter, "GET", path)).json() == comment
    assert (await send(app, cast.maintainer, "DELETE", path)).status_code == 204
    assert (await send(app, cast.maintainer, "DELETE", f"/api/comments/{theirs['id']}")).status_code == 204
    assert (await send(app, cast.admin, "GET", f"/api/issues/{key}")).json()["comments_count"] == 0


async def test_a_comment_of_an_old_version_is_not_overwritten(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    path = f"/api/comments/{(await make_comment(app, app.cast.reporter, key))['id']}"
    fresh = await send(app, app.cast.reporter, "PATCH", path, {"body": "two"}, If_Match='"1"')
    assert (fresh.status_code, fresh.headers["etag"], fresh.json()["body_html"]) == (200, '"2"', "<p>two</p>")
    same = await send(app, app.cast.reporter, "PATCH", path, {"body": "two", "kind": "comment"})
    assert same.json() == fresh.json()
    for method, body in (("PATCH", {"body": "three"}), ("DELETE", None)):
        stale = await send(app, app.cast.reporter, method, path, body, If_Match='"1"')
        assert (stale.status_code, stale.json()["version"]) == (412, 2)


async def test_comments_with_wrong_fields(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    comment = await make_comment(app, app.cast.reporter, key)
    for body, field in (
        ({"body": " \n"}, "body"),
        ({"body": "x" * 50_001}, "body"),
        ({}, "body"),
        ({"body": "x", "kind": "shout"}, "kind"),
        ({"body": "x", "author_id": 1}, "author_id"),
    ):
        answer = await send(app, app.cast.reporter, "POST", f"/api/issues/{key}/comments", body)
        assert answer.status_code == 422, body
        assert field in [error["field"] for error in answer.json()["errors"]]
    for patch in ({"body": None}, {"body": ""}, {"kind": None}, {"issue": "TRK-2"}):
        answer = await send(app, app.cast.reporter, "PATCH", f"/api/comments/{comment['id']}", patch)
        assert answer.status_code == 422, patch
    assert (await send(app, app.cast.reporter, "GET", f"/api/issues/{key}")).json()["comments_count"] == 1


async def test_a_comment_moves_the_issues_time_and_not_its_version(app: App) -> None:
    issue = await make_issue(app, app.cast.reporter)
    comment = await make_comment(app, app.cast.maintainer, issue["key"])
    after = (await send(app, app.cast.reporter, "GET", f"/api/issues/{issue['key']}")).json()
    assert (after["version"], after["comments_count"]) == (1, 1)
    assert after["updated_at"] > issue["updated_at"]
    history = (await send(app, app.cast.reporter, "GET", f"/api/issues/{issue['key']}/history")).json()["items"]
    assert [item["type"] for item in history] == ["issue.created", "comment.created"]
    assert history[1]["detail"] == {"comment": {"id": comment["id"], "kind": "comment"}}
    assert history[1]["actor"] == {"id": app.cast.maintainer.user_id, "name": "Max Maintainer"}
