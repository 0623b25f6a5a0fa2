"""What is told of projects, members, workflows and people is what is there, to each reader."""

import pytest

from tests.support.app import App
from tests.support.people import PASSWORD
from tests.support.verify import Verified, verify_command


async def verified(app: App, method: str, path: str, kind: str, json: object = None) -> Verified:
    """An admin's request, held against what every reader sees; its first event is the example of its type."""

    async def send() -> object:
        async with await app.as_(app.cast.admin) as admin:
            answer = await admin.request(method, path, json=json)
            assert answer.is_success, answer.text
            return answer.json() if answer.content else None

    seen = await verify_command(app, send, examples=[kind])
    assert kind in seen.types
    return seen


def told(seen: Verified) -> set[str]:
    return {name for name, events in seen.told.items() if events}


ALL = {"Ada Admin", "Max Maintainer", "Rea Reporter", "Oto Other"}


async def test_a_project_from_its_beginning_to_its_end(app: App) -> None:
    made = await verified(app, "POST", "/api/projects", "project.created", {"key": "DEP", "name": "Depot"})
    assert made.events[0]["project"]["key"] == "DEP"
    assert told(made) == ALL
    changed = await verified(app, "PATCH", "/api/projects/DEP", "project.updated", {"name": "The depot"})
    assert changed.events[0]["project"]["name"] == "The depot"
    gone = await verified(app, "DELETE", "/api/projects/DEP", "project.deleted")
    assert set(gone.events[-1]["project"]) == {"id", "key"}


async def test_a_private_project_is_told_to_its_members_only(app: App) -> None:
    made = await verified_without_example(app, {"key": "SEC", "name": "Secret", "visibility": "private"})
    assert told(made) == {"Ada Admin"}


async def verified_without_example(app: App, json: object) -> Verified:
    async with await app.as_(app.cast.admin) as admin:
        return await verify_command(app, lambda: admin.post("/api/projects", json=json))


async def test_members_come_and_go(app: App) -> None:
    path = f"/api/projects/TRK/members/{app.cast.other.user_id}"
    came = await verified(app, "PUT", path, "member.updated", {"role": "MAINTAINER"})
    assert came.events[0]["member"]["role"] == "MAINTAINER"
    assert told(came) == ALL
    went = await verified(app, "DELETE", path, "member.removed")
    assert went.events[0]["member"]["user_id"] == app.cast.other.user_id


async def test_a_workflow_is_told_to_everybody_who_works_by_it(app: App) -> None:
    body = {
        "transitions": [{"role": "MAINTAINER", "from": "OPEN", "to": "DONE"}],
        "wip_limits": {"IN_PROGRESS": 4},
    }
    seen = await verified(app, "PUT", "/api/projects/TRK/workflow", "workflow.updated", body)
    assert [(move["from"], move["to"]) for move in seen.events[0]["workflow"]["transitions"]] == [("OPEN", "DONE")]
    assert told(seen) == ALL


@pytest.mark.parametrize("role", ["MAINTAINER", "REPORTER"])
async def test_people_are_told_to_admins_and_to_themselves(app: App, role: str) -> None:
    new = {"email": "new@example.com", "name": "New Person", "role": role, "password": PASSWORD}
    if role == "REPORTER":
        async with await app.as_(app.cast.admin) as admin:
            came = await verify_command(app, lambda: admin.post("/api/users", json=new))
        assert told(came) == {"Ada Admin"}
        return
    came = await verified(app, "POST", "/api/users", "user.created", new)
    assert told(came) == {"Ada Admin"}
    path = f"/api/users/{came.events[0]['user']['id']}"
    changed = await verified(app, "PATCH", path, "user.updated", {"name": "Renamed Person"})
    assert changed.events[0]["user"]["name"] == "Renamed Person"
    gone = await verified(app, "DELETE", path, "user.deleted")
    assert told(gone) == {"Ada Admin"}
