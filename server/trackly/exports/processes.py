"""Jobs in processes of their own, as the server sees them: awaited, cancelled, limited, never in the way."""

import asyncio
import atexit
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from trackly.exports.errors import ExportFailed, FailureCode
from trackly.exports.orders import Order, draws, packed
from trackly.exports.plan import Caps

_NOWHERE = "http://127.0.0.1:9"  # no engine that draws or sets has to load anything
_ROOT = Path(__file__).parents[2]
_LINE_BYTES = 64 * 1024 * 1024
_BURIAL_S = 3
_KEPT_ENVIRONMENT = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
_VERDICTS: dict[str, tuple[FailureCode, str]] = {
    "timeout": ("timeout", "This took longer than {seconds:g} seconds"),
    "memory": ("memory", "This needs more memory than it may use"),
}


@dataclass
class Processes:
    """A fork server that is started when it is first needed, and again should it have died.

    It is a child of this process and ends with it. Any number of jobs may be awaited; the server queues them.
    `pens_idle_s`: how long a pen stays that no job wants."""

    pens_idle_s: float = 600
    _server: subprocess.Popen[bytes] | None = None
    _control: socket.socket | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    async def run(self, order: Order, caps: Caps, on_progress: Callable[[str, float], None]) -> dict[str, Any]:
        """The result of `order`. Raises ExportFailed; the process is dead before a cancellation goes on."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            wants = {"seconds": caps.seconds, "memory_bytes": caps.memory_bytes, "draws": draws(order)}
            self._hand_over(theirs, wants)
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=_LINE_BYTES)
        try:
            with contextlib.suppress(ConnectionError):  # it ended before it had listened: its last words say why
                writer.write(packed(order))
                await writer.drain()
            return await _listen(reader, caps, on_progress)
        finally:
            await _let_go(reader, writer)

    def warm_up(self) -> None:
        """Start the server now, so that the first job does not wait for it."""
        with self._lock:
            self._ensure_server()

    def close(self) -> None:
        """End the server, and every job with it."""
        with self._lock:
            self._forget_server()

    def _hand_over(self, leash: socket.socket, wants: dict[str, Any]) -> None:
        message = json.dumps(wants).encode()
        with self._lock:
            try:
                socket.send_fds(self._ensure_server(), [message], [leash.fileno()])
            except OSError:
                self._forget_server()
                socket.send_fds(self._ensure_server(), [message], [leash.fileno()])

    def _ensure_server(self) -> socket.socket:
        if self._control is not None and self._server is not None and self._server.poll() is None:
            return self._control
        self._forget_server()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "trackly.exports.fork_server", str(theirs.fileno()), str(self.pens_idle_s)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                start_new_session=True,
            )
        self._control = ours
        atexit.register(self.close)
        return ours

    def _forget_server(self) -> None:
        atexit.unregister(self.close)
        if self._control is not None:
            self._control.close()
        if self._server is not None:
            try:
                self._server.wait(_BURIAL_S)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        self._control = self._server = None


def _environment() -> dict[str, str]:
    """What libpq and the system's libraries look at, and nothing else: no secret of the server's."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT_ENVIRONMENT or name.startswith("PG")}
    return {
        **kept,
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HTTPS_PROXY": _NOWHERE,
        "HTTP_PROXY": _NOWHERE,
    }


async def _listen(
    reader: asyncio.StreamReader, caps: Caps, on_progress: Callable[[str, float], None]
) -> dict[str, Any]:
    while line := await reader.readline():
        words: dict[str, Any] = json.loads(line)
        if "step" in words:
            on_progress(words["step"], words["part"])
        elif "result" in words:
            result: dict[str, Any] = words["result"]
            return result
        else:
            _fail(words, caps)
    raise ExportFailed("memory", "The process that made the files was ended from outside")


def _fail(words: dict[str, Any], caps: Caps) -> NoReturn:
    failed = words.get("failed")
    if failed is not None:
        raise ExportFailed(
            failed["code"], failed["message"], sqlstate=words.get("sqlstate"), position=words.get("position")
        )
    code, message = _VERDICTS.get(str(words.get("verdict")), ("render", "The process that made the files broke off"))
    raise ExportFailed(code, message.format(seconds=caps.seconds))


async def _let_go(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Half-close the leash, which ends what still runs, and wait until the server has closed its side."""
    try:
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_BURIAL_S):
                while await reader.read(_LINE_BYTES):
                    continue
    finally:
        writer.close()
