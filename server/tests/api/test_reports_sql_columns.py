"""A report in SQL is understood by the database before it is saved: columns that it does not give are named there."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from threading import Event
from typing import Any

import pytest

from tests.support.issues import send
from tests.support.reports import make_report
from tests.support.sandbox import Box, running_box
from trackly.exports.facade import close_exports
from trackly.reports.facade import ReportServices
from trackly.sandbox import gate
from trackly.sandbox.facade import ParameterType, SqlReportsOff, check_sql, describe_sql

SQL = "SELECT project, count(*) AS issues, max(updated_at) AS newest FROM issues WHERE created_at >= :since GROUP BY 1"
SINCE = [{"name": "since", "type": "date", "default": "-7d"}]
CHART = {"title": "T", "kind": "bar", "x": "project", "y": "issues"}


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("columns")) as made:
        state = made.app.asgi.state
        state.reports = ReportServices.build(made.app.work, state.blobs, made.sandbox, state.notifications)
        yield made


@pytest.fixture(scope="module", autouse=True)
def ended() -> Iterator[None]:
    yield
    close_exports()


def report(sql: str = SQL, **over: Any) -> dict[str, Any]:
    return {"name": "Columns", "formats": ["csv"], "source": {"kind": "sql", "sql": sql}, "parameters": SINCE, **over}


@pytest.mark.parametrize(
    ("over", "field", "said"),
    [
        (
            {"checks": [{"kind": "nulls", "column": "projet", "max_share": 0}]},
            "checks.0.column",
            "did you mean project?",
        ),
        ({"checks": [{"kind": "freshness", "column": "when", "max_age": "1d"}]}, "checks.0.column", "no column when"),
        ({"document": {"group_by": "label"}}, "document.group_by", "no column label"),
        ({"document": {"charts": [{**CHART, "x": "Project"}]}}, "document.charts.0.x", "did you mean project?"),
        ({"document": {"charts": [CHART, {**CHART, "y": "count"}]}}, "document.charts.1.y", "no column count"),
        ({"document": {"charts": [{**CHART, "series": "day"}]}}, "document.charts.0.series", "no column day"),
    ],
)
async def test_what_names_no_column_is_refused_at_its_field(box: Box, over: Any, field: str, said: str) -> None:
    answer = await send(box.app, box.app.cast.admin, "POST", "/api/reports", report(**over))
    assert answer.status_code == 422, answer.text
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert list(errors) == [field] and said in errors[field]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT key + 1 AS n FROM issues", "operator does not exist"),
        ("SELECT i.n FROM (SELECT key FROM issues) i, (SELECT 1 AS n) j", "column i.n does not exist"),
        ("SELECT count(*), key FROM issues", "must appear in the GROUP BY"),
        ("SELECT 1 UNION SELECT 'x'::text", "cannot be matched"),
    ],
)
async def test_what_the_database_does_not_understand_is_refused(box: Box, sql: str, said: str) -> None:
    answer = await send(box.app, box.app.cast.admin, "POST", "/api/reports", report(sql, parameters=[]))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_sql"), answer.text
    assert [error["field"] for error in problem["errors"]] == ["source.sql"] and said in problem["detail"]
    assert box.role not in answer.text and "/" not in problem["detail"]


async def test_a_change_is_looked_at_and_what_stays_is_not(box: Box) -> None:
    app, admin = box.app, box.app.cast.admin
    made = await make_report(app, admin, **report(document={"charts": [CHART]}))
    path = f"/api/reports/{made['id']}"
    answer = await send(app, admin, "PATCH", path, {"source": {"kind": "sql", "sql": "SELECT key FROM issues"}})
    assert answer.status_code == 422 and "document.charts.0.x" in answer.text
    reader_url = box.sandbox._access
    box.sandbox._access, box.sandbox._reason = None, "off for a while"
    box.sandbox._looked_at = float("inf")
    try:
        renamed = await send(app, admin, "PATCH", path, {"name": "Other"})
        charted = await send(app, admin, "PATCH", path, {"document": {"charts": [{**CHART, "y": "nothing"}]}})
    finally:
        box.sandbox._access, box.sandbox._reason, box.sandbox._looked_at = reader_url, None, float("-inf")
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Other")
    assert (charted.status_code, charted.json()["code"]) == (409, "sql_reports_off"), charted.text


async def test_it_reads_nothing(box: Box) -> None:
    """Neither a run token nor a row: what would run for ever is described at once."""
    sql = "SELECT count(*) AS n, :since AS since FROM issues a, issues b, generate_series(1, 100000) c ORDER BY 1 / 0"
    checked = check_sql(sql, {"since": ParameterType.DATE})
    assert await describe_sql(box.sandbox, checked) == ("n", "since")
    assert await box.still_there() == []


async def test_where_sql_reports_are_off_it_says_so(box: Box) -> None:
    other = box.another()
    other._admin_url = None
    other._looked_at = float("inf")
    with pytest.raises(SqlReportsOff):
        await describe_sql(other, check_sql("SELECT 1", {}))


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [("/api/reports/preview", {"source": {"kind": "sql", "sql": "SELECT 1 AS n"}}, 200), ("/api/reports", None, 201)],
)
async def test_everybody_else_is_answered_while_a_text_is_read(
    box: Box, monkeypatch: pytest.MonkeyPatch, path: str, body: Any, status: int
) -> None:
    """A long text takes most of a second: nobody waits for it but who wrote it."""
    answered, seen = Event(), []

    def reading(sql: str, parameters: Any) -> Any:
        seen.append(answered.wait(30))
        return read(sql, parameters)

    read = gate.check_sql
    monkeypatch.setattr(gate, "check_sql", reading)
    asking = asyncio.create_task(send(box.app, box.app.cast.admin, "POST", path, body or report()))
    await send(box.app, box.app.cast.reporter, "GET", "/api/issues")
    await asyncio.sleep(0.05)
    assert not asking.done()
    answered.set()
    answer = await asking
    assert answer.status_code == status, answer.text
    assert seen and all(seen)
