"""One event, a thousand streams: `scripts/bench fanout` beside nchan (nginx, C) in the same run, on the same readers.

Prints deliveries for each CPU second of the delivering process, latencies from the moment of publishing (before our
commit; before nchan's POST) to the reader's socket, and memory for 1,000 streams; the last lines are the ratios."""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import psutil
import uvloop

from bench.nchan import Nchan, post
from bench.people import Staff, make_staff
from tests.support.forked import SERVER
from tests.support.postgres import TestPostgres
from tests.support.server import RealServer, free_port
from trackly.events.doorbell import ProcessDoorbell
from trackly.events.envelope import Event
from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database, libpq_url

MARKER = '"sent":'


@dataclass
class Figures:
    name: str
    deliveries: int
    expected: int
    cpu_s: float
    p50_ms: float
    p99_ms: float
    mib_per_1000: float

    @property
    def per_cpu_s(self) -> float:
        return self.deliveries / self.cpu_s

    def line(self) -> str:
        whole = "all" if self.deliveries == self.expected else f"{self.deliveries} of {self.expected}"
        return (
            f"{self.name:<22}{whole:>12} delivered  {self.per_cpu_s:>10,.0f} per CPU s"
            f"  p50 {self.p50_ms:6.2f} ms  p99 {self.p99_ms:6.2f} ms  {self.mib_per_1000:5.1f} MiB per 1,000 streams"
        )


class Crowd:
    """The readers' process, pinned to the last core; the server has the others to itself."""

    def __init__(self, port: int, path: str, headers: list[dict[str, str]]) -> None:
        self.orders = {"port": port, "path": path, "headers": headers, "marker": MARKER}

    async def __aenter__(self) -> "Crowd":
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.readers", cwd=SERVER, limit=2**26,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _pin(self.process.pid, last=True)
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(self.orders).encode() + b"\n")
        line = await self.process.stdout.readline()
        if line.strip() != b"ready":
            raise RuntimeError("the readers did not get ready")
        return self

    async def result(self) -> dict[str, float | list[float]]:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        found: dict[str, float | list[float]] = json.loads(await self.process.stdout.readline())
        return found

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()


def _pin(pid: int, *, last: bool) -> None:
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(pid, {cores[-1]} if last else set(cores[:-1]))


async def measure(
    name: str, process: psutil.Process, crowd: Crowd, publish: Callable[[str], Awaitable[None]], load: "Load"
) -> Figures:
    """Open the crowd, publish at the load's pace, wait until all is delivered."""
    before_mib = process.memory_info().rss / 2**20
    async with crowd:
        await asyncio.sleep(1)
        grown_mib = process.memory_info().rss / 2**20 - before_mib
        cpu_before = sum(process.cpu_times()[:2])
        pad = "x" * load.padding
        started = time.perf_counter()
        for n in range(load.events):
            await publish(f'{MARKER}{time.time():.6f},"pad":"{pad}"')
            await asyncio.sleep(max(0.0, started + (n + 1) / load.rate - time.perf_counter()))
        await asyncio.sleep(1.5)
        cpu_s = sum(process.cpu_times()[:2]) - cpu_before
        result = await crowd.result()
    latencies = result["latencies_ms"]
    assert isinstance(latencies, list) and isinstance(result["deliveries"], int)
    cuts = statistics.quantiles(latencies, n=100)
    streams = load.streams
    return Figures(
        name, result["deliveries"], load.events * streams, cpu_s, cuts[49], cuts[98], grown_mib * 1000 / streams
    )


@dataclass(frozen=True)
class Load:
    streams: int
    events: int
    rate: float
    padding: int


async def trackly(load: Load, people: int, postgres: TestPostgres) -> Figures:
    """A real server, `people` maintainers; the events are committed by another process, as a replica's are."""
    with postgres.cloned() as url:
        staff = await make_staff(url, people)
        async with RealServer(url, root=SERVER, STREAM_LIMIT_PER_USER=str(load.streams)) as server:
            assert server.process is not None
            _pin(server.process.pid, last=False)
            headers = await _logins(server.url, staff, load.streams)
            database = Database.open(url, pool_size=2)
            doorbell = ProcessDoorbell(libpq_url(url))
            ringing = asyncio.create_task(doorbell.run())
            work = UnitsOfWork(database, SystemClock(), doorbell)

            async def publish(members: str) -> None:
                body = {"project": "BEN", **json.loads("{" + members + "}")}
                async with work.begin("bench") as uow:
                    uow.record(Event("issue.updated", "issue:1", 1, staff.audience, body, None, "BEN", "BEN-1"))

            crowd = Crowd(server.port, "/api/events", headers)
            figures = await measure(
                f"trackly, {people} people", psutil.Process(server.process.pid), crowd, publish, load
            )
            ringing.cancel()
            await database.close()
    return figures


async def _logins(url: str, staff: Staff, streams: int) -> list[dict[str, str]]:
    tokens = []
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        for email in staff.emails:
            form = {"grant_type": "password", "username": email, "password": staff.password}
            answer = (await client.post("/api/auth/token", data=form)).raise_for_status()
            tokens.append(answer.json()["access_token"])
    return [{"Authorization": f"Bearer {tokens[n % len(tokens)]}"} for n in range(streams)]


async def nchan(load: Load) -> Figures:
    peer = Nchan(free_port())
    try:
        await asyncio.sleep(0.5)
        worker = peer.worker()
        _pin(worker.pid, last=False)
        writer = await peer.publisher()

        async def publish(members: str) -> None:
            writer.write(post(("{" + members + "}").encode()))
            await writer.drain()

        return await measure("nchan", worker, Crowd(peer.port, "/sub", [{}] * load.streams), publish, load)
    finally:
        peer.close()


async def run(arguments: argparse.Namespace) -> None:
    load = Load(arguments.streams, arguments.events, arguments.rate, padding=arguments.bytes - 130)
    print(f"{load.streams} streams, {load.events} events of about {arguments.bytes} bytes, {load.rate:g} a second")
    postgres = TestPostgres()
    try:
        peer = await nchan(load)
        print(peer.line(), flush=True)
        ours = []
        for people in (1, 100):
            ours.append(await trackly(load, people, postgres))
            print(ours[-1].line(), flush=True)
    finally:
        postgres.close()
    for figures in ours:
        print(
            f"{figures.name} / nchan: deliveries per CPU second {figures.per_cpu_s / peer.per_cpu_s:.2f}"
            f"   p50 {figures.p50_ms / peer.p50_ms:.2f}   p99 {figures.p99_ms / peer.p99_ms:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench fanout", description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--events", type=int, default=300)
    parser.add_argument("--rate", type=float, default=30, help="events a second")
    parser.add_argument("--bytes", type=int, default=400, help="of one event")
    uvloop.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
