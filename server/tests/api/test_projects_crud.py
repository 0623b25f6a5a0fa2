"""Projects: making, changing and removing them, their members, labels and workflow."""

import asyncio
from typing import Any

import pytest

from tests.support.app import App
from tests.support.logins import events_after, head, rows
from tests.support.people import add_member, make_project
from trackly.users.facade import Role

NEW = {"key": "OPS", "name": "Operations", "description": "Machines", "timezone": "Europe/Berlin"}
MOVE = {"role": "ADMIN", "from": "OPEN", "to": "DONE"}
FULL_WORKFLOW = {"transitions": [MOVE], "wip_limits": {"IN_PROGRESS": 3}}


async def test_an_admin_makes_a_project(app: App) -> None:
    admin, seen = await app.as_(app.cast.admin), await head(app)
    answer = await admin.post("/api/projects", json=NEW)
    project = answer.json()
    assert answer.status_code == 201
    assert (answer.headers["Location"], answer.headers["ETag"]) == ("/api/projects/OPS", '"1"')
    assert project == {
        **NEW, "id": project["id"], "visibility": "open", "reporters_see_all": False, "version": 1,
        "created_at": project["created_at"], "role": "ADMIN",
    }  # fmt: skip
    got = await admin.get("/api/projects/ops")
    assert (got.json(), got.headers["ETag"]) == (project, '"1"')
    assert got.headers["X-Trackly-Cursor"]
    (event,) = await events_after(app, seen)
    project.pop("role")
    assert (event["type"], event["project"], event["version"]) == ("project.created", project, 1)
    assert event["audience"] == {"f:admin", f"f:p{project['id']}", f"r:p{project['id']}"}


