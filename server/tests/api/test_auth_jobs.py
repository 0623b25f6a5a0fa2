"""What is forgotten by itself, and what is not."""

from datetime import timedelta

from tests.support.app import App
from tests.support.logins import browser, events_after, rows, stop_clock, try_password
from trackly.auth.facade import forget_old_logins
from trackly.kit.schema import utc_text


async def forget(app: App) -> int:
    async with app.asgi.state.work.begin("test") as uow:
        return await forget_old_logins(uow)


async def counts(app: App) -> list[int]:
    tables = ("session", "refresh_token", "api_token", "login_attempt")
    return [(await rows(app, f"SELECT count(*) AS n FROM {table}"))[0].n for table in tables]


async def test_thirty_days_after_their_end(app: App) -> None:
    clock = stop_clock(app)
    person = await browser(app, app.cast.reporter)
    over = await browser(app, app.cast.reporter)
    await over.post("/api/auth/logout")
    expires_at = utc_text(clock.now() + timedelta(days=50))
    await person.post("/api/auth/tokens", json={"name": "long", "scopes": ["read"], "expires_at": expires_at})
    revoked = (await person.post("/api/auth/tokens", json={"name": "short", "scopes": ["read"]})).json()
    await person.delete(f"/api/auth/tokens/{revoked['id']}")
    await try_password(app, app.cast.reporter.email, "a wrong password")
    noted = len(await events_after(app, 0))

    assert (await forget(app), await counts(app)) == (0, [2, 2, 2, 1])
    clock.advance(days=29)
    assert (await forget(app), await counts(app)) == (0, [2, 2, 2, 0])
    clock.advance(days=1)
    assert (await forget(app), await counts(app)) == (1, [1, 1, 1, 0])
    clock.advance(days=7)
    assert (await forget(app), await counts(app)) == (1, [0, 0, 1, 0])
    clock.advance(days=60)
    assert (await forget(app), await counts(app)) == (0, [0, 0, 0, 0])
    assert len(await events_after(app, 0)) == noted, "the audit trail stays"
