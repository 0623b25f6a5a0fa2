"""Input that no page of ours sends: the answer is a problem document that says what is wrong, never our mistake."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.support.app import App, running_app
from tests.support.issues import make_comment, make_issue

NOBODY_S_NUMBERS = [
    "0",
    "-1",
    str(2**63),
    str(2**64),
    "9" * 400,
    "1.5",
    "1e3",
    "x",
    "%00",
    "%ff",
    "%ED%A0%80",
    "٣",
]
BIG = [2**63, 2**64, 10**400, -(2**63) - 1, 1.5, "1", True, None, [], {}]
ADDRESSES = [
    *(f"/api/users/{n}" for n in NOBODY_S_NUMBERS),
    *(f"/api/comments/{n}" for n in NOBODY_S_NUMBERS),
    *(f"/api/projects/TRK/members/{n}" for n in NOBODY_S_NUMBERS),
    *(f"/api/issues/TRK-{n}" for n in NOBODY_S_NUMBERS),
    *(f"/api/attachments/{n}" for n in NOBODY_S_NUMBERS),
    *(f"/api/attachments/{n}/content" for n in NOBODY_S_NUMBERS),
    *(f"/api/stats/{n}/items" for n in NOBODY_S_NUMBERS),
    *(f"/api/data-sources/{n}" for n in NOBODY_S_NUMBERS),
    *(f"/api/data-sources/{n}/schema" for n in NOBODY_S_NUMBERS),
    *(f"/api/projects/{key}" for key in ("T", "T" * 11, "%00", "TRK%00", "TRK%0a", "tr-k", "%ff", "Ä1")),
]
LISTS = [
    "/api/users",
    "/api/projects",
    "/api/issues",
    "/api/issues/TRK-1/comments",
    "/api/issues/TRK-1/history",
    "/api/issues/TRK-1/attachments",
    "/api/stats/created/items",
    "/api/data-sources",
]
WRONG_PAGES = ["limit=0", "limit=-1", "limit=101", f"limit={2**63}", "limit=x", "limit=", "limit=1.5"]
WRONG_CURSORS = [
    "after=x", "after=%00", "after=W10", "after=W251bGxd", "after=WzEsMl0", "after=bnVsbA",
    "after=WyJcdTAwMDAiLDFd", "after=W1siYSJdLDFd", "after=" + "x" * 2000, "after=%ff",
    "after=WyIyMDI2LTAxLTAxVDAwOjAwOjAwWiIsOTIyMzM3MjAzNjg1NDc3NTgwOF0",
]  # fmt: skip
QUERIES = [
    "/api/users?q=%00", "/api/users?role=KING", "/api/users?active=perhaps", "/api/users?q=" + "x" * 201,
    "/api/projects?q=%00", "/api/issues?q=%00", "/api/issues?q=%22open", "/api/issues?q=" + "(" * 500,
    "/api/issues?sort=colour", "/api/issues?sort=%00", "/api/issues?colour=red", "/api/issues?status=closed",
    "/api/issues?project=%00", "/api/issues?label=%00", "/api/issues?assignee=%00", "/api/issues?reporter=%00",
    "/api/issues/similar", "/api/issues/similar?project=TRK", "/api/issues/similar?project=TRK&title=%00",
    "/api/stats/daily?from=x", "/api/stats/daily?from=2026-02-30", "/api/stats/daily?from=9999-12-31",
    "/api/stats/daily?from=2026-01-02&to=2026-01-01", "/api/stats/daily?from=0001-01-01", "/api/stats/flow?to=%00",
    "/api/stats/open/items?status=CLOSED", "/api/events?limit=0", "/api/events?limit=1001", "/api/events?limit=x",
    f"/api/events?limit={2**64}", "/api/events?before=x", "/api/events?before=1.x", f"/api/events?types={'a,' * 30}",
    "/api/stats/summary?project=%00", "/api/data-sources?kind=x", "/api/data-sources?kind=%00",
]  # fmt: skip
ODD_BODIES: list[tuple[bytes, str]] = [
    (b"", "body"),
    (b"{", "body"),
    (b"[]", "body"),
    (b"null", "body"),
    (b"5", "body"),
    (b'"text"', "body"),
    (b'{"project": "TRK", "title": "x"} x', "body"),
    (b"\xff\xfe{", "body"),
    (b'{"project": "TRK", "title": "\xc3\x28"}', "body"),
    ('{"project": "TRK", "title": "x"}'.encode("utf-16"), "body"),
    (b'\xef\xbb\xbf{"project": "TRK", "title": "x"}', "body"),
    (b'{"project": "TRK", "title": "\\ud800"}', "title"),
    (b'{"project": "TRK", "\\udfff": 1, "title": "x"}', "body"),
    (b'{"project": "TRK", "title": "\\u0000"}', "title"),
    (b'{"project": "TRK", "title": "x", "labels": ["a", "b\\u0000"]}', "labels"),
    (b'{"project": "TRK", "title": "a", "title": "b"}', "body"),
    (b'{"project": "TRK", "title": NaN}', "body"),
    (b'{"project": "TRK", "title": "x", "assignee_id": Infinity}', "body"),
    (b'{"project": "TRK", "title": "x", "assignee_id": ' + b"9" * 5000 + b"}", "body"),
    (b'{"project": "TRK", "title": "x", "assignee_id": 1e999}', "assignee_id"),
    (b'{"project": "TRK", "title": "x", "colour": "red"}', "colour"),
    *((b'{"project": "TRK", "title": ' + b"[" * n + b"]" * n + b"}", "") for n in (100, 500, 900, 950, 980, 10_000)),
    *((b'{"a":' * n + b"1" + b"}" * n, "") for n in (100, 500, 900, 950, 980, 10_000)),
]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
async def app(postgres, tmp_path_factory) -> AsyncIterator[App]:
    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("odd")) as running:
            await make_issue(running, running.cast.admin)
            await make_comment(running, running.cast.admin, "TRK-1")
            await running.asgi.state.relay.start()
            yield running


@pytest.fixture(scope="module")
async def admin(app: App) -> httpx.AsyncClient:
    client = await app.as_(app.cast.admin)
    client.headers["Accept"] = "application/json"
    return client


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The problem document of a refusal, which is complete."""
    assert answer.status_code in statuses, f"{answer.request.method} {answer.request.url}: {answer.text[:500]}"
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert {"type", "title", "code", "detail"} <= problem.keys()
    assert problem["request_id"] == answer.headers["x-request-id"]
    if answer.status_code == 422:
        assert problem["errors"], problem
        assert all(error["field"] and error["message"] for error in problem["errors"])
    return problem


