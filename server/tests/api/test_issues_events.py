"""Every command on issues and comments, held against what each role sees before and after it."""

from typing import Any

from tests.support.app import App
from tests.support.issues import edit_issue, make_comment, make_issue, send
from tests.support.people import add_member, make_person, make_project
from tests.support.verify import verify_command
from trackly.users.facade import Role


async def test_a_new_issue_is_told_to_its_reporter_and_to_staff(app: App) -> None:
    cast = app.cast
    body = {"description": "It *dies*.\n\nSteps: https://example.com/x", "severity": "HIGH"}
    done = await verify_command(app, lambda: make_issue(app, cast.reporter, **body), examples=["issue.created"])
    assert done.types == ["issue.created"]
    assert {name for name, told in done.told.items() if told} == {"Ada Admin", "Max Maintainer", "Rea Reporter"}


async def test_a_new_issue_of_a_maintainer_with_everything(app: App) -> None:
    cast = app.cast
    full = {"labels": ["bug", "ui"], "priority": "URGENT", "due_on": "2026-12-24", "assignee_id": cast.admin.user_id}
    done = await verify_command(app, lambda: make_issue(app, cast.maintainer, **full), examples=["label.created"])
    assert done.types == ["label.created", "label.created", "issue.created"]
    assert done.told["Rea Reporter"] == done.told["Oto Other"]
    assert [event["type"] for event in done.told["Oto Other"]] == ["label.created", "label.created"]


async def test_every_field_of_an_edit(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter))["key"]
    patch: dict[str, Any] = {
        "status": "TRIAGED",
        "priority": "HIGH",
        "severity": "CRITICAL",
        "assignee_id": cast.maintainer.user_id,
        "labels": ["bug"],
        "due_on": "2026-12-24",
    }
    done = await verify_command(
        app, lambda: edit_issue(app, cast.maintainer, key, **patch), examples=["issue.updated", "watcher.added"]
    )
    assert done.types == ["label.created", "issue.updated", "watcher.added"]
    assert set(done.events[1]["changed"]) == {"status", "priority", "severity", "assignee", "labels", "due_on"}
    assert "description" not in done.events[1]["issue"]
    for undo in ({"assignee_id": None}, {"labels": []}, {"due_on": None}, {"status": "DONE"}, {"status": "OPEN"}):
        done = await verify_command(app, lambda undo=undo: edit_issue(app, cast.admin, key, **undo))  # type: ignore[misc]
        assert done.types == ["issue.updated"]


async def test_a_reporter_edits_the_text_of_their_own(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter, description="old"))["key"]
    patch = {"title": "Crash on every save", "description": "**new** " * 200}
    done = await verify_command(app, lambda: edit_issue(app, app.cast.reporter, key, **patch))
    event = done.events[0]
    assert event["issue"]["description"] == patch["description"]
    assert event["changed"]["description"]["old"] == "old"
    assert len(event["changed"]["description"]["new"]) == 501


async def test_an_edit_that_changes_nothing_tells_nothing(app: App) -> None:
    issue = await make_issue(app, app.cast.maintainer, labels=["a", "b"])
    same = {"title": issue["title"], "labels": ["b", "a"], "status": "OPEN", "assignee_id": None}
    done = await verify_command(app, lambda: edit_issue(app, app.cast.maintainer, issue["key"], **same))
    assert done.events == []
    assert done.answer == issue


