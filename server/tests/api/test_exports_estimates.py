"""What the planner is asked about: a SELECT of the same form, with a parameter in place of each value."""

import psycopg
import pytest

from trackly.exports.estimates import estimated_cost, without_values


@pytest.mark.parametrize(
    ("select", "form", "kinds"),
    [
        ("SELECT 'a', 1, 2.5, 12345678901", "SELECT $1, $2, $3, $4", ["unknown", "integer", "numeric", "numeric"]),
        ("SELECT a1 FROM t1 WHERE b = 'it''s 5'", "SELECT a1 FROM t1 WHERE b = $1", ["unknown"]),
        ('SELECT "a 1", "b""2 \'x\'" FROM "t 3"', 'SELECT "a 1", "b""2 \'x\'" FROM "t 3"', []),
        ("SELECT now() - INTERVAL '1 day'", "SELECT now() - CAST($1 AS interval)", ["unknown"]),
        (r"SELECT E'a\'b', 1e5", "SELECT $1, $2", ["unknown", "numeric"]),
        (
            "SELECT a, count(*) FROM t WHERE c = 7 GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 LIMIT 5",
            "SELECT a, count(*) FROM t WHERE c = $1 GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 1 LIMIT $2",
            ["integer", "integer"],
        ),
        ("SELECT CAST(a AS DECIMAL(10, 2))", "SELECT CAST(a AS DECIMAL(10, 2))", []),
    ],
)
def test_every_value_is_left_open(select: str, form: str, kinds: list[str]) -> None:
    assert without_values(select) == (form, kinds)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT 1 AS a WHERE 'x' < 'y'",
        "SELECT concat('a', relname, 1), to_char(now(), 'YYYY') FROM pg_class WHERE relname IN ('a', 'b') LIMIT 3",
        "SELECT relkind, count(*) FROM pg_class WHERE relname > 'm' GROUP BY 1 HAVING count(*) > 2 ORDER BY 2 DESC",
        "SELECT json_build_object('k', relname) FROM pg_class WHERE 'x' = ANY (reloptions) OFFSET 2",
        "SELECT CASE WHEN relpages > 5 THEN 'large' ELSE 'small' END, round(relpages / 3.0, 2) FROM pg_class",
        "SELECT now() - interval '3 days' > '2026-01-01'",
    ],
)
async def test_what_people_write_has_a_cost(database_url: str, select: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cost = estimated_cost(connection, select)
        assert cost is not None
        assert cost >= 0
        assert estimated_cost(connection, select) == cost
        assert connection.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)


async def test_what_can_t_be_planned_without_its_values_has_none(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        assert estimated_cost(connection, "SELECT no_such_column") is None
        assert connection.execute("SELECT 1").fetchone() == (1,)
