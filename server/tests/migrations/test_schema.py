"""The migrations make exactly the tables that the code knows, go down again, and the log keeps its own rules."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from tests.support.postgres import TestPostgres
from trackly.events.log import Position, open_epochs
from trackly.kit.db import Database, driver_url, libpq_url
from trackly.tables import metadata

_FOLDER = Path(__file__).parents[2] / "migrations"


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(libpq_url(database_url), autocommit=True) as opened:
        yield opened


def test_from_empty_the_migrations_make_the_tables_of_the_code(database_url: str) -> None:
    engine = create_engine(driver_url(database_url))
    with engine.connect() as opened:
        context = MigrationContext.configure(opened, opts={"include_object": _ours})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith(("event_log_p", "alembic_version")))


def test_down_to_nothing_and_up_again(database_url: str, connection: psycopg.Connection[Any]) -> None:
    config = Config(_FOLDER / "alembic.ini")
    config.attributes["url"] = database_url
    command.downgrade(config, "base")
    left = connection.execute(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    assert left.fetchone() == (1,)  # alembic's own
    command.upgrade(config, "head")
    assert connection.execute("SELECT last_seq FROM stream_head").fetchone() == (0,)


def _append(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        "SELECT append_events(0::smallint, 'r', ARRAY[now()], ARRAY['t'], ARRAY['e:1'], ARRAY[1::bigint],"
        " ARRAY[NULL::bigint], ARRAY[NULL::text], ARRAY[NULL::text], ARRAY['f:admin r:p1'], ARRAY['x'::bytea],"
        " ARRAY[NULL::bytea])"
    ).fetchone()
    assert row
    return int(row[0])


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO event_log SELECT 0, 9, at, type, entity, 1, 1, 'r', project, issue, audience, 'x' FROM event_log",
        "UPDATE event_log SET type = 'forged'",
        "DELETE FROM event_log",
        "TRUNCATE event_log",
    ],
)
def test_the_log_is_only_ever_appended_to(connection: psycopg.Connection[Any], statement: str) -> None:
    assert _append(connection) == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)
    assert connection.execute("SELECT seq, audience FROM event_log").fetchall() == [(1, ["f:admin", "r:p1"])]


def test_a_rollback_gives_the_numbers_back(connection: psycopg.Connection[Any]) -> None:
    with pytest.raises(ZeroDivisionError), connection.transaction():
        assert _append(connection) == 1
        raise ZeroDivisionError
    assert _append(connection) == 1


def test_partitions_are_made_ahead_of_the_head(connection: psycopg.Connection[Any]) -> None:
    connection.execute("UPDATE stream_head SET last_seq = 1999999")
    assert connection.execute("SELECT extend_event_log()").fetchone() == (2,)
    assert connection.execute("SELECT extend_event_log()").fetchone() == (0,)
    assert _append(connection) == 2_000_000


def test_a_restored_copy_begins_a_new_epoch(postgres: TestPostgres, database_url: str) -> None:
    """A clone has another identity, as a restore has: numbers that it gives out again are not the old ones."""

    async def run() -> None:
        database = Database.open(database_url)
        first = await open_epochs(database)
        assert await open_epochs(database) == first
        async with database.engine.begin() as opened:
            await opened.exec_driver_sql("UPDATE stream_epoch SET origin = 'another cluster'")
            await opened.exec_driver_sql("UPDATE stream_head SET last_seq = 40")
        second = await open_epochs(database)
        await database.close()
        assert second.current == first.current + 1
        assert second.holds(Position(first.current, 40), head=50)
        assert not second.holds(Position(first.current, 41), head=50)
        assert second.holds(Position(second.current, 50), head=50)
        assert not second.holds(Position(second.current, 51), head=50)
        assert not second.holds(Position(second.current + 1, 1), head=50)

    assert postgres.url("x")
    asyncio.run(run())
