"""Who lost rights while away is told so on the way back, before anything that happened since; who lost none is not."""

from dataclasses import dataclass, replace
from typing import Any

from tests.stream.conftest import House
from tests.support.http import http
from tests.support.sse import Frame, open_stream
from trackly.users.facade import Actor, Role


@dataclass
class Away:
    """A client that has gone: it knows the cursor it had, and on its return gets all that comes until it is live."""

    house: House
    actor: Actor
    cursor: str
    query: str

    async def returns(self) -> list[Frame]:
        stream = await open_stream(
            self.house.server.url, await self.house.token(self.actor), after=self.cursor, query=self.query
        )
        frames = [await stream.frame()]
        while frames[-1].event != "sync":
            frames.append(await stream.frame())
        stream.close()
        assert frames[0].event == "hello"
        return frames[1:-1]

    async def polls(self) -> dict[str, Any]:
        page: dict[str, Any] = await self.house.call(
            self.actor, "GET", f"/api/events?after={self.cursor}", headers={"Accept": "application/json"}
        )
        return page


async def go_away(house: House, actor: Actor, query: str = "") -> Away:
    stream = await house.listen(actor, query=query)
    stream.close()
    assert stream.cursor
    return Away(house, actor, stream.cursor, query)


async def expect_reset(away: Away) -> None:
    (frame,) = await away.returns()
    assert (frame.event, frame.data) == ("reset", {"reason": "rights_changed"})
    page = await away.polls()
    assert (page["items"], page["reset"]) == ([], "rights_changed")
    assert await replace(away, cursor=page["next"]).returns() == []
    assert (await replace(away, cursor=page["next"]).polls())["reset"] is None


async def expect_events(away: Away, *types: str) -> list[Frame]:
    """Neither a reset nor a word of anything else."""
    frames = await away.returns()
    assert [frame.event for frame in frames] == list(types)
    page = await away.polls()
    assert ([item["type"] for item in page["items"]], page["reset"]) == (list(types), None)
    return frames


async def test_a_project_became_private(house: House) -> None:
    path = await house.project("PRIV")
    member = await house.person("Priv Member", Role.REPORTER)
    await house.call(house.cast.admin, "PUT", f"{path}/members/{member.user_id}", json={"role": "MAINTAINER"})
    clients = [await go_away(house, who) for who in (house.cast.maintainer, house.cast.reporter)]
    kept = [await go_away(house, who) for who in (member, house.cast.admin)]
    await house.call(house.cast.admin, "PATCH", path, json={"visibility": "private"})
    await house.call(member, "POST", "/api/issues", json={"project": "PRIV", "title": "among us"})
    for away in clients:
        await expect_reset(away)
    for away in kept:
        await expect_events(away, "project.updated", "issue.created")


async def test_a_project_was_deleted(house: House) -> None:
    path = await house.project("GONE")
    closed = await house.project("GONE2", visibility="private")
    member = await house.person("Gone Member", Role.REPORTER)
    await house.call(house.cast.admin, "PUT", f"{closed}/members/{member.user_id}", json={"role": "REPORTER"})
    clients = [await go_away(house, who) for who in (house.cast.maintainer, house.cast.reporter, house.cast.admin)]
    await house.call(house.cast.admin, "DELETE", path)
    for away in clients:
        await expect_reset(away)
    inside, outside = [await go_away(house, who) for who in (member, house.cast.reporter)]
    await house.call(house.cast.admin, "DELETE", closed)
    await expect_reset(inside)
    await expect_events(outside)


async def test_an_admin_who_is_there_is_told_that_a_project_went(house: House) -> None:
    path = await house.project("GONE3")
    stream = await house.listen(house.cast.admin)
    await house.call(house.cast.admin, "DELETE", path)
    assert [(await stream.frame()).event for _ in range(2)] == ["reset", "project.deleted"]
    stream.close()


