"""Bring a database to the newest schema; to see that it is there already costs one statement and no migration tool."""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from trackly.kit.db import libpq_url
from trackly.kit.operators import OperatorError

FOLDER = Path(__file__).resolve().parents[2] / "migrations"
_REVISION = re.compile(r"""^(revision|down_revision)\b[^=]*=\s*(?:["']([^"']+)["']|None)""", re.MULTILINE)


class MigrationFailed(OperatorError):
    """The schema could not be brought up to date."""


class DatabaseAway(OperatorError):
    """The database of DATABASE_URL does not answer."""


@dataclass(frozen=True)
class Revisions:
    known: frozenset[str]
    head: str

    @classmethod
    def read(cls, folder: Path = FOLDER) -> "Revisions":
        """What the files in `folder` say, without running them."""
        known, parents = set(), set()
        for file in (folder / "versions").glob("*.py"):
            found = dict(_REVISION.findall(file.read_text()))
            known.add(found["revision"])
            parents.add(found["down_revision"])
        heads = known - parents
        if len(heads) != 1:
            raise MigrationFailed(f"the migrations must have one head, these are: {', '.join(sorted(heads)) or 'none'}")
        return cls(frozenset(known), heads.pop())


def schema_of(url: str) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with psycopg.connect(libpq_url(url), autocommit=True, connect_timeout=3) as connection:
        table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if table and table[0] else None
    return str(row[0]) if row else None


def upgrade(url: str, folder: Path = FOLDER) -> bool:
    """Run what is missing; returns whether anything was. A schema newer than this Trackly is left as it is.

    Raises MigrationFailed."""
    revisions = Revisions.read(folder)
    current = schema_of(url)
    if current == revisions.head or (current is not None and current not in revisions.known):
        return False
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from alembic import command
    from alembic.config import Config

    config = Config(folder / "alembic.ini")
    config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    try:
        command.upgrade(config, "head")
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise MigrationFailed(
            f"the database could not be brought from {current} to {revisions.head}: {reason}"
        ) from error
    return True


def wait_for_database(url: str, *, for_s: float, waiting: Callable[[str], None]) -> None:
    """Return when the database answers; `waiting` is told once why it does not yet.

    Raises DatabaseAway after `for_s`."""
    deadline = time.monotonic() + for_s
    told = False
    while True:
        try:
            psycopg.connect(libpq_url(url), connect_timeout=3).close()
            return
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[0]
        if time.monotonic() > deadline:
            raise DatabaseAway(f"DATABASE_URL: the database does not answer: {reason}")
        if not told:
            waiting(f"Waiting up to {for_s:.0f} s for the database: {reason}")
            told = True
        time.sleep(0.5)
