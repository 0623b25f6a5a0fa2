"""A PostgreSQL elsewhere: on TCP, with passwords, and with a role that may read one schema. And a way in by TCP to one
that listens on a socket."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg

from tests.support.server import free_port
from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.kit.postgres_install import SOCKET_NAME, binaries, environment

READER, PASSWORD, DATABASE = "shop_reader", "p@ss:w/rd %'\"\\ é", "shop db"
_ACCESS = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
_SHOP = """
CREATE TABLE sale (id int PRIMARY KEY, at timestamptz, amount numeric, item text NOT NULL);
COMMENT ON TABLE sale IS 'What was sold';
COMMENT ON COLUMN sale.amount IS 'In euros';
INSERT INTO sale SELECT n, timestamptz '2026-11-01 00:00Z' + n * interval '1 hour', n * 1.5, 'item ' || n
FROM generate_series(1, 10) n;
CREATE VIEW large_sale AS SELECT * FROM sale WHERE amount > 7;
CREATE TABLE secret (word text);
INSERT INTO secret VALUES ('Quokka');
"""


@contextmanager
def postgres_elsewhere() -> Iterator[int]:
    """The port of a server of its own, for as long as the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="trackly-elsewhere-"))
    server, port = EmbeddedPostgres(folder, durable=False), free_port()
    server.start()
    server.stop()
    (server.data / "pg_hba.conf").write_text(_ACCESS)
    listening = ("-c", "listen_addresses=127.0.0.1", "-c", f"port={port}")
    process = subprocess.Popen(
        [str(binaries() / "postgres"), "-D", str(server.data), *listening],
        cwd=server.data,
        env=environment(),
        stderr=subprocess.DEVNULL,
        **server.account.run_as(),
    )
    try:
        _fill(f"host={server.socket} port={port} user=postgres")
        yield port
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _fill(address: str) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
                login = psycopg.sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(login.format(psycopg.sql.Identifier(READER), psycopg.sql.Literal(PASSWORD)))
                connection.execute(f'CREATE DATABASE "{DATABASE}"')
                break
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    with psycopg.connect(f"{address} dbname='{DATABASE}'", autocommit=True) as connection:
        connection.execute(_SHOP)
        connection.execute(f"GRANT SELECT ON sale, large_sale TO {READER}")


@asynccontextmanager
async def tunnel(url: str) -> AsyncIterator[int]:
    """A TCP port through which the PostgreSQL on a socket at `url` is reached: another address of the same server."""
    folder = psycopg.conninfo.conninfo_to_dict(url)["host"]

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_unix_connection(f"{folder}/{SOCKET_NAME}")
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