async def test_a_deleted_issue_is_gone_for_everybody_who_saw_it(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    await make_comment(app, app.cast.reporter, key)
    command = lambda: send(app, app.cast.admin, "DELETE", f"/api/issues/{key}")  # noqa: E731
    done = await verify_command(app, command, examples=["issue.deleted"])
    assert done.answer.status_code == 204
    assert done.types == ["issue.deleted"]
    assert done.told["Oto Other"] == []


async def test_watching_and_no_longer_watching(app: App) -> None:
    key = (await make_issue(app, app.cast.reporter))["key"]
    path = f"/api/issues/{key}/watchers/me"
    done = await verify_command(app, lambda: send(app, app.cast.maintainer, "PUT", path))
    assert done.answer.json() == {"watching": True, "watchers_count": 2}
    assert (await verify_command(app, lambda: send(app, app.cast.maintainer, "PUT", path))).events == []
    done = await verify_command(
        app, lambda: send(app, app.cast.maintainer, "DELETE", path), examples=["watcher.removed"]
    )
    assert done.types == ["watcher.removed"]
    assert (await verify_command(app, lambda: send(app, app.cast.maintainer, "DELETE", path))).events == []
    done = await verify_command(app, lambda: send(app, app.cast.reporter, "DELETE", path))
    assert [event["type"] for event in done.told["Rea Reporter"]] == ["watcher.removed"]


async def test_a_former_maintainer_who_watches_loses_the_issue_by_no_longer_watching(app: App) -> None:
    cast = app.cast
    await add_member(app.work, cast.admin, "TRK", cast.other, Role.MAINTAINER)
    key = (await make_issue(app, cast.reporter))["key"]
    path = f"/api/issues/{key}/watchers/me"
    await send(app, cast.other, "PUT", path)
    await add_member(app.work, cast.admin, "TRK", cast.other, Role.REPORTER)
    done = await verify_command(app, lambda: send(app, cast.other, "DELETE", path))
    assert [event["type"] for event in done.told["Oto Other"]] == ["watcher.removed"]
    assert (await send(app, cast.other, "GET", f"/api/issues/{key}")).status_code == 404


async def test_comments_come_change_and_go(app: App) -> None:
    cast = app.cast
    key = (await make_issue(app, cast.reporter))["key"]
    write = lambda: make_comment(app, cast.reporter, key, "It *dumps* core", kind="analysis")  # noqa: E731
    done = await verify_command(app, write, examples=["comment.created"])
    assert done.told["Oto Other"] == []
    path = f"/api/comments/{done.answer['id']}"
    edit = lambda: send(app, cast.reporter, "PATCH", path, {"body": "It **dumps** core", "kind": "comment"})  # noqa: E731
    done = await verify_command(app, edit, examples=["comment.updated"])
    assert done.answer.json()["version"] == 2
    assert (await verify_command(app, edit)).events == []
    done = await verify_command(app, lambda: send(app, cast.maintainer, "DELETE", path), examples=["comment.deleted"])
    assert done.types == ["comment.deleted"]


async def test_a_bulk_edit_is_one_event_for_each_changed_issue(app: App) -> None:
    cast = app.cast
    keys = [(await make_issue(app, who))["key"] for who in (cast.reporter, cast.other, cast.maintainer)]
    await edit_issue(app, cast.maintainer, keys[2], priority="URGENT")
    body: dict[str, Any] = {"keys": keys, "patch": {"priority": "URGENT", "labels": ["hot"]}}
    done = await verify_command(app, lambda: send(app, cast.maintainer, "POST", "/api/issues/bulk", body))
    assert done.types == ["label.created", *["issue.updated"] * 3]
    assert [event["issue"]["key"] for event in done.told["Oto Other"][1:]] == [keys[1]]
    body["dry_run"] = True
    assert (await verify_command(app, lambda: send(app, cast.admin, "POST", "/api/issues/bulk", body))).events == []


async def test_a_project_that_shows_its_issues_tells_its_reporters(app: App) -> None:
    await make_project(app.work, app.cast.admin, "OPN", reporters_see_all=True)
    done = await verify_command(app, lambda: make_issue(app, app.cast.reporter, project="OPN"))
    assert all(done.told.values())


async def test_a_private_project_tells_its_members_only(app: App) -> None:
    cast = app.cast
    await make_project(app.work, cast.admin, "PRV", visibility="private")
    insider = await make_person(app.work, "Ina Insider", Role.REPORTER)
    await add_member(app.work, cast.admin, "PRV", insider, Role.MAINTAINER)
    readers = [cast.admin, cast.maintainer, cast.reporter, insider]
    done = await verify_command(app, lambda: make_issue(app, insider, project="PRV"), readers=readers)
    assert {name for name, told in done.told.items() if told} == {"Ada Admin", "Ina Insider"}
