"""The database: one engine, sessions that write, sessions that read one snapshot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import ClauseElement, DateTime, MetaData
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)


def utc_column() -> Mapped[datetime]:
    """A required `timestamptz` column."""
    return mapped_column(DateTime(timezone=True), nullable=False)


def driver_url(url: str) -> str:
    """The SQLAlchemy address for a plain PostgreSQL one, with psycopg as its driver."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def libpq_url(url: str) -> str:
    """The address as libpq reads it, for a connection of our own. There a `+` is no space."""
    text = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    place, mark, options = text.partition("?")
    return f"{place}{mark}{options.replace('+', '%20')}"


def ensure_postgres_url(url: str) -> str:
    """ValueError with the reason when it is no address of a PostgreSQL database."""
    if not url.startswith(("postgresql://", "postgres://", "postgresql+psycopg://")):
        raise ValueError("must start with postgresql://")
    try:
        named = make_url(url.replace("postgres://", "postgresql://", 1)).database
        psycopg.conninfo.conninfo_to_dict(libpq_url(url))
    except ValueError:
        raise ValueError("has no port that is a number") from None
    except psycopg.Error as error:
        raise ValueError(f"can't be read: {str(error).strip()}") from None
    if not named:
        raise ValueError("names no database: postgresql://user:password@host/database")
    return url


_SESSION = "-c lock_timeout=5s -c idle_in_transaction_session_timeout=30s -c statement_timeout=30s -c timezone=UTC"


@dataclass(frozen=True)
class Database:
    """One engine for writing, and the same connections with a read-only snapshot for reading."""

    url: str
    engine: AsyncEngine
    reading: AsyncEngine
    single: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]

    @classmethod
    def open(cls, url: str, *, pool_size: int = 20, application_name: str = "trackly") -> "Database":
        engine = _engine(url, pool_size, application_name, isolation_level="READ COMMITTED")
        reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        single = engine.execution_options(isolation_level="AUTOCOMMIT")
        return cls(url, engine, reading, single, async_sessionmaker(engine, expire_on_commit=False))

    @asynccontextmanager
    async def read_session(self) -> AsyncIterator[AsyncSession]:
        """One REPEATABLE READ, READ ONLY transaction: every statement in it sees the same snapshot."""
        async with AsyncSession(self.reading, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def one_statement(self) -> AsyncIterator[AsyncConnection]:
        """For what one statement reads: it is a snapshot of its own, and needs no BEGIN and ROLLBACK sent around it."""
        async with self.single.connect() as connection:
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def open_for_statements(url: str, *, pool_size: int, application_name: str) -> AsyncEngine:
    """Connections on which each statement commits by itself, and which are taken and given back without a word to the
    database: half the cost of a transaction with one statement in it."""
    return _engine(url, pool_size, application_name, isolation_level="AUTOCOMMIT", pool_reset_on_return=None)


def _engine(url: str, pool_size: int, application_name: str, **more: Any) -> AsyncEngine:
    return create_async_engine(
        driver_url(url),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=3,
        pool_pre_ping=False,
        pool_use_lifo=True,
        connect_args={"application_name": application_name, "connect_timeout": 3, "options": _SESSION},
        **more,
    )


_DIALECT = make_url("postgresql+psycopg://").get_dialect()()


def driver_sql(statement: ClauseElement) -> tuple[str, dict[str, Any]]:
    """The statement as the driver takes it, with its values: for one that is made once and sent often."""
    compiled = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
    return str(compiled), dict(compiled.params)


_GONE = ("08", "57P", "53300", "25006")


def is_unavailable(error: BaseException) -> bool:
    """Whether `error` says that the database is away for now (gone, starting, full), not that a statement was wrong."""
    if isinstance(error, PoolTimeout | ConnectionError):
        return True
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, psycopg.OperationalError | psycopg.InterfaceError):
        state = getattr(original, "sqlstate", None)
        return state is None or state.startswith(_GONE)
    return False
