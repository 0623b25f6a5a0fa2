"""One PostgreSQL for the test run, a migrated template in it, and a fresh database cloned from it in some 30 ms."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg

from tests.support.emptied import Emptied
from trackly.kit.embedded_postgres import EmbeddedPostgres

SERVER = Path(__file__).parents[2]
_TEMPLATE = "trackly_template"
_MEMORY = Path("/dev/shm")
_ENOUGH_BYTES = 2 << 30


class TestPostgres:
    """The server, and databases in it."""

    __test__ = False

    def __init__(self, shared: Path | None = None) -> None:
        """`shared`: a folder for processes that each want one of these. The first makes it, all of them copy it."""
        roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH_BYTES
        self.folder = Path(tempfile.mkdtemp(prefix="trackly-test-", dir=_MEMORY if roomy else None))
        self.embedded = EmbeddedPostgres(self.folder, durable=False)
        if shared is None:
            self._make(self.embedded)
        else:
            subprocess.run(["cp", "--archive", f"{self._made_in(shared)}/.", self.folder], check=True)
            self.embedded.start()
        self._idle: dict[Callable[[str], None], list[Emptied]] = {}

    @classmethod
    def _made_in(cls, shared: Path) -> Path:
        made = shared / "made"
        with (shared / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not made.exists():
                making = EmbeddedPostgres(shared / "making", durable=False)
                cls._make(making)
                making.stop()
                making.folder.rename(made)
        return made

    @staticmethod
    def _make(server: EmbeddedPostgres) -> None:
        """A PostgreSQL that runs and has the template."""
        server.start()
        with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {_TEMPLATE} OWNER trackly")
        migrate(server.url(_TEMPLATE))

    def url(self, name: str) -> str:
        return self.embedded.url(name)

    def superuser_url(self, name: str) -> str:
        return self.embedded.superuser_url(name)

    def superuser_url_of(self, url: str) -> str:
        """The same database, for who may do all."""
        return self.superuser_url(_name(url))

    @contextmanager
    def lent(self, furnish: Callable[[str], None]) -> Iterator[str]:
        """As `cloned` and then furnished, but one that was used and put back to that: for tests that change rows, and
        whatever else they change."""
        idle = self._idle.setdefault(furnish, [])
        one = idle.pop() if idle else self._lendable(furnish)
        try:
            yield one.url
        finally:
            if one.empty():
                idle.append(one)
            else:
                one.close()
                self.drop(one.url)

    def _lendable(self, furnish: Callable[[str], None]) -> Emptied:
        url = self.clone()
        furnish(url)
        return Emptied(url, self.superuser_url_of(url))

    def clone(self) -> str:
        """The address of a new database: migrated, empty, committed."""
        name = f"t_{uuid.uuid4().hex[:12]}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {_TEMPLATE} OWNER trackly STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")

    @contextmanager
    def cloned(self) -> Iterator[str]:
        url = self.clone()
        try:
            yield url
        finally:
            self.drop(url)

    def close(self) -> None:
        for one in chain.from_iterable(self._idle.values()):
            one.close()
        self._connection.close()
        self.embedded.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _execute(self, statement: str) -> None:
        self._connection.execute(statement.encode())

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.embedded.superuser_url(), autocommit=True)


def _name(url: str) -> str:
    return url.split("@/")[1].split("?", maxsplit=1)[0]


def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema, by the product's own migrations."""
    subprocess.run(
        [sys.executable, "-m", "alembic", "-c", str(SERVER / "migrations" / "alembic.ini"), "upgrade", "head"],
        check=True,
        cwd=SERVER,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
    )
