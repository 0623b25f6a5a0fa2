"""Every operation, as everybody: `matrix.yaml` says who gets what, and here it is tried."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.app import running_app
from tests.support.matrix import OWNERS_WORD, PRIVATE_WORD, SAFE, Row, World, read_matrix
from trackly.http.description import operations

ROWS = read_matrix()


@pytest.fixture(scope="module")
async def world(postgres, tmp_path_factory) -> AsyncIterator[World]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("matrix")) as app:
            yield await World.make(app)


@pytest.fixture(scope="module")
def described(world: World) -> dict[str, dict[str, Any]]:
    document = world.app.asgi.state.openapi()
    return {f"{method.upper()} {path}": operation for path, method, operation in operations(document)}


def test_every_operation_has_a_row(described: dict[str, Any]) -> None:
    assert {row.operation for row in ROWS} == set(described)


def test_operations_have_names_of_their_own(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in described.values()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() for name in names)


def test_every_operation_says_how_it_refuses(described: dict[str, Any]) -> None:
    for name, operation in described.items():
        refusals = {int(status) for status in operation["responses"] if status >= "400"}
        expected = {
            status for row in ROWS if row.operation == name for status in row.statuses.values() if status >= 400
        }
        assert expected <= refusals, name
        for status in refusals:
            content = operation["responses"][str(status)]["content"]
            wanted = "application/json" if name in ("GET /readyz", "GET /health") and status == 503 else "problem"
            assert any(wanted in media_type for media_type in content), (name, status)


@pytest.mark.parametrize("row", ROWS, ids=str)
async def test_row(world: World, described: dict[str, Any], row: Row) -> None:
    body = described[row.operation].get("requestBody", {}).get("content", {"": None})
    for role, status in row.statuses.items():
        target, client = world.target(row, role), await world.client(row, role)
        url, request = await target.url(), await target.request(next(iter(body)) or None)
        before = await world.state() if role in row.unchanged or row.method in SAFE else None
        answer = await client.request(row.method, url, **request)
        await asyncio.gather(*world.app.asgi.state.scheduler._by_hand)
        assert answer.status_code == status, (role, answer.text)
        _check_what_is_said(role, answer)
        if before is not None:
            assert await world.state() == before, f"{role} changed something"


def _check_what_is_said(role: str, answer: httpx.Response) -> None:
    said = f"{answer.headers} {answer.text if 'image' not in answer.headers.get('content-type', '') else ''}"
    if role in ("anonymous", "disabled", "stranger", "other"):
        assert PRIVATE_WORD not in said, f"{role} read of the private project"
    if role in ("anonymous", "disabled", "other"):
        assert OWNERS_WORD not in said, f"{role} read of somebody else's issue"
    if answer.status_code >= 400:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == answer.status_code
        assert problem["code"] and problem["title"]
        assert problem["request_id"] == answer.headers["x-request-id"]
