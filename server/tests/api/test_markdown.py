"""The preview of a text is what the text will be."""

import pytest

from tests.support.app import App

TEXT = "# Crash\n\n<script>alert(1)</script> ![x](https://example.com/x.png) [y](javascript:alert(1))\n\n- [x] done"


async def test_a_preview_is_the_html_that_is_saved(app: App) -> None:
    async with await app.as_(app.cast.reporter) as client:
        new = {"project": "TRK", "title": "It broke", "description": TEXT}
        issue = (await client.post("/api/issues", json=new)).json()
        for place in ({}, {"project": "trk"}, {"issue": issue["key"]}):
            answer = await client.post("/api/markdown", json={"text": TEXT, **place})
            assert (answer.status_code, answer.json()) == (200, {"html": issue["description_html"]})
        assert "<script" not in issue["description_html"]
        assert "<h1>Crash</h1>" in issue["description_html"]
        assert (await client.post("/api/markdown", json={"text": " \n"})).json() == {"html": ""}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": 7}, "text"),
        ({"text": "x", "project": "no key"}, "project"),
        ({"text": "x", "issue": "TRK"}, "issue"),
        ({"text": "x", "html": "y"}, "html"),
    ],
)
async def test_what_can_not_be_previewed_is_named(app: App, body: dict[str, object], field: str) -> None:
    async with await app.as_(app.cast.reporter) as client:
        answer = await client.post("/api/markdown", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_the_longest_text_is_previewed(app: App) -> None:
    async with await app.as_(app.cast.reporter) as client:
        answer = await client.post("/api/markdown", json={"text": "word " * 20_000})
    assert answer.status_code == 200
    assert answer.json()["html"].startswith("<p>word word")
