"""A statement as one text with its values written into it, quoted by the driver itself for the session's connection."""

from collections.abc import Sequence

import psycopg
from sqlalchemy import ClauseElement
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.db import driver_sql


async def write_out(session: AsyncSession, statements: Sequence[ClauseElement]) -> list[str]:
    """Each statement as a text that needs no parameters, in the order given.

    Every value goes through the driver's own quoting (libpq), none is formatted in. psycopg.DataError for text with
    NUL, which PostgreSQL has no way to hold."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    cursor = psycopg.AsyncClientCursor(driver)
    return [cursor.mogrify(sql.encode(), values) for sql, values in map(driver_sql, statements)]
