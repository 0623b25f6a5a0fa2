"""Who may do what with issues: 404 for what one may not know of, 403 for what one may see but not do."""

from typing import Any

from tests.support.app import App
from tests.support.issues import edit_issue, listed, make_comment, make_issue, send
from tests.support.people import add_member, make_person, make_project
from trackly.users.facade import Role

HIDDEN: list[tuple[str, str, Any]] = [
    ("GET", "", None),
    ("PATCH", "", {"title": "Mine now"}),
    ("DELETE", "", None),
    ("GET", "/history", None),
    ("GET", "/comments", None),
    ("POST", "/comments", {"body": "hello"}),
    ("PUT", "/watchers/me", None),
    ("DELETE", "/watchers/me", None),
]
FOR_MAINTAINERS: list[dict[str, Any]] = [
    {"status": "TRIAGED"},
    {"resolution": "FIXED"},
    {"severity": "HIGH"},
    {"priority": "HIGH"},
    {"assignee_id": None},
    {"labels": ["a"]},
    {"due_on": "2026-12-01"},
    {"title": "Both", "severity": "LOW"},
]


async def test_another_reporters_issue_is_not_there(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    before = (await send(app, app.cast.admin, "GET", f"/api/issues/{key}")).json()
    for method, tail, body in HIDDEN:
        answer = await send(app, app.cast.other, method, f"/api/issues/{key}{tail}", body)
        assert answer.status_code == 404, (method, tail)
        assert answer.json()["code"] == "issue_not_found"
    assert (await send(app, app.cast.admin, "GET", f"/api/issues/{key}")).json() == before


async def test_a_login_is_needed(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    async with app.client() as client:
        for path in ("/api/issues", f"/api/issues/{key}", "/api/issues/count", f"/api/issues/{key}/comments"):
            assert (await client.get(path)).status_code == 401


async def test_reporters_set_no_field_that_is_for_maintainers(app: App) -> None:
    issue = await make_issue(app, app.cast.reporter)
    for patch in FOR_MAINTAINERS:
        answer = await send(app, app.cast.reporter, "PATCH", f"/api/issues/{issue['key']}", patch)
        assert answer.status_code == 403, patch
        assert answer.json()["code"] == "fields_not_allowed"
        assert answer.json()["fields"] == sorted(set(patch) - {"title"})
        if not set(patch) & {"status", "resolution", "severity"}:
            new = {"project": "TRK", "title": "x", **patch}
            assert (await send(app, app.cast.reporter, "POST", "/api/issues", new)).status_code == 403, patch
    assert (await send(app, app.cast.reporter, "GET", f"/api/issues/{issue['key']}")).json() == issue
    assert await listed(app, app.cast.reporter) == [issue["key"]]


async def test_reporters_say_the_severity_of_a_new_issue_and_edit_its_text(app: App) -> None:
    issue = await make_issue(app, app.cast.reporter, severity="CRITICAL")
    assert issue["severity"] == "CRITICAL"
    assert issue["watching"] is True
    edited = await edit_issue(app, app.cast.reporter, issue["key"], title=" Two\n lines ", description="*x*")
    assert (edited["title"], edited["description_html"], edited["version"]) == ("Two lines", "<p><em>x</em></p>", 2)


async def test_who_only_watches_sees_and_comments_but_does_not_edit(app: App) -> None:
    cast = app.cast
    await add_member(app.work, cast.admin, "TRK", cast.other, Role.MAINTAINER)
    key = (await make_issue(app, cast.reporter))["key"]
    await send(app, cast.other, "PUT", f"/api/issues/{key}/watchers/me")
    await add_member(app.work, cast.admin, "TRK", cast.other, Role.REPORTER)
    assert (await send(app, cast.other, "GET", f"/api/issues/{key}")).status_code == 200
    assert await listed(app, cast.other) == [key]
    await make_comment(app, cast.other, key)
    answer = await send(app, cast.other, "PATCH", f"/api/issues/{key}", {"title": "Mine now"})
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_only_admins_delete(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    for who in (app.cast.maintainer, app.cast.reporter):
        answer = await send(app, who, "DELETE", f"/api/issues/{key}")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert (await send(app, app.cast.admin, "DELETE", f"/api/issues/{key}")).status_code == 204
    assert (await send(app, app.cast.admin, "GET", f"/api/issues/{key}")).status_code == 404


async def test_an_open_project_can_show_its_issues_to_all_its_reporters(app: App) -> None:
    cast = app.cast
    await make_project(app.work, cast.admin, "OPN", reporters_see_all=True)
    key = (await make_issue(app, cast.reporter, project="OPN"))["key"]
    assert await listed(app, cast.other) == [key]
    await make_comment(app, cast.other, key)
    assert (await send(app, cast.other, "PATCH", f"/api/issues/{key}", {"title": "x"})).status_code == 403
    assert (await send(app, cast.other, "PUT", f"/api/issues/{key}/watchers/me")).status_code == 200


async def test_a_private_project_is_for_its_members(app: App) -> None:
    cast = app.cast
    await make_project(app.work, cast.admin, "PRV", visibility="private")
    new = {"project": "PRV", "title": "secret"}
    for who in (cast.maintainer, cast.reporter):
        answer = await send(app, who, "POST", "/api/issues", new)
        assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found")
    await add_member(app.work, cast.admin, "PRV", cast.reporter, Role.MAINTAINER)
    key = (await make_issue(app, cast.reporter, project="PRV", priority="HIGH"))["key"]
    assert await listed(app, cast.maintainer) == []
    assert await listed(app, cast.reporter) == [key]
    assert (await send(app, cast.maintainer, "GET", f"/api/issues/{key}")).status_code == 404


async def test_an_issue_is_given_to_maintainers_of_the_project_only(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.maintainer))["key"]
    for person in (cast.reporter.user_id, 999_999):
        answer = await send(app, cast.maintainer, "PATCH", f"/api/issues/{key}", {"assignee_id": person})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_assignee")
        assert answer.json()["errors"][0]["field"] == "assignee_id"
    worker = await make_person(app.work, "Wim Worker", Role.REPORTER)
    await add_member(app.work, cast.admin, "TRK", worker, Role.MAINTAINER)
    edited = await edit_issue(app, cast.maintainer, key, assignee_id=worker.user_id)
    assert edited["assignee"] == {"id": worker.user_id, "name": "Wim Worker"}
    assert edited["watchers_count"] == 2
    assert (await send(app, worker, "GET", f"/api/issues/{key}")).json()["watching"] is True


async def test_statuses_move_by_the_projects_table(app: App) -> None:
    key = (await make_issue(app, app.cast.maintainer))["key"]
    answer = await send(app, app.cast.maintainer, "PATCH", f"/api/issues/{key}", {"status": "DONE"})
    assert answer.status_code == 409
    problem = answer.json()
    assert (problem["code"], problem["from"], problem["to"]) == ("illegal_transition", "OPEN", "DONE")
    assert problem["legal"] == ["TRIAGED", "IN_PROGRESS"]
    await edit_issue(app, app.cast.maintainer, key, status="IN_PROGRESS")
    done = await edit_issue(app, app.cast.maintainer, key, status="DONE")
    assert done["resolution"] == "FIXED"
    assert done["done_at"] == done["status_since"] == done["updated_at"]
    again = await edit_issue(app, app.cast.maintainer, key, resolution="WONT_FIX")
    assert (again["resolution"], again["done_at"]) == ("WONT_FIX", done["done_at"])
    reopened = await edit_issue(app, app.cast.maintainer, key, status="OPEN")
    assert (reopened["resolution"], reopened["done_at"]) == (None, None)


async def test_an_edit_of_an_old_version_is_refused(app: App) -> None:
    issue = await make_issue(app, app.cast.maintainer)
    path = f"/api/issues/{issue['key']}"
    fresh = await send(app, app.cast.maintainer, "PATCH", path, {"title": "One"}, If_Match='"1"')
    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"2"')
    for method, body in (("PATCH", {"title": "Two"}), ("DELETE", None)):
        stale = await send(app, app.cast.admin, method, path, body, If_Match='"1"')
        assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (412, "stale_version", 2)
    assert (await send(app, app.cast.admin, "GET", path)).json()["title"] == "One"


async def test_bulk_edits_are_for_maintainers(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter))["key"]
    body = {"keys": [key], "patch": {"title": "x"}}
    answer = await send(app, cast.reporter, "POST", "/api/issues/bulk", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


async def test_a_rehearsal_names_what_the_bulk_edit_then_does(app: App) -> None:
    cast = app.cast
    keys = [(await make_issue(app, cast.maintainer, title=f"Issue {n}"))["key"] for n in range(3)]
    await edit_issue(app, cast.maintainer, keys[0], status="TRIAGED")
    await edit_issue(app, cast.maintainer, keys[2], status="TRIAGED", labels=["x"])
    await edit_issue(app, cast.maintainer, keys[2], status="DONE")
    body = {"keys": [*keys, "TRK-99"], "patch": {"status": "DONE", "labels": ["X"]}, "dry_run": True}
    said = (await send(app, cast.maintainer, "POST", "/api/issues/bulk", body)).json()
    assert said["outcome"] == "rehearsed"
    assert [change["key"] for change in said["changed"]] == [keys[0]]
    assert said["changed"][0]["changed"]["labels"] == {"old": [], "new": ["x"]}
    assert said["unchanged"] == [keys[2]]
    refused = {refusal["key"]: refusal["code"] for refusal in said["refused"]}
    assert refused == {keys[1]: "illegal_transition", "TRK-99": "issue_not_found"}
    done = (await send(app, cast.maintainer, "POST", "/api/issues/bulk", body | {"dry_run": False})).json()
    assert done == said | {"outcome": "applied"}
    assert await listed(app, cast.maintainer, status="done", sort="key") == [keys[0], keys[2]]


async def test_a_bulk_edit_by_query(app: App) -> None:
    cast = app.cast
    keys = [(await make_issue(app, cast.maintainer, title=title))["key"] for title in ("red", "blue", "red")]
    body = {"q": "red", "patch": {"priority": "URGENT"}}
    said = (await send(app, cast.maintainer, "POST", "/api/issues/bulk", body)).json()
    assert [change["key"] for change in said["changed"]] == [keys[0], keys[2]]
    broken = await send(app, cast.maintainer, "POST", "/api/issues/bulk", body | {"q": "colour:red"})
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid_query")
