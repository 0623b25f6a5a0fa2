"""Lists of 4,000 issues at concurrency 8 on one process: plain, searched, filtered, a board; beside `/livez`.

`scripts/bench issue_list --file ISSUES.jsonl.gz` takes real issues of GitHub; without a file they are generated.
The load comes from a second process. Prints p50, p95 and p99 in ms, requests a second, and the ratio to `/livez`."""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import psutil

from tests.support.forked import SERVER
from tests.support.people import PASSWORD, make_person, make_project
from tests.support.postgres import TestPostgres
from tests.support.server import RealServer
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.imports.github import import_github
from trackly.issues.facade import ImportedChange, ImportedIssue, import_issues
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.projects.facade import get_project_access
from trackly.users.facade import Actor, Role

ISSUES = 4_000
VARIANTS = {
    "livez": "/livez",
    "plain": "/api/issues",
    "text": "/api/issues?q=" + quote("load dataset"),
    "words": "/api/issues?q=" + quote('"streaming mode" OR parquet'),
    "status": "/api/issues?status=open,triaged",
    "board": "/api/issues?limit=100&sort=-priority&project=BEN",
    "mine": "/api/issues?q=" + quote("assignee:me is:open"),
    "overdue": "/api/issues?q=" + quote("is:overdue OR updated>-30d"),
}
WORDS = ("load", "dataset", "streaming", "mode", "parquet", "cache", "error", "download", "token", "split", "memory")


@dataclass
class Figures:
    variant: str
    times_ms: list[float]
    seconds: float
    cpu_ms: float

    def row(self, peer: "Figures | None") -> str:
        p50, p95, p99 = (quantile(self.times_ms, share) for share in (0.50, 0.95, 0.99))
        ratio = f"{p99 / quantile(peer.times_ms, 0.99):8.1f}" if peer else f"{1.0:8.1f}"
        rate = len(self.times_ms) / self.seconds
        return f"{self.variant:<10}{p50:8.1f}{p95:8.1f}{p99:8.1f}{rate:10.0f}{self.cpu_ms:12.2f}{ratio}"


def quantile(times_ms: list[float], share: float) -> float:
    return statistics.quantiles(times_ms, n=1000, method="inclusive")[round(share * 1000) - 1]


async def fill(url: str, file: Path | None) -> Actor:
    """A maintainer, and a project BEN with the issues of `file`, or with as many made-up ones."""
    database = Database.open(url, pool_size=4)
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    try:
        admin = await make_person(work, "Bench Admin", Role.ADMIN)
        maintainer = await make_person(work, "Bench Maintainer", Role.MAINTAINER)
        await make_project(work, admin, "BEN")
        started = time.perf_counter()
        if file is not None:
            await import_github(work, database, file, project_key="BEN")
        else:
            await generate(work, admin, maintainer)
        print(f"imported in {time.perf_counter() - started:.1f} s")
    finally:
        await database.close()
    return maintainer


async def generate(work: UnitsOfWork, admin: Actor, maintainer: Actor) -> None:
    dice = random.Random(7)
    born = datetime(2025, 1, 1, tzinfo=UTC)
    for start in range(0, ISSUES, 200):
        batch = []
        for number in range(start, start + 200):
            at = born + timedelta(hours=number)
            change = ImportedChange(at + timedelta(days=2), maintainer.user_id, {"status": "DONE"})
            text = "\n\n".join(" ".join(dice.choices(WORDS, k=40)) for _ in range(4))
            batch.append(
                ImportedIssue(
                    external_ref=f"bench:{number}",
                    title=" ".join(dice.choices(WORDS, k=7)),
                    description=text,
                    reporter_id=admin.user_id,
                    created_at=at,
                    labels=tuple(dice.sample(["bug", "docs", "question", "ui"], dice.randint(0, 2))),
                    changes=(change,) if dice.random() < 0.85 else (),
                )
            )
        async with work.begin("bench") as uow:
            await import_issues(uow, admin, await get_project_access(uow.session, admin, "BEN"), batch)


async def drive(url: str, path: str, token: str, seconds: float, concurrency: int) -> list[float]:
    """Times in ms of requests over `concurrency` kept-alive connections, each sending the next when one is answered."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    await asyncio.gather(*(one_connection(url, path, token, end, times) for _ in range(concurrency)))
    return times


async def one_connection(url: str, path: str, token: str, end: float, times: list[float]) -> None:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    request = f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    while (started := time.perf_counter()) < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head.decode())
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        times.append((time.perf_counter() - started) * 1000)
    writer.close()


def measure(server: RealServer, variant: str, token: str, seconds: float, concurrency: int) -> Figures:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    settings = {"url": server.url, "path": VARIANTS[variant], "token": token, "concurrency": concurrency}
    figures = Figures(variant, [], 0, 0)
    for span in (0.5, seconds):
        before = process.cpu_times()
        command = [sys.executable, "-m", "bench.issue_list", "--drive", json.dumps({**settings, "seconds": span})]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        after = process.cpu_times()
        times = json.loads(done.stdout)
        cpu_s = after.user + after.system - before.user - before.system
        figures = Figures(variant, times, span, cpu_s * 1000 / len(times))
    return figures


async def run(file: Path | None, seconds: float, concurrency: int) -> None:
    postgres = TestPostgres()
    try:
        url = postgres.clone()
        maintainer = await fill(url, file)
        async with RealServer(url, root=SERVER) as server:
            async with httpx.AsyncClient(base_url=server.url) as client:
                form = {"grant_type": "password", "username": maintainer.email, "password": PASSWORD}
                token = (await client.post("/api/auth/token", data=form)).json()["access_token"]
                total = (await client.get("/api/issues", headers={"Authorization": f"Bearer {token}"})).json()["total"]
            print(f"{total} issues, concurrency {concurrency}, {seconds:.0f} s each; times in ms")
            print(f"{'':<10}{'p50':>8}{'p95':>8}{'p99':>8}{'per s':>10}{'cpu ms each':>12}{'p99 ratio':>10}")
            peer: Figures | None = None
            for variant in VARIANTS:
                figures = await asyncio.to_thread(measure, server, variant, token, seconds, concurrency)
                print(figures.row(peer), flush=True)
                peer = peer or figures
    finally:
        postgres.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="issues of GitHub, one REST v3 object a line")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--concurrency", type=int, default=8)
    parser.add_argument("--drive", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.drive:
        print(json.dumps(asyncio.run(drive(**json.loads(given.drive)))))
    else:
        asyncio.run(run(given.file, given.seconds, given.concurrency))


if __name__ == "__main__":
    main()