async def test_a_key_is_given_once(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    answers = await asyncio.gather(*(admin.post("/api/projects", json=NEW) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_a_project_is_changed_with_care(app: App) -> None:
    admin, seen = await app.as_(app.cast.admin), await head(app)
    body = {"name": "Trackly", "visibility": "private", "reporters_see_all": True, "timezone": "Asia/Tokyo"}
    first = await admin.patch("/api/projects/TRK", json=body, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"')
    assert {name: first.json()[name] for name in body} == body
    second = await admin.patch("/api/projects/TRK", json={"name": "Old"}, headers={"If-Match": '"1"'})
    assert (second.status_code, second.json()["version"]) == (412, 2)
    assert (await admin.patch("/api/projects/TRK", json=body)).json()["version"] == 2
    (event,) = await events_after(app, seen)
    assert (event["type"], event["project"]["visibility"]) == ("project.updated", "private")


async def test_removing_a_project_removes_what_is_in_it(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    await admin.post("/api/projects/TRK/labels", json={"name": "bug"})
    await add_member(app.work, app.cast.admin, "TRK", app.cast.other, Role.MAINTAINER)
    seen = await head(app)
    assert (await admin.delete("/api/projects/TRK", headers={"If-Match": '"9"'})).status_code == 412
    assert (await admin.delete("/api/projects/TRK")).status_code == 204
    for table in ("project", "label", "membership", "transition"):
        assert not await rows(app, f"SELECT 1 FROM {table}")
    (event,) = await events_after(app, seen)
    assert (event["type"], event["project"]["key"], event["version"]) == ("project.deleted", "TRK", 2)
    assert (await admin.get("/api/projects/TRK")).status_code == 404
    assert (await admin.delete("/api/projects/TRK")).status_code == 404


@pytest.mark.parametrize("private", [False, True])
async def test_changing_projects_is_for_admins(app: App, private: bool) -> None:
    admin = await app.as_(app.cast.admin)
    if private:
        await admin.patch("/api/projects/TRK", json={"visibility": "private"})
    before = await rows(app, "SELECT * FROM project")
    clients = [(actor, await app.as_(actor)) for actor in (app.cast.maintainer, app.cast.reporter)]
    seen = await head(app)
    for actor, client in clients:
        answers = [
            await client.patch("/api/projects/TRK", json={"name": "x"}),
            await client.delete("/api/projects/TRK"),
            await client.put(f"/api/projects/TRK/members/{actor.user_id}", json={"role": "ADMIN"}),
            await client.delete(f"/api/projects/TRK/members/{actor.user_id}"),
            await client.put("/api/projects/TRK/workflow", json=FULL_WORKFLOW),
        ]
        assert [answer.status_code for answer in answers] == [404 if private else 403] * 5
        assert (await client.post("/api/projects", json=NEW)).status_code == 403
    assert await rows(app, "SELECT * FROM project") == before
    assert await events_after(app, seen) == []


async def test_the_admin_of_one_project_is_no_admin_of_people_or_projects(app: App) -> None:
    await add_member(app.work, app.cast.admin, "TRK", app.cast.reporter, Role.ADMIN)
    client = await app.as_(app.cast.reporter)
    assert (await client.get("/api/projects/TRK")).json()["role"] == "ADMIN"
    assert (await client.patch("/api/projects/TRK", json={"name": "x"})).status_code == 403
    assert (await client.get("/api/users")).status_code == 403


async def test_members_come_and_go(app: App) -> None:
    admin, user = await app.as_(app.cast.admin), app.cast.reporter
    path, seen = f"/api/projects/TRK/members/{user.user_id}", await head(app)
    assert (await admin.get(path)).status_code == 404
    member = {"user_id": user.user_id, "name": user.name, "role": "MAINTAINER"}
    for _ in range(2):
        assert (await admin.put(path, json={"role": "MAINTAINER"})).json() == member
    assert (await admin.get(path)).json() == member
    assert (await admin.get("/api/projects/TRK/members")).json()["items"] == [member]
    assert (await admin.delete(path)).status_code == 204
    assert (await admin.delete(path)).status_code == 404
    put, removed = await events_after(app, seen)
    project_id = (await rows(app, "SELECT id FROM project"))[0].id
    assert (put["type"], put["member"], put["project"]) == ("member.updated", member, "TRK")
    assert (removed["type"], removed["member"]) == ("member.removed", member)
    everybody = {"f:admin", f"f:p{project_id}", f"r:p{project_id}", f"u:{user.user_id}"}
    assert put["audience"] == removed["audience"] == everybody


_NO_MEMBERS: list[tuple[str, dict[str, Any], int]] = [
    ("999999", {"role": "REPORTER"}, 404),
    ("x", {"role": "REPORTER"}, 422),
    ("1", {"role": "OWNER"}, 422),
    ("1", {}, 422),
    ("1", {"role": "REPORTER", "project_id": 2}, 422),
]


async def test_members_that_cannot_be(app: App) -> None:
    admin = await app.as_(app.cast.admin)
    for path, body, status in _NO_MEMBERS:
        assert (await admin.put(f"/api/projects/TRK/members/{path}", json=body)).status_code == status


async def test_labels(app: App) -> None:
    maintainer, reporter = await app.as_(app.cast.maintainer), await app.as_(app.cast.reporter)
    seen = await head(app)
    made = await maintainer.post("/api/projects/TRK/labels", json={"name": " ui ", "color": "#AABBCC"})
    assert (made.status_code, made.json()) == (201, {"name": "ui", "color": "#aabbcc"})
    plain = (await maintainer.post("/api/projects/TRK/labels", json={"name": "Bug"})).json()
    assert plain["color"].startswith("#")
    again = await maintainer.post("/api/projects/TRK/labels", json={"name": "BUG"})
    assert (again.status_code, again.json()["code"]) == (409, "label_exists")
    assert (await reporter.post("/api/projects/TRK/labels", json={"name": "x"})).status_code == 403
    assert (await reporter.get("/api/projects/TRK/labels")).json()["items"] == [plain, made.json()]
    of_all = {"items": [{"project": "TRK", "labels": [plain, made.json()]}], "next": None, "total": None}
    assert (await reporter.get("/api/labels")).json() == of_all
    assert [event["label"]["name"] for event in await events_after(app, seen)] == ["ui", "Bug"]


async def test_the_workflow(app: App) -> None:
    admin, seen = await app.as_(app.cast.admin), await head(app)
    before = await admin.get("/api/projects/TRK/workflow")
    assert (len(before.json()["transitions"]), before.json()["wip_limits"]) == (18, {})
    twice = {**FULL_WORKFLOW, "transitions": [MOVE, MOVE]}
    answer = await admin.put("/api/projects/TRK/workflow", json=twice, headers={"If-Match": before.headers["ETag"]})
    assert answer.json() == {**FULL_WORKFLOW, "version": 2}
    assert (await admin.get("/api/projects/TRK/workflow")).json() == answer.json()
    stale = await admin.put("/api/projects/TRK/workflow", json=twice, headers={"If-Match": before.headers["ETag"]})
    assert stale.status_code == 412
    (event,) = await events_after(app, seen)
    assert (event["type"], event["workflow"]) == ("workflow.updated", answer.json())
    assert (await admin.get("/api/projects/TRK")).json()["version"] == 1
    nothing = await admin.put("/api/projects/TRK/workflow", json={"transitions": []})
    assert nothing.json() == {"transitions": [], "wip_limits": {}, "version": 3}


async def test_a_list_of_projects(app: App) -> None:
    for key in ("AAA", "ZZZ", "MMM"):
        await make_project(app.work, app.cast.admin, key, visibility="private" if key == "MMM" else "open")
    client, query, pages = await app.as_(app.cast.reporter), {"limit": "1"}, []
    for _ in range(3):
        pages.append((await client.get("/api/projects", params=query)).json())
        query["after"] = str(pages[-1]["next"])
    assert [project["key"] for page in pages for project in page["items"]] == ["AAA", "TRK", "ZZZ"]
    assert [(page["total"], page["next"] is None) for page in pages] == [(3, False), (3, False), (3, True)]
    found = await client.get("/api/projects?q=project z")
    assert [project["key"] for project in found.json()["items"]] == ["ZZZ"]


_BAD_QUESTIONS = ["?limit=0", "?after=x", "?after=WzFd", "/T", "/TRK-1", "/" + "T" * 11, "/%00"]


async def test_bad_questions(app: App) -> None:
    client = await app.as_(app.cast.reporter)
    for path in _BAD_QUESTIONS:
        assert (await client.get(f"/api/projects{path}")).status_code == 422, path