async def test_a_member_was_removed_or_given_another_role(house: House) -> None:
    path = await house.project("MEMB", visibility="private")
    admin, person = house.cast.admin, await house.person("Memb Er", Role.REPORTER)
    member = f"{path}/members/{person.user_id}"
    away = await go_away(house, person)
    await house.call(admin, "PUT", member, json={"role": "MAINTAINER"})
    await expect_reset(away)
    away = await go_away(house, person)
    await house.call(admin, "PUT", member, json={"role": "REPORTER"})
    await expect_reset(away)
    away = await go_away(house, person)
    await house.call(admin, "DELETE", member)
    await expect_reset(away)
    away = await go_away(house, person)
    await house.call(admin, "PUT", member, json={"role": "REPORTER"})
    await house.call(admin, "DELETE", member)
    await expect_events(away, "member.updated", "member.removed")


async def test_a_role_changed(house: House) -> None:
    person = await house.person("Role Changer", Role.MAINTAINER)
    path = f"/api/users/{person.user_id}"
    for role in ("REPORTER", "MAINTAINER", "ADMIN", "MAINTAINER"):
        away = await go_away(house, person)
        await house.call(house.cast.admin, "PATCH", path, json={"role": role})
        await expect_reset(away)
    away = await go_away(house, person)
    await house.call(house.cast.admin, "PATCH", path, json={"role": "REPORTER"})
    await house.file_issue(house.cast.reporter, "filed meanwhile")
    await house.call(house.cast.admin, "PATCH", path, json={"role": "MAINTAINER", "name": "Role Changed"})
    await expect_events(away, "user.updated", "issue.created", "user.updated")


async def watched_issue(house: House, path: str, key: str, reader: Actor) -> str:
    """An issue of somebody else in the project that `reader` sees because they watch it."""
    await house.call(house.cast.admin, "PATCH", path, json={"reporters_see_all": True})
    new = {"project": key, "title": "watched"}
    issue = await house.call(house.cast.other, "POST", "/api/issues", json=new)
    await house.call(reader, "PUT", f"/api/issues/{issue['key']}/watchers/me")
    await house.call(house.cast.admin, "PATCH", path, json={"reporters_see_all": False})
    return str(issue["key"])


async def expect_forget(away: Away, key: str) -> None:
    (frame,) = [f for f in await away.returns() if f.event != "issue.created"]
    assert (frame.event, frame.data) == ("forget", {"entities": [key]})
    (item,) = [item for item in (await away.polls())["items"] if item["type"] != "issue.created"]
    assert (item["type"], item["entities"]) == ("forget", [key])


async def test_a_reporter_watches_no_more(house: House) -> None:
    path, reader = await house.project("WATCH"), await house.person("Wat Cher", Role.REPORTER)
    key = await watched_issue(house, path, "WATCH", reader)
    away, narrow = await go_away(house, reader), await go_away(house, reader, query="?types=comment.*")
    await house.call(house.cast.maintainer, "PATCH", f"/api/issues/{key}", json={"severity": "HIGH"})
    await house.call(reader, "DELETE", f"/api/issues/{key}/watchers/me")
    await house.call(house.cast.maintainer, "PATCH", f"/api/issues/{key}", json={"severity": "LOW"})
    await house.call(reader, "POST", "/api/issues", json={"project": "WATCH", "title": "after it"})
    assert [f.event for f in await away.returns()] == ["forget", "issue.created"]
    await expect_forget(away, key)
    assert [f.event for f in await narrow.returns()] == ["forget"]


async def test_a_second_browser_of_who_watches_no_more(house: House) -> None:
    """The first one was told live; the second resumes from memory that has seen that."""
    path, reader = await house.project("WATCH2"), await house.person("Wat Twice", Role.REPORTER)
    key = await watched_issue(house, path, "WATCH2", reader)
    away, first = await go_away(house, reader), await house.listen(reader)
    bystander = await go_away(house, await house.person("By Stander", Role.REPORTER))
    await house.call(reader, "DELETE", f"/api/issues/{key}/watchers/me")
    assert (await first.next("forget")).data == {"entities": [key]}
    first.close()
    await expect_forget(away, key)
    await expect_events(bystander)


