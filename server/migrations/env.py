"""Runs the migrations of Trackly against DATABASE_URL, each in its own transaction, with short lock waits."""

import os
from typing import Any

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

LOCK_TIMEOUT = "4s"
STATEMENT_TIMEOUT = os.environ.get("TRACKLY_MIGRATION_STATEMENT_TIMEOUT", "5s")


def target_metadata() -> Any:
    """The product's tables, only when a migration is being written or compared: running one needs none of its code."""
    if not context.config.attributes.get("write"):
        return None
    from trackly.tables import metadata

    return metadata


def include_object(_object: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return not (kind == "table" and name is not None and name.startswith("event_log_p"))


def run() -> None:
    url = context.config.attributes.get("url") or os.environ["DATABASE_URL"]
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text("SELECT pg_advisory_lock(7211, -1)"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=target_metadata(),
            include_object=include_object,
            transaction_per_migration=True,
            compare_server_default=False,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
