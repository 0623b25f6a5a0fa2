"""One connection, one snapshot: everything that an export says is read in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq, sql

from trackly.exports.backends import hold_backend
from trackly.exports.copying import copied_batches
from trackly.exports.errors import ExportFailed
from trackly.exports.estimates import estimated_cost
from trackly.exports.plan import MIB, Caps, ReadPlan
from trackly.exports.refusals import refused, unreachable
from trackly.exports.sink import Sink
from trackly.exports.types import ReadColumn, described, selection

_CONNECT_S = 10
_UNITS_MS = {"": 1, "ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000}
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_ALWAYS = "SET DateStyle = 'ISO, YMD'; SET synchronize_seqscans = off; SET standard_conforming_strings = on"
MARK_BYTES = 8 * MIB


@dataclass(frozen=True, slots=True)
class Copied:
    """How many rows, whether there are more, and after which of them which byte of the sink came."""

    rows: int
    truncated: bool
    marks: tuple[tuple[int, int], ...]


class Snapshot:
    """Reads in one REPEATABLE READ READ ONLY transaction. Every method raises ExportFailed."""

    def __init__(self, connection: psycopg.Connection[Any], plan: ReadPlan) -> None:
        self._connection = connection
        self._plan = plan
        self._unicode = connection.pgconn.parameter_status(b"server_encoding") == b"UTF8"

    def position(self) -> str | None:
        """The cursor of the log, as the plan reads it."""
        return None if self._plan.position is None else self.value(self._plan.position)

    def value(self, select: str) -> str | None:
        """The first value of the first row, as text; None when it is null or there is no row."""
        with self._refusals():
            result = self._connection.execute(select, prepare=True).pgresult
            found = result.get_value(0, 0) if result is not None and result.ntuples else None
        return _decoded(found)

    def columns(self) -> tuple[ReadColumn, ...]:
        """What the plan's SELECT gives. It is prepared as it stands: so it is one statement, and places are its own."""
        connection = self._connection.pgconn
        with self._refusals():
            _checked(connection.prepare(b"", self._plan.select.encode()))
            result = _checked(connection.describe_prepared(b""))
        if not result.nfields:
            raise ExportFailed("query", "The query gives no columns")
        return described(*_about(result), self._plan.columns)

    def copy(
        self, columns: tuple[ReadColumn, ...], limit: int, sink: Sink, *, raw: bool, say: Callable[[int], None]
    ) -> Copied:
        """Write at most `limit` rows as CSV. `say(rows)` now and then."""
        text = selection(self._plan.select, columns, limit + 1, raw=raw, unicode=self._unicode)
        statement = f"COPY ({text}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')".encode()
        rows, marks = 0, [(0, sink.bytes)]
        with self._refusals():
            for batch in copied_batches(self._connection.pgconn, statement):
                rows += len(batch)
                sink.write(b"".join(batch[:-1] if rows > limit else batch))
                if sink.bytes >= marks[-1][1] + MARK_BYTES:  # a batch is more than the sink holds back
                    marks.append((rows, sink.bytes))
                say(rows)
        return Copied(min(rows, limit), rows > limit, tuple(marks[1:]))

    def texts(self, select: str, limit: int) -> tuple[tuple[ReadColumn, ...], list[list[str | None]], bool]:
        """At most `limit` rows with the database's own texts, and whether there are more."""
        with self._refusals():
            result = self._connection.execute(_limited(select, limit + 1), prepare=True).pgresult
            if result is None:
                raise ExportFailed("query", "The query gives no rows")
            count, places = min(result.ntuples, limit), range(result.nfields)
            columns = described(*_about(result), None)
            rows = [[_decoded(result.get_value(row, place)) for place in places] for row in range(count)]
            return columns, rows, result.ntuples > limit

    def cost(self) -> float | None:
        """The planner's estimate for the plan's SELECT, whatever values are in it; None when it would not say."""
        return estimated_cost(self._connection, self._plan.select)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            raise refused(error, self._connection.pgconn, sandboxed=self._plan.sandboxed) from None


@contextmanager
def opened(
    plan: ReadPlan, timezone: str, caps: Caps, on_connected: Callable[[pq.abc.PGconn], None]
) -> Iterator[Snapshot]:
    """A snapshot of the plan's database. After the seconds of `caps` statements end by themselves."""
    until = time.monotonic() + caps.seconds
    try:
        connection = psycopg.connect(
            plan.url,
            autocommit=True,
            connect_timeout=_CONNECT_S,
            client_encoding="UTF8",
            fallback_application_name="trackly export",
        )
    except psycopg.Error as error:
        raise unreachable(error, sandboxed=plan.sandboxed) from None
    with connection:
        on_connected(connection.pgconn)
        if plan.sandboxed:
            hold_backend(connection.pgconn, caps.database_bytes)
        try:
            for statement in plan.before:
                connection.execute(statement.encode())
            _prepare(connection, timezone, until)
            connection.execute(_BEGIN)
        except psycopg.Error as error:
            raise refused(error, connection.pgconn, sandboxed=plan.sandboxed) from None
        yield Snapshot(connection, plan)


def _prepare(connection: psycopg.Connection[Any], timezone: str, until: float) -> None:
    connection.execute(f"{_ALWAYS}; SET TimeZone = {sql.quote(timezone)}".encode())
    left_ms = max(1, int((until - time.monotonic()) * 1000))
    allowed = connection.execute("SHOW statement_timeout").fetchone()
    if allowed is None or not 0 < milliseconds(str(allowed[0])) < left_ms:
        connection.execute(f"SET statement_timeout = {left_ms}".encode())
    try:
        connection.execute("SET client_connection_check_interval = '250ms'")
    except psycopg.Error:
        return  # older than 14, or not on Linux: the statement's own limit ends it


def milliseconds(setting: str) -> int:
    """A duration as PostgreSQL shows it: `30s`, `1500ms`, `0`."""
    number = setting.rstrip("msinhd")
    return int(number) * _UNITS_MS[setting[len(number) :]]


def _about(result: pq.abc.PGresult) -> tuple[list[str], list[int]]:
    places = range(result.nfields)
    return [(result.fname(place) or b"").decode() for place in places], [result.ftype(place) for place in places]


def _decoded(value: bytes | bytearray | memoryview | None) -> str | None:
    return None if value is None else str(value, "utf-8")


def _limited(select: str, limit: int) -> bytes:
    return f"SELECT * FROM (\n{select}\n) AS r LIMIT {limit}".encode()  # noqa: S608 - a plan is a whole statement


def _checked(result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
        raise psycopg.errors.error_from_result(result, encoding="utf-8")
    return result
