"""The rows of an uploaded table, into a table of their own in the schema `uploads`."""

import asyncio
from pathlib import Path

import psycopg
from sqlalchemy import BigInteger, Column, MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.schema import CreateTable

from trackly.kit.ids import new_uuid
from trackly.sources.errors import UnreadableTable
from trackly.sources.table_files import TableFile
from trackly.sources.uploads import POSITION, SCHEMA, TYPES

_BLOCK = 256 * 1024


async def load_table(session: AsyncSession, file: TableFile) -> str:
    """Make the table and copy the rows into it, in the session's transaction; the name of the table.

    UnreadableTable for a value that PostgreSQL can't hold as what it seemed to be."""
    name = f"t_{new_uuid().hex}"
    typed = [Column(one.name, TYPES[one.type]) for one in file.columns]
    number = Column(POSITION, BigInteger(), primary_key=True, autoincrement=False)
    await session.execute(text("SET LOCAL statement_timeout = '5min'"))
    await session.execute(CreateTable(Table(name, MetaData(), number, *typed, schema=SCHEMA)))
    await _copy(session, f"COPY {SCHEMA}.{name} FROM STDIN", file.rows_path)
    await session.execute(text(f"ANALYZE {SCHEMA}.{name}"))
    return name


async def _copy(session: AsyncSession, statement: str, path: Path) -> None:
    raw = await (await session.connection()).get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, psycopg.AsyncConnection)
    try:
        async with driver.cursor() as cursor, cursor.copy(statement.encode()) as copying:
            with path.open("rb") as rows:
                while block := await asyncio.to_thread(rows.read, _BLOCK):
                    await copying.write(block)
    except psycopg.DataError as error:
        raise UnreadableTable(f"This file can't be kept as a table: {error.diag.message_primary}") from None
