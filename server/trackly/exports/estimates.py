"""What the planner thinks that a SELECT costs, without the values that are in it.

The planner knows how often a value is in a table, whosever rows those are. An estimate that hangs on values would tell
a reader what is in rows that they may not see: here it is made for any values in these places."""

import re
from collections.abc import Sequence
from typing import Any

import psycopg

_INTEGER_DIGITS = 9
_POSITION = r"\d+(?: (?:ASC|DESC))?(?: NULLS (?:FIRST|LAST))?"
_PARTS = re.compile(
    r'"(?:[^"]|"")*"'  # a name
    rf"|\b(?:GROUP|ORDER) BY {_POSITION}(?:, {_POSITION})*"
    r"|\b(?:DECIMAL|NUMERIC|VARCHAR|CHAR|TIME|TIMESTAMP|TIMESTAMPTZ)\(\d+(?:, \d+)?\)"
    r"|(?P<interval>\bINTERVAL )?(?P<text>\bE'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*')"
    r"|(?<![\w$.])(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)",
    re.IGNORECASE | re.DOTALL,
)
_WHICH = re.compile(r"\$(\d+)")


def without_values(select: str) -> tuple[str, list[str]]:
    """`select` with a parameter in place of every text and number, and the types of the parameters; `unknown`: as the
    place wants it, like a text in quotes."""
    kinds: list[str] = []

    def opened(found: re.Match[str]) -> str:
        if found["text"] is not None:
            kinds.append("unknown")
            return f"CAST(${len(kinds)} AS interval)" if found["interval"] else f"${len(kinds)}"
        number = found["number"]
        if number is None:
            return found[0]
        kinds.append("integer" if number.isdigit() and len(number) <= _INTEGER_DIGITS else "numeric")
        return f"${len(kinds)}"

    return _PARTS.sub(opened, select), kinds


def estimated_cost(connection: psycopg.Connection[Any], select: str) -> float | None:
    """In the planner's own unit; None when it can't be said without the values. It runs in the open transaction and
    changes nothing in it."""
    text, kinds = without_values(select)
    for _ in range(len(kinds) + 1):
        try:
            with connection.transaction(force_rollback=True):
                return _planned(connection, text, kinds)
        except psycopg.errors.IndeterminateDatatype as error:
            which = _WHICH.search(error.diag.message_primary or "")
            if which is None or kinds[int(which[1]) - 1] == "text":
                return None
            kinds[int(which[1]) - 1] = "text"
        except psycopg.Error:
            return None
    return None


def _planned(connection: psycopg.Connection[Any], text: str, kinds: Sequence[str]) -> float | None:
    types, nothing = ", ".join(kinds), ", ".join(["NULL"] * len(kinds))
    connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    connection.execute(f"PREPARE estimated{f'({types})' if types else ''} AS {text}".encode())
    try:
        executed = f"EXECUTE estimated{f'({nothing})' if types else ''}"
        row = connection.execute(f"EXPLAIN (FORMAT JSON) {executed}".encode()).fetchone()
    finally:
        connection.execute("DEALLOCATE estimated")
    return float(row[0][0]["Plan"]["Total Cost"]) if row else None
