"""PostgreSQL that Trackly brings along: one cluster below the data folder, reached through a private socket only."""

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from trackly.kit.postgres_install import (
    MAJOR,
    PORT,
    SOCKET_NAME,
    EmbeddedPostgresError,
    binaries,
    configuration,
    environment,
)
from trackly.kit.postmaster import Postmaster, end_orphans, reap
from trackly.kit.service_account import ServiceAccount

_log = logging.getLogger(__name__)

ROLE = "trackly"
DATABASE = "trackly"
_SUPERUSER = "postgres"
_SOCKET_MAX_BYTES = 103
_LOG_MAX_BYTES = 5_000_000
_BACKEND_KIB = 1024 * 1024
_HELD_TO = ("/bin/sh", "-c", f'ulimit -S -d {_BACKEND_KIB} 2>/dev/null; exec "$@"', "sh")
"""Each process of PostgreSQL inherits it: a statement that needs more than 1 GiB of memory of its own ends with "out of
memory", and nobody else notices. What is shared does not count. Where the kernel does not know it, nothing happens."""


@dataclass
class EmbeddedPostgres:
    """The cluster in `folder`/postgres. `durable=False` trades safety against power loss for speed (tests).

    Several processes may hold the same cluster; the last one to stop ends it."""

    folder: Path
    durable: bool = True
    start_timeout_s: float = 60
    account: ServiceAccount = field(default_factory=ServiceAccount.current)
    _users: int | None = field(default=None, repr=False)
    _launched: int | None = field(default=None, repr=False)
    """The process that is our child until it is collected, whoever ends it."""

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def socket(self) -> Path:
        """The folder of the socket: the data folder, or one in the temporary folder when the path is too long."""
        if len(os.fsencode(self.data / SOCKET_NAME)) <= _SOCKET_MAX_BYTES:
            return self.data
        name = f"trackly-{self.account.uid}-{sha256(os.fsencode(self.data)).hexdigest()[:16]}"
        return Path(tempfile.gettempdir()) / name

    def url(self, database: str = DATABASE, user: str = ROLE) -> str:
        """Where `database` is reached; by default as the role that owns it, which is no superuser."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket), safe='')}&port={PORT}"

    def superuser_url(self, database: str = "postgres") -> str:
        return self.url(database, _SUPERUSER)

    def start(self) -> None:
        """Make the cluster if there is none; take over the one that runs, or start it; returns when it answers.

        Raises EmbeddedPostgresError. Locks: one process at a time per folder."""
        self._prepare_folder()
        with self._only_one():
            if not (self.data / "PG_VERSION").exists():
                self._create_cluster()
            self._check_version()
            if not self._takes_over():
                self._launch()
            self._join()
            self._ensure_database()

    def stop(self) -> None:
        """Leave; the last to leave ends PostgreSQL (running statements are cut off, what was committed is kept)."""
        with self._only_one():
            if not self._leave():
                return
            running = Postmaster.find(self.data)
            if running is not None and running.is_alive():
                self._end(running)
            self._launched = None

    def is_running(self) -> bool:
        running = Postmaster.find(self.data)
        return running is not None and running.is_alive()

    def has_crashed(self) -> bool:
        """Dead without a clean stop. An operator's own stop is none."""
        if self._launched is not None and reap(self._launched):
            self._launched = None
        running = Postmaster.find(self.data)
        return running is not None and not running.is_alive()

    def ensure_running(self) -> bool:
        """Start PostgreSQL again if it has crashed; returns whether it had."""
        if not self.has_crashed():
            return False
        with self._only_one():
            if not self.has_crashed():
                return False
            self._launch()
            return True

    def _prepare_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        opened = [folder for path in (self.data, binaries()) for folder in self.account.open_way(path)]
        if opened:
            _log.warning("PostgreSQL does not run as root; other accounts may now pass through %s", [*map(str, opened)])
        self.account.open_tree(binaries().parent)
        if self.socket != self.data:
            self.account.own(self.socket)

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        lock = os.open(self.folder / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _join(self) -> None:
        """Hold a shared lock as long as we use the cluster: the kernel gives it back even after kill -9."""
        if self._users is None:
            self._users = os.open(self.folder / "postgres.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def _leave(self) -> bool:
        """Give the shared lock back; returns whether we held it and nobody else does."""
        if self._users is None:
            return False
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        finally:
            os.close(self._users)
            self._users = None

    def _create_cluster(self) -> None:
        fresh = self.folder / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.account.own(fresh)
        options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={_SUPERUSER}", "--auth-local=trust", "--auth-host=reject"]
        speed = [] if self.durable else ["--no-sync"]
        command = [str(binaries() / "initdb"), f"--pgdata={fresh}", *options, *access, *speed]
        try:
            as_account = self.account.run_as()
            subprocess.run(
                command, check=True, cwd=fresh, env=environment(), capture_output=True, text=True, **as_account
            )
        except subprocess.CalledProcessError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            reason = _last_line(error.stderr)
            raise EmbeddedPostgresError(f"PostgreSQL could not make its data in {self.data}: {reason}") from error
        fresh.rename(self.data)

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != str(MAJOR):
            raise EmbeddedPostgresError(
                f"{self.data} was made by PostgreSQL {version}, this Trackly brings {MAJOR}: "
                "dump it with the former Trackly and restore it (docs/operate/production.md)"
            )

    def _takes_over(self) -> bool:
        """Wait for a PostgreSQL that already runs here; False when there is none, or when it was on its way out."""
        deadline = time.monotonic() + self.start_timeout_s
        while (running := Postmaster.find(self.data)) is not None and running.is_alive():
            if running.ready:
                return True
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"PostgreSQL (process {running.pid}) does not become ready, see {self.log}")
            time.sleep(0.01)
        return False

    def _launch(self) -> None:
        if Postmaster.find(self.data) is not None:
            end_orphans(self.data)
            self._forget_the_dead()
        self._write_configuration()
        self._turn_log()
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*_HELD_TO, str(binaries() / "postgres"), "-D", str(self.data)],
                cwd=self.data,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.account.run_as(),
            )
        self._wait_until_ready(process)
        # From here on postmaster.pid tells how it is, also to those who did not launch it.
        process.returncode = 0
        self._launched = process.pid

    def _turn_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_MAX_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _forget_the_dead(self) -> None:
        """Remove its lock files. PostgreSQL does so too, but not before the parent of the dead process has noticed."""
        for file in (self.data / "postmaster.pid", self.socket / f"{SOCKET_NAME}.lock", self.socket / SOCKET_NAME):
            file.unlink(missing_ok=True)

    def _write_configuration(self) -> None:
        path, local = self.data / "postgresql.conf", self.data / "local.conf"
        path.write_text(configuration(self.socket, durable=self.durable))
        local.touch()
        for file in (path, local):
            self.account.give(file)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + self.start_timeout_s
        while process.poll() is None:
            running = Postmaster.find(self.data)
            if running is not None and running.pid == process.pid and running.ready:
                return
            if time.monotonic() > deadline:
                process.send_signal(signal.SIGQUIT)
                process.wait()
                raise EmbeddedPostgresError(f"PostgreSQL was not ready in {self.start_timeout_s:.0f} s, see {self.log}")
            time.sleep(0.01)
        raise EmbeddedPostgresError(f"PostgreSQL did not start: {_last_line(self.log.read_text(errors='replace'))}")

    def _ensure_database(self) -> None:
        with psycopg.connect(self.superuser_url(), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(ROLE)))
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                names = sql.Identifier(DATABASE), sql.Identifier(ROLE)
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))

    def _end(self, running: Postmaster, wait_s: float = 15) -> None:
        for number in (signal.SIGINT, signal.SIGQUIT):
            running.signal(number)
            deadline = time.monotonic() + wait_s
            while time.monotonic() < deadline:
                if not running.is_alive():
                    return
                time.sleep(0.01)
        raise EmbeddedPostgresError(f"PostgreSQL (process {running.pid}) does not end, see {self.log}")


def _last_line(text: str) -> str:
    """The last line that says something, without time and process id."""
    lines = [line for line in text.splitlines() if line.strip()]
    wanted = [line for line in lines if "FATAL" in line or "error" in line] or lines
    return wanted[-1].split("] ")[-1].strip() if wanted else "it said nothing"
