"""Values that are written into a SELECT stay values, whatever they hold and however the server reads strings."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Date, DateTime, Integer, Numeric, Text, literal, select

from tests.support.postgres import TestPostgres
from trackly.datasets.literals import write_out
from trackly.kit.db import Database, libpq_url

STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)
NASTY = st.lists(
    st.sampled_from(
        ["'", '"', "\\", "%", "%s", "%(a)s", "$1", "$$", "--", "/*", "*/", ";", "E'", "\n", "é", "'; DROP"]
    ),
    max_size=12,
).map("".join)
VALUES = st.one_of(
    st.tuples(st.one_of(STORABLE, NASTY), st.just(Text())),
    st.tuples(st.integers(1 - 2**31, 2**31 - 1), st.just(Integer())),
    st.tuples(st.decimals(-(10**12), 10**12, allow_nan=False, places=4), st.just(Numeric())),
    st.tuples(st.booleans(), st.just(Boolean())),
    st.tuples(st.dates(date(1, 1, 1), date(9999, 12, 31)), st.just(Date())),
    st.tuples(
        st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
        st.just(DateTime(timezone=True)),
    ),
    st.tuples(st.none(), st.just(Text())),
)


@pytest.fixture(scope="module")
def url(postgres: TestPostgres) -> Iterator[str]:
    with postgres.cloned() as found:
        yield found


@pytest.fixture(scope="module")
def readers(url: str) -> Iterator[list[psycopg.Connection[Any]]]:
    """Two servers' ways of reading strings: as the standard says, and with backslashes that mean something."""
    with (
        psycopg.connect(libpq_url(url), autocommit=True) as modern,
        psycopg.connect(libpq_url(url), autocommit=True) as old,
    ):
        old.execute("SET standard_conforming_strings = off")
        for connection in (modern, old):
            connection.execute("SET timezone = 'UTC'")
        yield [modern, old]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=1, max_size=6))
@example([("\\'; DROP TABLE issue; --", Text()), ("%s %(x)s %%", Text()), (Decimal("-0.0001"), Numeric())])
async def test_each_value_comes_back_as_it_was(
    url: str, readers: list[psycopg.Connection[Any]], values: list[tuple[Any, Any]]
) -> None:
    database = Database.open(url, pool_size=2)
    try:
        chosen = [literal(value, kind).label(f"v{index}") for index, (value, kind) in enumerate(values)]
        async with database.read_session() as session:
            (written,) = await write_out(session, [select(*chosen)])
    finally:
        await database.close()
    for connection in readers:
        row = connection.execute(written.encode()).fetchone()
        assert row is not None
        assert list(row) == [value for value, _ in values]


async def test_nul_is_refused(url: str) -> None:
    database = Database.open(url, pool_size=2)
    async with database.read_session() as session:
        with pytest.raises(psycopg.DataError):
            await write_out(session, [select(literal("a\x00b"))])
    await database.close()
