"""Pages of FRONTEND_URL that come from another origin may use the API; pages of anybody else may not."""

from collections.abc import AsyncIterator

import pytest

from tests.support.app import App, running_app
from tests.support.people import PASSWORD

PAGES = "http://localhost:5173"
ASKED = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match, content-type"}


@pytest.fixture
async def app(database_url, tmp_path) -> AsyncIterator[App]:
    async with running_app(database_url, tmp_path, FRONTEND_URL=PAGES) as running:
        yield running


async def test_its_pages_are_told_that_they_may(app: App) -> None:
    answer = await app.client(Origin=PAGES, **ASKED).options("/api/issues/TRK-1")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == PAGES
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert {"Content-Type", "If-Match", "Idempotency-Key"} <= set(
        answer.headers["access-control-allow-headers"].split(", ")
    )


async def test_its_pages_log_in_and_write(app: App) -> None:
    pages = app.client(Origin=PAGES, **{"Sec-Fetch-Site": "same-site"})
    login = {"email": app.cast.reporter.email, "password": PASSWORD}
    assert (await pages.post("/api/auth/login", json=login)).headers["access-control-allow-origin"] == PAGES
    answer = await pages.post("/api/issues", json={"project": "TRK", "title": "From over there"})
    assert answer.status_code == 201
    assert {"ETag", "Location", "X-Trackly-Cursor"} <= set(answer.headers["access-control-expose-headers"].split(", "))
    refused = await pages.get("/api/issues/TRK-99")
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (404, PAGES)


@pytest.mark.parametrize("origin", ["http://localhost:5174", "https://localhost:5173", "null", "http://evil.example"])
async def test_other_pages_are_told_nothing(app: App, origin: str) -> None:
    asked = await app.client(Origin=origin, **ASKED).options("/api/issues/TRK-1")
    assert asked.status_code == 405
    read = await app.client(Origin=origin).get("/livez")
    for answer in (asked, read):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_a_program_is_told_nothing_of_this(app: App) -> None:
    answer = await app.client().get("/livez")
    assert not [name for name in answer.headers if name.startswith("access-control-")]