@pytest.mark.parametrize("address", ADDRESSES)
async def test_addresses(admin: httpx.AsyncClient, address: str) -> None:
    refused(await admin.get(address), 422, 404)


@pytest.mark.parametrize("path", LISTS)
async def test_pages(admin: httpx.AsyncClient, path: str) -> None:
    for query in [*WRONG_PAGES, *WRONG_CURSORS]:
        problem = refused(await admin.get(f"{path}?{query}"), 422)
        named = [error["field"] for error in problem["errors"]]
        assert named in ([query.partition("=")[0]], ["query"]), query


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query[:60])
async def test_queries(admin: httpx.AsyncClient, query: str) -> None:
    refused(await admin.get(query), 422)


@pytest.mark.parametrize(("body", "field"), ODD_BODIES, ids=lambda value: str(value[:40]))
async def test_bodies(app: App, admin: httpx.AsyncClient, body: bytes, field: str) -> None:
    for method, path in (("POST", "/api/issues"), ("PATCH", "/api/issues/TRK-1"), ("POST", "/api/projects")):
        problem = refused(await admin.request(method, path, content=body, headers=JSON), 422)
        if path == "/api/issues" and field:
            assert [error["field"] for error in problem["errors"]] == [field]
    refused(await app.client().post("/api/auth/login", content=body, headers=JSON), 422)


