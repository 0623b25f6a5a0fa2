"""A statement as one text with its values written into it, quoted by the driver itself for the session's connection."""

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import ClauseElement
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


async def write_out(session: AsyncSession, statements: Sequence[ClauseElement]) -> list[str]:
    """Each statement as a text that needs no parameters, in the order given.

    Every value goes through the driver's own quoting (libpq), none is formatted in. psycopg.DataError for text with
    NUL, which PostgreSQL has no way to hold."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    cursor = psycopg.AsyncClientCursor(driver)
    return [cursor.mogrify(*_compiled(statement)) for statement in statements]


def _compiled(statement: ClauseElement) -> tuple[bytes, dict[str, Any]]:
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return str(compiled).encode(), dict(compiled.params)
