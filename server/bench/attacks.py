"""The list of issues while somebody tries to exhaust the server by SQL reports, beside the same list in peace.

Every text of the attack lists is sent to the preview as an admin, one after the other: first those that the gate
refuses, then those that run until they end or a limit ends them. Meanwhile four people read the list, each twice a
second. Prints p50 and p95 of the list in ms, and the ratio of the p95 to that of the peace before and after it."""

import argparse
import asyncio
import itertools
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from bench.issue_list import fill, quantile
from tests.support.forked import SERVER
from tests.support.people import PASSWORD
from tests.support.sandbox_attacks import EVERY
from tests.support.sandbox_attacks_on_memory import ENDLESS, MEMORY
from tests.support.sandbox_further_attacks import FURTHER
from tests.support.sandbox_odd_attacks import ODD
from tests.support.server import RealServer
from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.sandbox.facade import InvalidSql, check_sql

READERS, EVERY_S = 4, 0.5
_JSON = {"Content-Type": "application/json"}
TEXTS = (*EVERY, *ODD, *MEMORY, *FURTHER, *ENDLESS)


@dataclass
class Phase:
    """Requests of the list in ms while `sent` previews were asked for; `answers`: how often each status came."""

    name: str
    times_ms: list[float] = field(default_factory=list)
    answers: dict[int, int] = field(default_factory=dict)

    def row(self, peace_ms: float) -> str:
        p50, p95 = (quantile(self.times_ms, share) for share in (0.50, 0.95))
        told = ", ".join(f"{count} × {status}" for status, count in sorted(self.answers.items()))
        return f"{self.name:<12}{len(self.times_ms):8}{p50:8.1f}{p95:8.1f}{p95 / peace_ms:8.2f}   {told}"


def parted() -> tuple[list[str], list[str]]:
    """The texts that the gate refuses, and those that it lets run, each shuffled in the same way every time."""
    refused, running = [], []
    for sql in TEXTS:
        try:
            check_sql(sql, {})
        except InvalidSql:
            refused.append(sql)
        else:
            running.append(sql)
    dice = random.Random(7)
    for texts in (refused, running):
        dice.shuffle(texts)
    return refused, running


async def read_list(client: httpx.AsyncClient, offset_s: float, end: float, times_ms: list[float]) -> None:
    """One person: a page of the list every half second, each timed from when it was due."""
    due = time.perf_counter() + offset_s
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        answer = await client.get("/api/issues")
        answer.raise_for_status()
        times_ms.append((time.perf_counter() - due) * 1000)
        due += EVERY_S


async def attack(client: httpx.AsyncClient, texts: Sequence[str], end: float, answers: dict[int, int]) -> None:
    for sql in itertools.cycle(texts):
        if time.perf_counter() > end:
            return
        body = json.dumps({"source": {"kind": "sql", "sql": sql}})  # as ASCII: some texts are no Unicode
        answer = await client.post("/api/reports/preview", content=body, headers=_JSON, timeout=60)
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1


async def phase(
    name: str, reading: httpx.AsyncClient, writing: httpx.AsyncClient, texts: Sequence[str], s: float
) -> Phase:
    made = Phase(name)
    end = time.perf_counter() + s
    async with asyncio.TaskGroup() as group:
        for number in range(READERS):
            group.create_task(read_list(reading, number * EVERY_S / READERS, end, made.times_ms))
        if texts:
            group.create_task(attack(writing, texts, end, made.answers))
    return made


@asynccontextmanager
async def signed_in(url: str, email: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        form = {"grant_type": "password", "username": email, "password": PASSWORD}
        token = (await client.post("/api/auth/token", data=form)).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


async def run(seconds: float) -> None:
    refused, running = parted()
    async with RealServer("", root=SERVER, TRACKLY_DEMO="false") as server:
        maintainer = await fill(EmbeddedPostgres(server.folder).url(), None)
        async with (
            signed_in(server.url, "bench.admin@example.com") as admin,
            signed_in(server.url, maintainer.email) as reader,
        ):
            while not (await admin.get("/api/reports/abilities")).json()["sql"]:
                await asyncio.sleep(0.2)
            asked: list[tuple[str, Sequence[str], float]] = [
                ("warm-up", [], 5),
                ("peace", [], seconds),
                ("refused", refused, seconds),
                ("running", running, 3 * seconds),
                ("peace again", [], seconds),
            ]
            phases = [await phase(name, reader, admin, texts, span) for name, texts, span in asked]
    peace_ms = quantile([*phases[1].times_ms, *phases[-1].times_ms], 0.95)
    print(f"{len(refused)} texts that the gate refuses, {len(running)} that run")
    print(f"{'':<12}{'lists':>8}{'p50':>8}{'p95':>8}{'ratio':>8}   previews")
    for one in phases[1:]:
        print(one.row(peace_ms))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=30, help="of each phase; that of what runs takes three times it"
    )
    asyncio.run(run(parser.parse_args().seconds))


if __name__ == "__main__":
    main()
