"""Reports in SQL, from the gate to the files: who may write them, whose rows are in them, what a failure tells."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.issues import send
from tests.support.reports import WITH_CHARTS, downloaded, editions_of, made_run, make_report, to
from tests.support.sandbox import WORD, Box, running_box
from trackly.reports.facade import ReportServices

SQL = "SELECT project, key, title, created_at FROM issues WHERE created_at >= :since ORDER BY id"
SINCE = [{"name": "since", "type": "date", "default": "-30d"}]


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("sql")) as made:
        state = made.app.asgi.state
        state.reports = ReportServices.build(made.app.work, state.blobs, made.sandbox, state.notifications)
        state.composers["report_run"] = state.reports.composer
        yield made


def sql(text: str = SQL, **over: Any) -> dict[str, Any]:
    return {"source": {"kind": "sql", "sql": text}, "parameters": SINCE, **over}


async def test_rows_are_the_reader_s(box: Box) -> None:
    """The admin's edition has both projects, the maintainer's the one that they know."""
    app, admin = box.app, box.app.cast.admin
    report = await make_report(app, admin, **sql(recipients=to(box.reader), formats=["csv", "json"]))
    run = await made_run(app, admin, report)
    assert (run["status"], run["error"]) == ("DELIVERING", None), run["log"]
    whole, part = await editions_of(app, admin, run)
    assert (whole["scope_label"], part["scope_label"][-8:]) == ("everything", "projects")
    assert part["rows"] < whole["rows"]
    assert {row[0] for row in part["head"]}.isdisjoint({"BBB"})
    assert WORD not in (await downloaded(app, box.reader, run, "csv")).decode()
    assert WORD in (await downloaded(app, admin, run, "csv")).decode()
    assert whole["as_of"] == run["as_of"]
    again = await made_run(app, admin, report)
    assert await downloaded(app, admin, again, "json") == await downloaded(app, admin, run, "json")


async def test_a_preview_in_sql(box: Box) -> None:
    wanted = {"source": sql()["source"], "declared": SINCE, "parameters": {"since": "today"}}
    shown = await send(box.app, box.app.cast.admin, "POST", "/api/reports/preview", wanted)
    assert shown.status_code == 200, shown.text
    assert [one["name"] for one in shown.json()["columns"]] == ["project", "key", "title", "created_at"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT key FROM public.issue", "no table issue"),
        ("SELECT key FROM isues", "isues"),
        ("DELETE FROM issues", "SELECT"),
        ("SELECT 1; SELECT 2", ""),
        ("SELECT :nothing", "nothing"),
        ("SELECT pg_sleep(10)", "pg_sleep"),
    ],
)
async def test_what_the_gate_refuses_is_never_saved(box: Box, text: str, said: str) -> None:
    admin = box.app.cast.admin
    for path, body in (
        ("/api/reports", {"name": "Bad", "formats": ["csv"], **sql(text)}),
        ("/api/reports/preview", {"source": sql(text)["source"], "declared": SINCE}),
    ):
        answer = await send(box.app, admin, "POST", path, body)
        assert answer.status_code == 422, answer.text
        problem = answer.json()
        assert (problem["code"], problem["line"], [one["field"] for one in problem["errors"]]) == (
            "invalid_sql",
            1,
            ["source.sql"],
        )
        assert said in problem["detail"]


async def test_a_failure_tells_what_the_database_said_and_nothing_of_the_box(box: Box) -> None:
    app, admin = box.app, box.app.cast.admin
    report = await make_report(app, admin, **sql("SELECT 1 / (id - id) AS n FROM issues"))
    run = await made_run(app, admin, report)
    assert (run["status"], run["error"]["code"]) == ("FAILED", "query")
    assert "division by zero" in run["error"]["message"]
    for secret in (box.role, "postgresql://", "/tmp", "reporting."):
        assert secret not in str(run)
    wanted = {"source": report["source"], "declared": SINCE}
    shown = await send(app, admin, "POST", "/api/reports/preview", wanted)
    assert (shown.status_code, shown.json()["code"]) == (422, "preview_failed")
    assert "division by zero" in shown.json()["detail"]


async def test_the_right_to_write_sql(box: Box) -> None:
    app, admin, maintainer = box.app, box.app.cast.admin, box.app.cast.maintainer
    new = {"name": "Mine", "formats": ["csv"], **sql()}
    refused = await send(app, maintainer, "POST", "/api/reports", new)
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_write_sql")
    given = await send(app, admin, "PUT", f"/api/sandbox/writers/{maintainer.user_id}")
    assert given.status_code < 300, given.text
    made = await send(app, maintainer, "POST", "/api/reports", new)
    assert made.status_code == 201, made.text
    path = made.headers["Location"]
    assert (await send(app, admin, "DELETE", f"/api/sandbox/writers/{maintainer.user_id}")).status_code < 300
    renamed = await send(app, maintainer, "PATCH", path, {"name": "Still mine"})
    assert (renamed.status_code, renamed.json()["source"]["sql"]) == (200, SQL)
    other = await send(app, maintainer, "PATCH", path, sql("SELECT key FROM issues WHERE created_at > :since"))
    assert (other.status_code, other.json()["code"]) == (403, "may_not_write_sql")


async def test_checks_and_charts_of_sql(box: Box) -> None:
    app, admin = box.app, box.app.cast.admin
    report = await make_report(
        app,
        admin,
        **sql(
            "SELECT project, count(*) AS issues, max(updated_at) AS newest FROM issues GROUP BY project",
            parameters=[],
            formats=["pdf"],
            checks=[
                {"kind": "freshness", "column": "newest", "max_age": "1d"},
                {"kind": "nulls", "column": "project", "max_share": 0},
            ],
            document={"charts": [{"title": "By project", "kind": "bar", "x": "project", "y": "issues"}]},
            templates=WITH_CHARTS,
        ),
    )
    run = await made_run(app, admin, report)
    assert (run["status"], run["error"]) == ("SUCCESS", None), run["log"]
    (edition,) = await editions_of(app, admin, run)
    assert [check["ok"] for check in edition["checks"]] == [True, True]
    assert [(chart["title"], chart["picture"]) for chart in edition["charts"]] == [("By project", "chart-1.png")]
