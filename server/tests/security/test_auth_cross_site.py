"""Requests that a browser makes for somebody else's page."""

import pytest

from tests.support.app import App
from tests.support.logins import browser, rows
from tests.support.people import PASSWORD

FOREIGN = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": ""},
    {"Origin": "null", "Sec-Fetch-Site": ""},
    {"Sec-Fetch-Site": ""},
)


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_foreign_page_changes_nothing(app: App, headers: dict[str, str]) -> None:
    client = await browser(app, app.cast.admin)
    before = await rows(app, "SELECT id, name, version FROM user_account ORDER BY id")
    user = f"/api/users/{app.cast.reporter.user_id}"
    answers = [
        await client.patch("/api/users/me", json={"name": "x"}, headers=headers),
        await client.patch(user, json={"role": "ADMIN"}, headers=headers),
        await client.delete(user, headers=headers),
        await client.post("/api/projects", json={"key": "EVIL", "name": "x"}, headers=headers),
        await client.put("/api/projects/TRK/members/1", json={"role": "ADMIN"}, headers=headers),
        await client.post("/api/auth/tokens", json={"name": "x", "scopes": ["admin"]}, headers=headers),
        await client.post("/api/auth/refresh", headers=headers),
        await client.post("/api/auth/logout", headers=headers),
    ]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(403, "cross_site_refused")] * 8
    assert await rows(app, "SELECT id, name, version FROM user_account ORDER BY id") == before
    assert (await client.get("/api/auth/me", headers=headers)).status_code == 200, "reading is the browser's affair"


async def test_a_form_changes_nothing_even_from_our_own_page(app: App) -> None:
    client = await browser(app, app.cast.admin)
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = await client.post(
            "/api/projects", content='{"key": "EVIL", "name": "x"}', headers={"Content-Type": content_type}
        )
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (415, "Content-Type")
        answer = await client.put("/api/issues/TRK-1/watchers/me", content="x", headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_refused")
    assert await rows(app, "SELECT key FROM project") == [("TRK",)]


async def test_an_old_browser_names_its_origin(app: App) -> None:
    client = await browser(app, app.cast.reporter)
    for origin in ("http://127.0.0.1:8000",):
        headers = {"Origin": origin, "Sec-Fetch-Site": ""}
        assert (await client.patch("/api/users/me", json={"name": "x"}, headers=headers)).status_code == 200


async def test_a_bearer_token_is_nothing_that_a_browser_sends_by_itself(app: App) -> None:
    client = await app.as_(app.cast.reporter)
    headers = {"Origin": "https://tool.example", "Sec-Fetch-Site": "cross-site"}
    assert (await client.patch("/api/users/me", json={"name": "x"}, headers=headers)).status_code == 200


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_nobody_is_logged_in_by_a_foreign_page(app: App, headers: dict[str, str]) -> None:
    body = {"email": app.cast.reporter.email, "password": PASSWORD}
    answer = await app.client(**headers).post("/api/auth/login", json=body)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_login_body_is_json(app: App) -> None:
    text = f'{{"email": "{app.cast.reporter.email}", "password": "{PASSWORD}"}}'
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = await app.client().post("/api/auth/login", content=text, headers={"Content-Type": content_type})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (415, "Content-Type")
        assert "set-cookie" not in answer.headers