@pytest.mark.parametrize("depth", [50, 200, 254, 255, 300, 600, 900, 980])
async def test_preferences_as_deep_as_can_be(admin: httpx.AsyncClient, depth: int) -> None:
    text = '{"preferences": {"a": ' + "[" * depth + "]" * depth + "}}"
    answer = await admin.patch("/api/users/me", content=text, headers=JSON)
    if answer.status_code == 200:
        assert (await admin.get("/api/auth/me")).status_code == 200
        assert (await admin.patch("/api/users/me", json={"preferences": {}})).status_code == 200
    else:
        refused(answer, 422)


@pytest.mark.parametrize("number", BIG, ids=lambda number: str(number)[:20])
async def test_numbers_of_people(admin: httpx.AsyncClient, number: Any) -> None:
    body = {"project": "TRK", "title": "x", "assignee_id": number}
    answer = await admin.post("/api/issues", json=body)
    if number is None:
        assert answer.status_code == 201
    else:
        refused(answer, 422)


async def test_a_body_that_is_too_large(admin: httpx.AsyncClient) -> None:
    text = json.dumps({"project": "TRK", "title": "x", "description": "y" * 2 * 1024 * 1024}).encode()

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(text), 65536):
            yield text[start : start + 65536]

    for content in (text, in_pieces()):
        problem = refused(await admin.post("/api/issues", content=content, headers=JSON), 413)
        assert problem["code"] == "content_too_large"


async def test_if_match(admin: httpx.AsyncClient) -> None:
    for value in ("x", '"x"', "-1", '"-1"', "1.5", "9" * 30, '"1", "2"', "²", '""', '"'):
        answer = await admin.patch("/api/issues/TRK-1", json={"title": "y"}, headers=[(b"If-Match", value.encode())])
        assert refused(answer, 422)["errors"][0]["field"] == "If-Match"
    answer = await admin.patch("/api/issues/TRK-1", json={"title": "y"}, headers={"If-Match": '"999"'})
    assert refused(answer, 412)["code"] == "stale_version"


async def test_idempotency_keys(admin: httpx.AsyncClient) -> None:
    for key in (b"", b"x" * 201, b"\xe4\x00", b"a\tb"):
        answer = await admin.post(
            "/api/issues", json={"project": "TRK", "title": "x"}, headers=[(b"Idempotency-Key", key)]
        )
        assert refused(answer, 422)["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x", "", ";", "text/json+json"]
)
async def test_another_content_type(app: App, admin: httpx.AsyncClient, kind: str) -> None:
    for client, path in ((admin, "/api/issues"), (admin, "/api/markdown"), (app.client(), "/api/auth/login")):
        answer = await client.post(path, content=b'{"text": "x"}', headers={"Content-Type": kind})
        problem = refused(answer, 415)
        assert problem["errors"] == [{"field": "Content-Type", "message": "must be application/json"}]
    answer = await admin.post("/api/issues/TRK-1/attachments", content=b"x", headers={"Content-Type": kind})
    assert refused(answer, 415, 422)["errors"][0]["field"] in ("Content-Type", "body")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
)
async def test_json_by_its_other_names(admin: httpx.AsyncClient, kind: str) -> None:
    answer = await admin.post("/api/markdown", content=b'{"text": "x"}', headers={"Content-Type": kind})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("q=%FF", "q", "must be in UTF-8"),
        ("q=a&status=%C3%28", "status", "must be in UTF-8"),
        ("limit=1&limit=2", "limit", "is given twice"),
        ("status=open&st%61tus=done", "status", "is given twice"),
        ("%FF=1&%FF=2", "\\xff", "is given twice"),
    ],
)
async def test_queries_that_mean_two_things(admin: httpx.AsyncClient, query: str, field: str, message: str) -> None:
    for path in ("/api/issues", "/api/events", "/api/nothing"):
        for accept in ("application/json", "text/event-stream"):
            problem = refused(await admin.get(f"{path}?{query}", headers={"Accept": accept}), 422)
            assert problem["errors"] == [{"field": field, "message": message}]


