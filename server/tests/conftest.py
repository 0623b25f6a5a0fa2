"""What every test may ask for."""

import gc
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.postgres import TestPostgres

if TYPE_CHECKING:
    from tests.support.app import App

sys.modules["sniffio"] = None  # type: ignore[assignment]
"""It is not installed. httpx looks for it with each request to an application in this process: 0.2 ms under pytest."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """One PostgreSQL for this process's tests."""
    server = TestPostgres()
    yield server
    server.close()


@pytest.fixture
def database_url(postgres: TestPostgres) -> Iterator[str]:
    """A database of this test's own: migrated and empty."""
    with postgres.cloned() as url:
        yield url


@pytest.fixture
def rows_url(postgres: TestPostgres) -> Iterator[str]:
    """A migrated and empty database that other tests had before, and get again."""
    with postgres.lent() as url:
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
    """The folders whose files take long begin: the others fill the time beside them, and no process is left alone."""
    items.sort(key=lambda item: _place(item.path))


def _place(path: Path) -> int:
    first = ("fault", "security", "migrations", "stream", "api")
    return next((n for n, folder in enumerate(first) if folder in path.parts), len(first))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded stays: looking for garbage in it, again and again, was a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
