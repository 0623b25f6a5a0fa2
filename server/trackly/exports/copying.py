"""COPY TO STDOUT at the speed of libpq: its rows are taken from it directly, in batches.

As an extended query, of which the database takes one statement only. Signals are seen while it waits."""

import select
from collections.abc import Iterator

import psycopg
from psycopg import pq

BATCH_BYTES = 256 * 1024


def copied_batches(connection: pq.abc.PGconn, statement: bytes) -> Iterator[list[memoryview]]:
    """The rows of a COPY, so many together that they have at least BATCH_BYTES, except the last. psycopg.Error."""
    connection.send_query_params(statement, None)
    connection.flush()
    _wait(connection)
    _checked(connection.get_result(), pq.ExecStatus.COPY_OUT)
    take, waiting, waiting_bytes = connection.get_copy_data, [], 0
    while True:
        length, row = take(1)
        if length > 0:
            waiting.append(row)
            waiting_bytes += length
            if waiting_bytes >= BATCH_BYTES:
                yield waiting
                waiting, waiting_bytes = [], 0
        elif length == 0:
            select.select([connection.socket], [], [])
            connection.consume_input()
        else:
            break
    yield waiting
    _wait(connection)
    _checked(connection.get_result(), pq.ExecStatus.COMMAND_OK)
    connection.get_result()


def _wait(connection: pq.abc.PGconn) -> None:
    while connection.is_busy():
        select.select([connection.socket], [], [])
        connection.consume_input()


def _checked(result: pq.abc.PGresult | None, wanted: pq.ExecStatus) -> None:
    if result is None:
        raise psycopg.OperationalError("the connection was lost")
    if result.status != wanted:
        raise psycopg.errors.error_from_result(result, encoding="utf-8")