async def test_forms_that_are_none(app: App, admin: httpx.AsyncClient) -> None:
    forms = [
        (b"\xff\xfe=\x00", "application/x-www-form-urlencoded"),
        (b"grant_type=password&username=%FF&password=x", "application/x-www-form-urlencoded"),
        (b"grant_type=password&username=a&username=b&password=x", "application/x-www-form-urlencoded"),
        (b"grant_type=password&username=%00&password=x", "application/x-www-form-urlencoded"),
        (b"grant_type=magic", "application/x-www-form-urlencoded"),
        (b"grant_type=password&" + b"a=b&" * 2000, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"nothing", "multipart/form-data"),
    ]
    for content, kind in forms:
        answer = await app.client().post("/api/auth/token", content=content, headers={"Content-Type": kind})
        assert refused(answer, 415, 422)["errors"]
        refused(
            await admin.post("/api/issues/TRK-1/attachments", content=content, headers={"Content-Type": kind}), 415, 422
        )


async def test_methods_and_addresses_that_are_not_there(admin: httpx.AsyncClient) -> None:
    for method, path in (("PUT", "/api/issues"), ("DELETE", "/api/users"), ("POST", "/api/events"), ("BREW", "/livez")):
        answer = await admin.request(method, path)
        assert refused(answer, 405)["code"] == "method_not_allowed"
        assert answer.headers["allow"]
    for path in ("/api", "/api/", "/api/nothing", "/api/issues/TRK-1/nothing", "/api//issues", "/api/%ff"):
        assert refused(await admin.get(path), 404)["code"] == "not_found"


async def test_a_head_is_what_get_says_without_its_body(app: App, admin: httpx.AsyncClient) -> None:
    for client in (admin, app.client()):
        for path in ("/livez", "/readyz", "/docs", "/openapi.json", "/api/issues", "/api/events", "/api/nothing"):
            head, got = await client.head(path), await client.get(path, headers={"Accept": "application/json"})
            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers["content-type"] == got.headers["content-type"]


async def test_an_address_with_one_slash_too_many_is_another(admin: httpx.AsyncClient) -> None:
    for method in ("GET", "POST"):
        assert refused(await admin.request(method, "/api/issues/"), 404)["code"] == "not_found"


async def test_request_ids(app: App) -> None:
    for given, kept in (
        (b"mine-1", True),
        (b"x" * 101, False),
        (b"a b", False),
        (b"\xe4", False),
        (b"<script>", False),
    ):
        answer = await app.client().get("/api/issues", headers=[(b"X-Request-ID", given)])
        problem = refused(answer, 401)
        assert (problem["request_id"].encode() == given) is kept


async def test_the_stream_refuses_in_the_same_way(app: App, admin: httpx.AsyncClient) -> None:
    stream = {"Accept": "text/event-stream"}
    refused(await app.client().get("/api/events", headers=stream), 401)
    refused(await app.client(Authorization="Bearer \x7f").get("/api/events", headers=stream), 401)
    refused(await admin.get("/api/events", params={"types": "a," * 30}, headers=stream), 422)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "tk_" + "x" * 5000, "é", "Bearer", "." * 3000])
async def test_tokens_that_are_none(app: App, token: str) -> None:
    for scheme in ("Bearer", "Basic", "bearer", ""):
        headers = [(b"Authorization", f"{scheme} {token}".encode())]
        refused(await app.client().get("/api/issues", headers=headers), 401)
