"""Renewing a login: each refresh token once, ten seconds of grace, and the end of the family after a theft."""

import asyncio

import httpx

from tests.support.app import App
from tests.support.logins import OWN_PAGE, browser, events_after, head, rows, stop_clock
from tests.support.people import PASSWORD


async def granted(app: App) -> dict[str, str]:
    form = {"grant_type": "password", "username": app.cast.reporter.email, "password": PASSWORD}
    return dict((await app.client().post("/api/auth/token", data=form)).json())


async def renewed(app: App, refresh_token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await app.client().post("/api/auth/token", data=form)


async def works(app: App, token: str) -> bool:
    return (await app.client(Authorization=f"Bearer {token}").get("/api/auth/me")).status_code == 200


async def test_a_refresh_gives_another_pair(app: App) -> None:
    first = await granted(app)
    second = (await renewed(app, first["refresh_token"])).json()
    assert second.keys() == first.keys()
    assert second["refresh_token"] != first["refresh_token"]
    assert await works(app, second["access_token"])
    third = (await renewed(app, second["refresh_token"])).json()
    assert await works(app, third["access_token"])
    assert len(await rows(app, "SELECT 1 FROM session WHERE ended_at IS NULL")) == 1


async def test_twenty_at_once_get_the_same_one_successor(app: App) -> None:
    first = await granted(app)
    answers = await asyncio.gather(*(renewed(app, first["refresh_token"]) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len(await rows(app, "SELECT 1 FROM refresh_token WHERE used_at IS NULL")) == 1
    assert len(await rows(app, "SELECT 1 FROM refresh_token")) == 2
    assert (await renewed(app, answers[0].json()["refresh_token"])).status_code == 200


async def test_the_parent_is_good_for_ten_seconds_more(app: App) -> None:
    clock = stop_clock(app)
    first = await granted(app)
    second = (await renewed(app, first["refresh_token"])).json()
    clock.advance(seconds=10)
    again = await renewed(app, first["refresh_token"])
    assert again.status_code == 200
    assert again.json()["refresh_token"] == second["refresh_token"]
    clock.advance(seconds=1)
    assert (await renewed(app, first["refresh_token"])).status_code == 401


async def test_late_reuse_ends_the_session_and_is_noted(app: App) -> None:
    clock = stop_clock(app)
    first = await granted(app)
    second = (await renewed(app, first["refresh_token"])).json()
    clock.advance(seconds=11)
    seen = await head(app)
    assert (await renewed(app, first["refresh_token"])).status_code == 401
    assert not await works(app, second["access_token"])
    assert (await renewed(app, second["refresh_token"])).status_code == 401
    detected, ended = await events_after(app, seen)
    assert (detected["type"], detected["audience"]) == ("session.reuse_detected", {"audit"})
    assert detected["user_id"] == app.cast.reporter.user_id
    assert (ended["type"], ended["audience"]) == ("session.ended", {"sys"})
    assert ended["session_id"] == detected["session_id"]


async def test_a_grandparent_is_a_theft_even_within_the_grace(app: App) -> None:
    first = await granted(app)
    second = (await renewed(app, first["refresh_token"])).json()
    third = (await renewed(app, second["refresh_token"])).json()
    assert (await renewed(app, first["refresh_token"])).status_code == 401
    assert (await renewed(app, third["refresh_token"])).status_code == 401
    assert not await works(app, third["access_token"])


async def test_another_family_lives_on(app: App) -> None:
    clock = stop_clock(app)
    stolen, other = await granted(app), await granted(app)
    await renewed(app, stolen["refresh_token"])
    clock.advance(seconds=30)
    await renewed(app, stolen["refresh_token"])
    assert await works(app, other["access_token"])
    assert (await renewed(app, other["refresh_token"])).status_code == 200


async def test_a_session_ends_after_seven_idle_days(app: App) -> None:
    clock = stop_clock(app)
    first = await granted(app)
    clock.advance(days=6, hours=23)
    second = (await renewed(app, first["refresh_token"])).json()
    clock.advance(days=6, hours=23)
    third = await renewed(app, second["refresh_token"])
    assert third.status_code == 200
    clock.advance(days=7, seconds=1)
    assert (await renewed(app, third.json()["refresh_token"])).status_code == 401


async def test_an_access_token_is_good_for_thirty_minutes(app: App) -> None:
    clock = stop_clock(app)
    first = await granted(app)
    clock.advance(minutes=29, seconds=58)
    assert await works(app, first["access_token"])
    clock.advance(seconds=3)
    assert not await works(app, first["access_token"])


async def test_a_browser_renews_by_cookie(app: App) -> None:
    clock = stop_clock(app)
    client = await browser(app, app.cast.reporter)
    before = dict(client.cookies)
    clock.advance(minutes=31)
    assert (await client.get("/api/auth/me")).status_code == 401
    answer = await client.post("/api/auth/refresh")
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == app.cast.reporter.user_id
    assert client.cookies["trackly_refresh"] != before["trackly_refresh"]
    assert (await client.get("/api/auth/me")).status_code == 200


async def test_a_browser_s_token_is_no_use_to_a_program_and_the_other_way(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    assert (await renewed(app, client.cookies["trackly_refresh"])).status_code == 401
    first = await granted(app)
    stranger = app.client(Cookie=f"trackly_refresh={first['refresh_token']}", **OWN_PAGE)
    assert (await stranger.post("/api/auth/refresh")).status_code == 401
    assert (await client.post("/api/auth/refresh")).status_code == 200
    assert (await renewed(app, first["refresh_token"])).status_code == 200


_UNKNOWN = ["x", "x" * 43, "x" * 1000, "é", "trk_abc"]


async def test_unknown_refresh_tokens(app: App) -> None:
    for token in _UNKNOWN:
        assert (await renewed(app, token)).status_code == 401
        if token.isascii():
            stranger = app.client(Cookie=f"trackly_refresh={token}", **OWN_PAGE)
            assert (await stranger.post("/api/auth/refresh")).status_code == 401
    assert (await app.client(**OWN_PAGE).post("/api/auth/refresh")).status_code == 401


async def test_a_disabled_person_renews_nothing(app: App) -> None:
    first = await granted(app)
    admin = await app.as_(app.cast.admin)
    await admin.patch(f"/api/users/{app.cast.reporter.user_id}", json={"active": False})
    assert (await renewed(app, first["refresh_token"])).status_code == 401
    await admin.patch(f"/api/users/{app.cast.reporter.user_id}", json={"active": True})
    assert (await renewed(app, first["refresh_token"])).status_code == 401, "the session is over for good"
    assert not await works(app, first["access_token"])
