"""A real server: its own process, its own port, killed for real."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from tests.support.forked import SERVER, Forked, trackly
from tests.support.http import http

SECRET = "test-secret-6yJ0mQ2vVt9wq8Zk4pXrB1nC7dE5fG3h"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealServer:
    """`trackly serve` on a database. Settings are given by their names in the environment.

    With `root` the Trackly of that folder, in a process that starts from nothing, as the command does."""

    arguments: tuple[str, ...] = ("serve",)

    def __init__(
        self, database_url: str, *, port: int | None = None, root: Path | None = None, **settings: str
    ) -> None:
        self.port, self.root = port or free_port(), root
        self.folder = Path(tempfile.mkdtemp(prefix="trackly-server-"))
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TRACKLY_", "AZURE_", "GOOGLE_"))},
            "DATABASE_URL": database_url,
            "JWT_SECRET_KEY": SECRET,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "TRACKLY_DATA_DIR": str(self.folder),
            "RATE_LIMIT_PER_MINUTE": "0",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(root or SERVER),
            **settings,
        }
        self.log = self.folder / "server.log"
        self.process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> "RealServer":
        self.process = self._launch()
        async with http() as client:
            for _ in range(1200):
                if self.process.poll() is not None:
                    raise RuntimeError(f"the server ended: {self.log.read_text()}")
                try:
                    if await self._is_ready(client):
                        return self
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(0.05)
        raise RuntimeError(f"the server did not get ready: {self.log.read_text()}")

    def _launch(self) -> "subprocess.Popen[bytes] | Forked":
        if self.root is None:
            return Forked(trackly, self.arguments, env=self.env, log=self.log)
        command = [sys.executable, "-m", "trackly", *self.arguments]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=self.root, env=self.env, stdout=log, stderr=log)

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        return (await client.get(self.url + "/readyz", timeout=2)).status_code == 200

    def kill(self) -> None:
        """As a power cut of the process: no handler runs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ask it to end; returns its exit code."""
        code = self.process.poll() if self.process else 0
        if code is not None or self.process is None:
            return code or 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    async def __aenter__(self) -> "RealServer":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            await asyncio.to_thread(self.stop)


class RealWorker(RealServer):
    """`trackly worker`: as a server, without pages."""

    def __init__(self, database_url: str, *, parallel: int = 2, root: Path | None = None, **settings: str) -> None:
        super().__init__(database_url, port=None, root=root, **settings)
        self.arguments = ("worker", "--parallel", str(parallel))
        self._begins_at = 0

    async def start(self) -> "RealWorker":
        self._begins_at = self.log.stat().st_size if self.log.exists() else 0
        await super().start()
        return self

    async def _is_ready(self, client: httpx.AsyncClient) -> bool:
        return "At work" in self.log.read_text()[self._begins_at :]
