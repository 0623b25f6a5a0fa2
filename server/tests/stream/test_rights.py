"""A change of rights is felt in order: nothing that comes after it reaches who lost them."""

import asyncio

from tests.stream.conftest import House
from trackly.users.facade import Role


async def test_a_demoted_maintainer_gets_nothing_after_the_demotion(house: House) -> None:
    actor = await house.person("Dem Oted", Role.MAINTAINER)
    stream = await house.listen(actor)
    running = True

    async def keep_filing() -> None:
        while running:
            await house.file_issue(house.cast.reporter, "burst")

    burst = [asyncio.create_task(keep_filing()) for _ in range(3)]
    await stream.next("issue.created")
    await house.call(house.cast.admin, "PATCH", f"/api/users/{actor.user_id}", json={"role": "REPORTER"})
    await asyncio.sleep(0.5)
    running = False
    await asyncio.gather(*burst)
    events = await stream.events()
    demotion = next(n for n, e in enumerate(events) if e.event == "user.updated")
    assert [e.event for e in events[demotion + 1 :]] == []
    own = await house.file_issue(actor, "my own")
    assert (await stream.next("issue.created")).data["issue"]["key"] == own["key"]
    stream.close()


async def test_the_demoted_is_told_to_fetch_anew_before_anything_else(house: House) -> None:
    cast = house.cast
    await house.call(cast.admin, "PUT", f"/api/projects/TRK/members/{cast.other.user_id}", json={"role": "MAINTAINER"})
    stream = await house.listen(cast.other)
    await house.call(cast.admin, "DELETE", f"/api/projects/TRK/members/{cast.other.user_id}")
    await house.file_issue(cast.reporter, "not for the other")
    reset = await stream.next("reset")
    assert reset.data == {"reason": "rights_changed"}
    assert [e.event for e in await stream.events() if (e.event or "").startswith("issue")] == []
    stream.close()


async def test_a_private_project_is_silent_for_who_is_no_member(house: House) -> None:
    cast = house.cast
    await house.call(
        cast.admin, "POST", "/api/projects", json={"key": "SEC", "name": "Secret", "visibility": "private"}
    )
    outside, admin = await house.listen(cast.maintainer), await house.listen(cast.admin)
    issue = {"project": "SEC", "title": "hidden"}
    created = await house.call(cast.admin, "POST", "/api/issues", json=issue)
    assert (await admin.next("issue.created")).data["issue"]["key"] == created["key"]
    assert await outside.events() == []
    await house.call(cast.admin, "PATCH", "/api/projects/SEC", json={"visibility": "open"})
    await outside.next("reset")
    await house.call(cast.admin, "POST", "/api/issues", json=issue | {"title": "open now"})
    assert (await outside.next("issue.created")).data["issue"]["title"] == "open now"
    await house.call(cast.admin, "PATCH", "/api/projects/SEC", json={"visibility": "private", "name": "Renamed"})
    await house.call(cast.admin, "POST", "/api/issues", json=issue | {"title": "hidden again"})
    assert await outside.events() == []
    outside.close()
    admin.close()


async def test_who_stops_watching_is_told_to_forget_and_a_replay_holds_nothing_of_it(house: House) -> None:
    cast = house.cast
    await house.call(cast.admin, "PATCH", "/api/projects/TRK", json={"reporters_see_all": True})
    issue = await house.file_issue(cast.other, "watched for a while")
    await house.call(cast.reporter, "PUT", f"/api/issues/{issue['key']}/watchers/me")
    await house.call(cast.admin, "PATCH", "/api/projects/TRK", json={"reporters_see_all": False})
    stream = await house.listen(cast.reporter)
    await house.file_issue(cast.reporter, "behind the change of rights")  # from before it, a replay begins anew
    await stream.next("issue.created")
    start = stream.cursor
    path = f"/api/issues/{issue['key']}"
    await house.call(cast.maintainer, "PATCH", path, json={"severity": "HIGH"})
    assert (await stream.next("issue.updated")).data["issue"]["severity"] == "HIGH"
    await house.call(cast.reporter, "DELETE", f"{path}/watchers/me")
    assert (await stream.next("forget")).data == {"entities": [issue["key"]]}
    await house.call(cast.maintainer, "PATCH", path, json={"severity": "LOW"})
    assert [e.event for e in await stream.events()] == []
    stream.close()
    replay = await house.listen(cast.reporter, after=start)
    frames = []
    while (frame := await replay.frame()).event != "sync":
        frames.append(frame)
    assert [f.event for f in frames if f.event not in ("hello", "forget")] == []
    replay.close()


async def test_an_ended_session_ends_its_streams_and_no_other(house: House) -> None:
    cast = house.cast
    kept = await house.listen(cast.maintainer)
    house.tokens.pop(cast.maintainer.user_id)
    ended = await house.listen(cast.maintainer)
    me = await house.call(cast.maintainer, "GET", "/api/auth/me")
    await house.call(cast.maintainer, "DELETE", f"/api/auth/sessions/{me['session_id']}")
    assert (await ended.next("bye")).data["reason"] == "session_ended"
    house.tokens.pop(cast.maintainer.user_id)
    await house.file_issue(cast.maintainer, "the other goes on")
    assert (await kept.next("issue.created")).data["issue"]["title"] == "the other goes on"
    kept.close()
    ended.close()


async def test_a_disabled_person_is_off_the_stream(house: House) -> None:
    actor = await house.person("Gone Soon", Role.MAINTAINER)
    stream = await house.listen(actor)
    await house.call(house.cast.admin, "PATCH", f"/api/users/{actor.user_id}", json={"active": False})
    bye = await stream.next("bye")
    assert bye.data["reason"] in {"access_ended", "session_ended"}
    assert await stream.events() == []
    stream.close()
