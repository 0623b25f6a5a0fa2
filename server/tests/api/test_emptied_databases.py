"""What tests use one after the other: nothing of one is there for the next."""

import subprocess

import psycopg
import pytest

from tests.support.app import running_app
from tests.support.emptied import Emptied
from tests.support.issues import make_issue
from tests.support.postgres import TestPostgres
from trackly.kit.postgres_install import binaries


def dumped(url: str) -> list[str]:
    """All rows, sequences and definitions, without the name of the database."""
    done = subprocess.run(
        [str(binaries() / "pg_dump"), "--restrict-key=x", url], check=True, capture_output=True, text=True
    )
    return done.stdout.splitlines()


@pytest.fixture
def lent(postgres: TestPostgres, database_url: str):
    one = Emptied(database_url, postgres.superuser_url_of(database_url))
    yield one
    one.close()


async def test_what_a_test_wrote_is_gone(lent: Emptied, tmp_path) -> None:
    before = dumped(lent.url)
    async with running_app(lent.url, tmp_path) as app:
        await make_issue(app, app.cast.reporter)
        written = dumped(lent.url)
    assert len(written) > len(before) + 10
    assert lent.empty()
    assert dumped(lent.url) == before


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE one (n integer)",
        "DROP TABLE watcher CASCADE",
        "ALTER TABLE issue ADD COLUMN more text",
        "GRANT SELECT ON issue TO PUBLIC",
        "CREATE SCHEMA more",
        "ALTER FUNCTION reporting.as_of() COST 7",
        "DROP TRIGGER only_append ON event_log",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
        "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$",
    ],
)
def test_more_than_rows_is_not_undone_but_noticed(lent: Emptied, postgres: TestPostgres, change: str) -> None:
    with psycopg.connect(postgres.superuser_url_of(lent.url), autocommit=True) as superuser:
        superuser.execute(change.encode())
    assert not lent.empty()


def test_a_row_that_somebody_holds_is_not_waited_for(lent: Emptied, postgres: TestPostgres) -> None:
    with psycopg.connect(postgres.superuser_url_of(lent.url)) as other:
        other.execute("LOCK TABLE issue IN ACCESS EXCLUSIVE MODE")
        assert not lent.empty()
