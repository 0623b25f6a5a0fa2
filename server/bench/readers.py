"""A crowd of stream readers in a process of its own: `python -m bench.readers`, its orders as JSON on standard input.

Orders: `{"port", "path", "headers": [one dict for each reader], "marker"}`. It prints `ready` when every reader has its
answer, then at the end of standard input one JSON object: `{"deliveries", "latencies_ms": [a sample], "broken"}`.
Every event carries its time of sending right after `marker`, as seconds since 1970."""

import asyncio
import json
import re
import sys
import threading
import time
from functools import partial

import uvloop

_SAMPLE = 20
_NUMBER = re.compile(rb"\d+\.\d+")


class Crowd:
    def __init__(self, marker: bytes) -> None:
        self.marker = marker
        self.deliveries = 0
        self.answered = 0
        self.broken = 0
        self.latencies_ms: list[float] = []


class Reader(asyncio.Protocol):
    """Counts what it gets; one in 20 also measures."""

    def __init__(self, crowd: Crowd, request: bytes, measures: bool) -> None:
        self.crowd, self.request, self.measures = crowd, request, measures
        self.tail = b""
        self.has_head = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self.request)  # type: ignore[attr-defined]  # uvloop's class is none of asyncio's

    def data_received(self, data: bytes) -> None:
        crowd = self.crowd
        if not self.has_head:
            self.has_head = True
            crowd.answered += 1
            if b" 200 " not in data[:20]:
                crowd.broken += 1
        text = self.tail + data
        found = text.count(crowd.marker)
        if self.measures and found:
            self._measure(text)
        if found:
            crowd.deliveries += found
            text = text[text.rindex(crowd.marker) + len(crowd.marker) :]
        self.tail = text[-len(crowd.marker) + 1 :]

    def _measure(self, text: bytes) -> None:
        now = time.time()
        at = text.find(self.crowd.marker)
        while at >= 0:
            sent = _NUMBER.match(text, at + len(self.crowd.marker))
            if sent:
                self.crowd.latencies_ms.append((now - float(sent.group())) * 1000)
            at = text.find(self.crowd.marker, at + 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.broken += 1


def _same(reader: Reader) -> Reader:
    return reader


async def run(orders: dict[str, object], ended: threading.Event) -> None:
    crowd = Crowd(str(orders["marker"]).encode())
    loop = asyncio.get_running_loop()
    headers = orders["headers"]
    assert isinstance(headers, list)
    for n, given in enumerate(headers):
        lines = [f"GET {orders['path']} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream"]
        lines += [f"{k}: {v}" for k, v in given.items()]
        request = "\r\n".join([*lines, "", ""]).encode()
        reader = Reader(crowd, request, measures=n % _SAMPLE == 0)
        await loop.create_connection(partial(_same, reader), "127.0.0.1", int(str(orders["port"])))
    while crowd.answered < len(headers):
        await asyncio.sleep(0.05)
    print("ready", flush=True)
    broken = crowd.broken
    while not ended.is_set():
        await asyncio.sleep(0.05)
    result = {"deliveries": crowd.deliveries, "latencies_ms": crowd.latencies_ms, "broken": crowd.broken}
    print(json.dumps(result | {"refused": broken}), flush=True)


def main() -> None:
    orders = json.loads(sys.stdin.readline())
    ended = threading.Event()

    def wait_for_end() -> None:
        sys.stdin.read()
        ended.set()

    threading.Thread(target=wait_for_end, daemon=True).start()
    uvloop.run(run(orders, ended))


if __name__ == "__main__":
    main()