async def test_who_stops_watching_their_own_issue_keeps_it(house: House) -> None:
    reader = await house.person("Own Er", Role.REPORTER)
    issue = await house.file_issue(reader, "mine")
    await house.call(reader, "PUT", f"/api/issues/{issue['key']}/watchers/me")
    away = await go_away(house, reader)
    await house.call(reader, "DELETE", f"/api/issues/{issue['key']}/watchers/me")
    await expect_events(away, "watcher.removed")


async def test_a_project_closed_its_issues_to_reporters(house: House) -> None:
    path = await house.project("CLOSE", reporters_see_all=True)
    reader, staff = house.cast.reporter, house.cast.maintainer
    away, kept, live = await go_away(house, reader), await go_away(house, staff), await house.listen(reader)
    await house.call(house.cast.admin, "PATCH", path, json={"reporters_see_all": False})
    await house.call(house.cast.other, "POST", "/api/issues", json={"project": "CLOSE", "title": "not for all"})
    assert (await live.next("reset")).data == {"reason": "rights_changed"}
    assert [e.event for e in await live.events()] == ["project.updated"]
    live.close()
    await expect_reset(away)
    await expect_events(kept, "project.updated", "issue.created")


async def test_a_project_was_closed_to_reporters_for_a_while(house: House) -> None:
    """What was told then is not in what they could be replayed."""
    path = await house.project("TORN", reporters_see_all=True)
    away, kept = await go_away(house, house.cast.reporter), await go_away(house, house.cast.maintainer)
    for is_open in (False, True):
        await house.call(house.cast.admin, "PATCH", path, json={"reporters_see_all": is_open})
    await expect_reset(away)
    await expect_events(kept, "project.updated", "project.updated")


async def test_who_loses_nothing_goes_on_from_where_they_were(house: House) -> None:
    path = await house.project("CALM")
    other = await house.project("CALM2", visibility="private")
    admin, person = house.cast.admin, await house.person("Cal M", Role.REPORTER)
    away = await go_away(house, person)
    await house.call(admin, "PATCH", path, json={"name": "Calm still", "timezone": "Europe/Helsinki"})
    await house.call(admin, "PATCH", other, json={"name": "Nobody's business", "reporters_see_all": True})
    await house.call(admin, "PUT", f"{path}/members/{house.cast.other.user_id}", json={"role": "MAINTAINER"})
    await house.call(admin, "PATCH", f"/api/users/{house.cast.other.user_id}", json={"name": "Oto Otherwise"})
    await house.call(admin, "DELETE", f"{path}/members/{house.cast.other.user_id}")
    await house.project("CALM3")
    await expect_events(away, "project.updated", "member.updated", "member.removed", "project.created")


async def test_a_new_project_resets_nobody_and_is_told_of(house: House) -> None:
    live = await house.listen(house.cast.reporter)
    await house.project("FRESH")
    issue = await house.call(
        house.cast.reporter, "POST", "/api/issues", json={"project": "FRESH", "title": "the first"}
    )
    frames = [await live.frame() for _ in range(2)]
    assert [f.event for f in frames] == ["project.created", "issue.created"]
    assert frames[1].data["issue"]["key"] == issue["key"]
    live.close()


async def test_a_disabled_person_can_not_come_back(house: House) -> None:
    person = await house.person("Dis Abled", Role.REPORTER)
    away, token = await go_away(house, person), await house.token(person)
    await house.call(house.cast.admin, "PATCH", f"/api/users/{person.user_id}", json={"active": False})
    async with http(house.server.url, headers={"Authorization": f"Bearer {token}"}) as client:
        answer = await client.get("/api/events", params={"after": away.cursor})
    assert answer.status_code == 401
