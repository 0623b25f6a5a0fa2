"""There is always an admin."""

import asyncio

import pytest

from tests.support.app import App
from tests.support.logins import rows
from tests.support.people import make_person
from trackly.users.facade import Actor, Role


async def admins(app: App) -> int:
    return len(await rows(app, "SELECT 1 FROM user_account WHERE role = 'ADMIN' AND active"))


@pytest.mark.parametrize("change", [{"role": "MAINTAINER"}, {"role": "REPORTER"}, {"active": False}, None])
async def test_the_last_one_stays(app: App, change: dict[str, object] | None) -> None:
    admin, path = await app.as_(app.cast.admin), f"/api/users/{app.cast.admin.user_id}"
    answer = await (admin.delete(path) if change is None else admin.patch(path, json=change))
    assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    assert (await admin.get("/api/users")).status_code == 200
    assert await admins(app) == 1


async def test_a_disabled_admin_does_not_count(app: App) -> None:
    second = await make_person(app.work, "Bea Boss", Role.ADMIN)
    admin = await app.as_(app.cast.admin)
    assert (await admin.patch(f"/api/users/{second.user_id}", json={"active": False})).status_code == 200
    assert (await admin.patch(f"/api/users/{app.cast.admin.user_id}", json={"role": "REPORTER"})).status_code == 409
    assert (await admin.delete(f"/api/users/{second.user_id}")).status_code == 204


@pytest.mark.parametrize("how", ["demote", "disable", "delete", "mixed"])
async def test_of_two_who_remove_each_other_one_stays(app: App, how: str) -> None:
    first, second = app.cast.admin, await make_person(app.work, "Bea Boss", Role.ADMIN)
    clients = {actor.user_id: await app.as_(actor) for actor in (first, second)}

    async def remove(actor: Actor, target: Actor, way: str) -> int:
        path = f"/api/users/{target.user_id}"
        if way == "delete":
            return (await clients[actor.user_id].delete(path)).status_code
        body = {"role": "REPORTER"} if way == "demote" else {"active": False}
        return (await clients[actor.user_id].patch(path, json=body)).status_code

    ways = ("delete", "demote") if how == "mixed" else (how, how)
    codes = await asyncio.gather(remove(first, second, ways[0]), remove(second, first, ways[1]))
    assert await admins(app) == 1
    assert sum(code in (200, 204) for code in codes) == 1
    assert not any(code >= 500 for code in codes)


async def test_everybody_at_once(app: App) -> None:
    bosses = [app.cast.admin, *[await make_person(app.work, f"Boss {n}", Role.ADMIN) for n in range(5)]]
    clients = [await app.as_(boss) for boss in bosses]
    paths = [f"/api/users/{boss.user_id}" for boss in bosses]
    answers = await asyncio.gather(
        *(client.patch(path, json={"role": "REPORTER"}) for client, path in zip(clients, paths, strict=True))
    )
    assert await admins(app) == 1
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [409]
