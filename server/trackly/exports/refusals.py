"""What the database or the network said, as ExportFailed: for who asked, and nothing that is not theirs to know."""

import psycopg
from psycopg import pq

from trackly.exports.errors import ExportFailed

_OWN_WORDS = {  # SQLSTATE, or its class: code and sentence; the database's own words could name files, hosts or roles
    "57014": ("timeout", "The query took longer than it may"),
    "53400": ("too_large", "The query needs more disk space than it may use"),
    "53200": ("memory", "This query needs too much memory"),
    "08": ("connection", "The connection to the database was lost"),
    "28": ("connection", "The database does not let this role in"),
    "53": ("connection", "The database has no room for this query at the moment"),
    "57": ("connection", "The database ended the connection"),
    "58": ("query", "The database could not finish this query"),
    "F0": ("query", "The database could not finish this query"),
    "XX": ("query", "The database could not finish this query"),
}


def refused(error: psycopg.Error, connection: pq.abc.PGconn, *, sandboxed: bool) -> ExportFailed:
    """The failure that a statement ended with. Sandboxed: at most the plain message, without hint or detail."""
    state = error.sqlstate
    if state is None:
        return _lost(f"{error} {connection.get_error_message()}")
    code, words = _OWN_WORDS.get(state) or _OWN_WORDS.get(state[:2]) or ("query", None)
    diagnosis = error.diag
    message = words or diagnosis.message_primary or "The query failed"
    if words is None and diagnosis.message_hint and not sandboxed:
        message = f"{message}. {diagnosis.message_hint}"
    place = diagnosis.statement_position
    return ExportFailed(code, message, sqlstate=state, position=int(place) if place else None)  # type: ignore[arg-type]


def unreachable(error: psycopg.Error, *, sandboxed: bool) -> ExportFailed:
    """No connection could be made."""
    words = "The database can't be reached"
    first = str(error).strip().splitlines()[:1]
    return ExportFailed("connection", words if sandboxed or not first else f"{words}: {first[0]}")


def _lost(words: str) -> ExportFailed:
    """There is no SQLSTATE: the trouble is on this side of the connection."""
    if "memory" in words:
        return ExportFailed("memory", "A row is too large to be read")
    return ExportFailed("connection", "The connection to the database was lost")
