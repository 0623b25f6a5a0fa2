"""From settings to a server that answers: the database it needs, one listener, an end without losses."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Protocol

import structlog
import uvicorn
import uvloop

from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.kit.migrations import upgrade, wait_for_database
from trackly.kit.operators import OperatorError
from trackly.kit.postgres_install import EmbeddedPostgresError
from trackly.settings import Settings
from trackly.stream.transport import StreamingProtocol

_log = structlog.get_logger(__name__)

SEND_BUFFER_BYTES = 64 * 1024  # the kernel would else hide 4 MB of a reader that has stopped reading
REQUESTS_END_WITHIN_S = 20
DATABASE_WAIT_S = 60
WATCH_EVERY_S = 0.2
IDLE_CONNECTION_S = 65  # longer than a proxy keeps one, so that it is the proxy that closes


class CannotListen(OperatorError):
    """HOST and PORT can't be had."""


class Stoppable(Protocol):
    """The application as the server sees it: told first, so that its streams say goodbye while requests still end."""

    state: Any


@contextmanager
def prepared_database(
    settings: Settings, say: Callable[[str], None]
) -> Iterator[tuple[Settings, EmbeddedPostgres | None]]:
    """The settings with a database that answers and has the newest schema, and its embedded server if it is ours.

    The last process that uses an embedded PostgreSQL ends it."""
    postgres = EmbeddedPostgres(settings.data_dir) if settings.embedded else None
    try:
        if postgres is not None:
            postgres.start()
            settings = settings.with_embedded(postgres.url())
        else:
            wait_for_database(settings.database, for_s=DATABASE_WAIT_S, waiting=say)
        if upgrade(settings.database):
            say("The database has the newest schema now")
        yield settings, postgres
    finally:
        if postgres is not None:
            postgres.stop()


def listen(host: str, port: int) -> socket.socket:
    """Take the address; connections are accepted once a server runs on it. Raises CannotListen."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise CannotListen(f"HOST: {host} is no address of this machine: {error.strerror}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise CannotListen(f"HOST and PORT: {host}:{port} can't be used: {error.strerror}") from None
    return listener


class _Server(uvicorn.Server):
    """Says when it is ready; the first signal ends it in order, the second at once. Both leave with exit code 0."""

    def __init__(self, config: uvicorn.Config, app: Stoppable, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._app = app
        self._ready = ready
        self._second_signal = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        if self.should_exit:
            self.force_exit = True
            self._second_signal.set()
        self.should_exit = True
        self._app.state.begin_stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As long as requests are under way the address stays ours, and `/readyz` says 503 there."""
        second = asyncio.create_task(self._second_signal.wait())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REQUESTS_END_WITHIN_S):
                while self.server_state.tasks and not second.done():
                    await asyncio.wait({second, *self.server_state.tasks}, return_when=asyncio.FIRST_COMPLETED)
        second.cancel()
        await super().shutdown(sockets)


def run(
    app: Any, settings: Settings, listener: socket.socket, postgres: EmbeddedPostgres | None, ready: Callable[[], None]
) -> bool:
    """Serve until a signal; returns whether the server ever became ready."""
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        http=StreamingProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=IDLE_CONNECTION_S,
        timeout_graceful_shutdown=1,  # after _Server has waited for them
    )
    server = _Server(config, app, ready)

    async def serve() -> None:
        async with _watched(postgres):
            await server.serve([listener])

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
    return server.started


def run_worker(app: Stoppable, postgres: EmbeddedPostgres | None, ready: Callable[[], None]) -> None:
    """Make and send reports until a signal. What is under way then is given back, and begun elsewhere."""
    from trackly.working import at_work  # a server's start does not wait for what this imports

    async def run() -> None:
        ended = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ended.set)
        async with _watched(postgres), at_work(app.state):
            ready()
            await ended.wait()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


@asynccontextmanager
async def _watched(postgres: EmbeddedPostgres | None) -> AsyncIterator[None]:
    """Keep an embedded PostgreSQL running inside the block."""
    watch = asyncio.create_task(_keep_running(postgres)) if postgres is not None else None
    try:
        yield
    finally:
        if watch is not None:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch


async def _keep_running(postgres: EmbeddedPostgres) -> None:
    while True:
        await asyncio.sleep(WATCH_EVERY_S)
        if postgres.has_crashed():
            _log.warning("postgres_died", log=str(postgres.log))
            try:
                await asyncio.to_thread(postgres.ensure_running)
                _log.info("postgres_started_again")
            except EmbeddedPostgresError as error:
                _log.exception("postgres_does_not_start", reason=str(error))
                await asyncio.sleep(1)
