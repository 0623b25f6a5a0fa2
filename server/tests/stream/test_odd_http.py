"""Bytes that are hardly HTTP, at a real server: refused in our words, and it goes on serving."""

import asyncio
import json

import pytest

from tests.stream.conftest import House
from tests.support.http import http

HOST = b"Host: x\r\n"
ODD = {
    "an address without end": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "a query without end": (b"GET /api/issues?q=" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "an address that never ends": (b"GET /" + b"a" * 400_000, 414),
    "a header without end": (b"GET /livez HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 200_000, 431),
    "headers without end": (b"GET /livez HTTP/1.1\r\n" + HOST + b"X: abcdefgh\r\n" * 30_000, 431),
    "no method of ours": (b"BREW /livez HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 405),
    "another version": (b"GET /livez HTTP/7.1\r\n" + HOST + b"\r\n", 400),
    "a length in letters": (b"POST /api/issues HTTP/1.1\r\n" + HOST + b"Content-Length: ten\r\n\r\n", 400),
    "two lengths": (b"POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "NUL in a header": (b"GET /livez HTTP/1.1\r\n" + HOST + b"X-Request-ID: a\x00b\r\n\r\n", 400),
    "raw letters in an address": ("GET /api/issues/ü HTTP/1.1\r\nHost: x\r\n\r\n".encode(), 400),
    "a chunk without a length": (b"POST /api/auth/login HTTP/1.1\r\n" + HOST
                                 + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", 400),
}  # fmt: skip


async def answer_to(house: House, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.server.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
    writer.close()
    return int(head[0].split()[1]), headers, body


@pytest.mark.parametrize("name", ODD)
async def test_what_is_hardly_http(house: House, name: str) -> None:
    sent, expected = ODD[name]
    status, headers, body = await answer_to(house, sent)
    assert status == expected
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    problem = json.loads(body)
    assert problem["status"] == status
    assert problem["code"] and problem["errors"][0]["field"] and problem["errors"][0]["message"]
    assert problem["request_id"] == headers["x-request-id"]
    async with http(house.server.url) as client:
        assert (await client.get("/livez")).json() == {"status": "alive"}


async def test_a_long_body_after_a_short_head_is_no_long_head(house: House) -> None:
    body = b'{"text": "' + b"a" * 90_000 + b'"}'
    token = (await house.token(house.cast.reporter)).encode()
    head = b"POST /api/markdown HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + token
    head += b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    status, _, rendered = await answer_to(house, head + body)
    assert (status, len(rendered)) == (200, 90_000 + len(b'{"html":"<p></p>"}'))


async def test_many_requests_on_one_connection_are_no_long_head(house: House) -> None:
    async with http(house.server.url) as client:
        for _ in range(40):
            assert (await client.get("/livez", headers={"X-Padding": "x" * 4000})).status_code == 200
