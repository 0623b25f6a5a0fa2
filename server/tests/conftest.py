"""What every test may ask for."""

import gc
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.postgres import TestPostgres

if TYPE_CHECKING:
    from tests.support.app import App

sys.modules["sniffio"] = None  # type: ignore[assignment]
"""It is not installed. httpx looks for it with each request to an application in this process: 0.2 ms under pytest."""


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[TestPostgres]:
    """One PostgreSQL for this process's tests."""
    server = TestPostgres(_shared_folder(request.config))
    yield server
    server.close()


def _shared_folder(config: pytest.Config) -> Path | None:
    """Of the processes of this run; None if there is but one."""
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    return Path(worker["shared_folder"]) if worker else None


_SHARED = pytest.StashKey[tempfile.TemporaryDirectory[str]]()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """In the process that gives the tests out: one folder for those that run them."""
    if _SHARED not in node.config.stash:
        node.config.stash[_SHARED] = tempfile.TemporaryDirectory(prefix="trackly-tests-", ignore_cleanup_errors=True)
    node.workerinput["shared_folder"] = node.config.stash[_SHARED].name


def pytest_unconfigure(config: pytest.Config) -> None:
    if (folder := config.stash.get(_SHARED, None)) is not None:
        folder.cleanup()


@pytest.fixture
def database_url(postgres: TestPostgres) -> Iterator[str]:
    """A database of this test's own: migrated and empty."""
    with postgres.cloned() as url:
        yield url


@pytest.fixture
def rows_url(postgres: TestPostgres) -> Iterator[str]:
    """A database with the cast and the project TRK, which other tests had before, and get again."""
    from tests.support.people import furnish

    with postgres.lent(furnish) as url:
        yield url


@pytest.fixture(scope="session")
async def kept_engines(postgres: TestPostgres) -> AsyncIterator[None]:
    from tests.support.engines import close_engines

    yield
    await close_engines()


@pytest.fixture
async def app(rows_url: str, kept_engines: None, tmp_path: Path) -> AsyncIterator["App"]:
    """The application on a database with a cast of four and the project TRK."""
    from tests.support.app import staying_app

    async with staying_app(rows_url, tmp_path) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long folders begin: so at the end no process is left alone with a long file."""
    items.sort(key=lambda item: _LONG_FIRST.get(item.path.parent.name, len(_LONG_FIRST)))


_LONG_FIRST = {folder: n for n, folder in enumerate(("fault", "security", "migrations", "stream", "api"))}


def pytest_collection(session: pytest.Session) -> None:
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded stays: looking for garbage in it, again and again, was a tenth of the time, and of that of the
    collection a quarter."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()
