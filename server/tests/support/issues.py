"""Issues and comments for tests, made through the API."""

from typing import Any

from tests.support.app import App
from trackly.users.facade import Actor


async def send(app: App, actor: Actor, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """The answer of the API to one request of `actor`."""
    async with await app.as_(actor) as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(method, path, json=body, headers=named)


async def make_issue(app: App, actor: Actor, **over: Any) -> Any:
    """A new issue in TRK, as the API answers it."""
    answer = await send(app, actor, "POST", "/api/issues", {"project": "TRK", "title": "Crash on save", **over})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def make_comment(app: App, actor: Actor, key: str, body: str = "I see it too", **over: Any) -> Any:
    answer = await send(app, actor, "POST", f"/api/issues/{key}/comments", {"body": body, **over})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def edit_issue(app: App, actor: Actor, key: str, **patch: Any) -> Any:
    answer = await send(app, actor, "PATCH", f"/api/issues/{key}", patch)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(app: App, actor: Actor, **query: Any) -> list[str]:
    """Keys of the first page of a list."""
    async with await app.as_(actor) as client:
        answer = await client.get("/api/issues", params=query)
    assert answer.status_code == 200, answer.text
    return [issue["key"] for issue in answer.json()["items"]]
