"""From one person's command to another person's screen, in a real browser: `scripts/bench live`.

Prints, for each page, the time from sending a command until its words stand in the DOM of another person's page: an
upper bound of commit → DOM, for the command itself is in it. Beside it, as the peer, the bare command."""

import asyncio
import json
import os
import statistics
import sys
from pathlib import Path

import httpx

from tests.support.forked import SERVER
from tests.support.postgres import TestPostgres
from tests.support.server import RealServer

CLIENT = Path(__file__).parents[2] / "client"


async def bare_command_ms(url: str, rounds: int) -> float:
    """The median of PATCH alone, as seen by its sender."""
    async with httpx.AsyncClient(base_url=url) as client:
        form = {"grant_type": "password", "username": "admin@trackly.com", "password": "admin123"}
        token = (await client.post("/api/auth/token", data=form)).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        issue = (await client.post("/api/issues", json={"project": "DEP", "title": "Bare"})).raise_for_status().json()
        times = []
        for n in range(rounds):
            answer = await client.patch(f"/api/issues/{issue['key']}", json={"title": f"Bare {n}"})
            times.append(answer.raise_for_status().elapsed.total_seconds() * 1000)
    return statistics.median(times)


async def run(rounds: int) -> int:
    postgres = TestPostgres()
    try:
        with postgres.cloned() as url:
            async with RealServer(
                url, root=SERVER, TRACKLY_DEMO="true", TRACKLY_CLIENT_DIR=str(CLIENT / "build")
            ) as server:
                bare = await bare_command_ms(server.url, rounds)
                print(f"the command alone        p50 {bare:6.1f} ms")
                env = {**os.environ, "TRACKLY_URL": server.url, "ROUNDS": str(rounds)}
                node = await asyncio.create_subprocess_exec(
                    "node", "e2e/support/measure-live.ts", cwd=CLIENT, env=env, stdout=asyncio.subprocess.PIPE
                )
                assert node.stdout
                async for line in node.stdout:
                    found = json.loads(line)
                    cuts = statistics.quantiles(found["times"], n=100)
                    print(
                        f"command → DOM {found['page']:<14} p50 {cuts[49]:6.1f} ms   p99 {cuts[98]:6.1f} ms"
                        f"   less the command alone {cuts[49] - bare:6.1f} ms",
                        flush=True,
                    )
                return await node.wait()
    finally:
        postgres.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else 40)))
