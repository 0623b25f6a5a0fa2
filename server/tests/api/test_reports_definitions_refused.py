"""Definitions that are refused: with the place and the reason, before anything is saved."""

from typing import Any

import pytest

from tests.support.app import App
from tests.support.issues import send
from tests.support.logins import head, rows
from tests.support.people import make_project
from tests.support.reports import ISSUES, definition, make_report, to


def dataset(**over: Any) -> dict[str, Any]:
    return {"source": {**ISSUES, **over}}


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"color": "red"}, "color", "Extra inputs"),
    ({"source": {**ISSUES, "limit": 5}}, "source.dataset.limit", "Extra inputs"),
    ({"name": " "}, "name", "at least 1 character"),
    ({"name": "a\nb"}, "name", "one line"),
    ({"source": {"kind": "csv"}}, "source", "does not match any of the expected tags"),
    (dataset(dataset="isues"), "source.dataset", "did you mean issues?"),
    (dataset(filter="is:opn"), "source.filter", "is:opn is not known"),
    (dataset(filter="project:$projekt"), "source.filter", "$projekt"),
    (dataset(columns=["key", "titel"]), "source.columns.1", "did you mean title?"),
    (dataset(group_by=["project"], columns=["cuont"]), "source.columns.0", "did you mean count?"),
    (dataset(sort=["-nothing"]), "source.sort.0", "nothing"),
    ({"formats": []}, "formats", "at least 1 item"),
    ({"formats": ["csv", "csv"]}, "formats", "the same twice"),
    ({"formats": ["docx"]}, "formats.0", "Input should be"),
    ({"parameters": [{"name": "Since", "type": "date"}]}, "parameters.0.name", "pattern"),
    (
        {"parameters": [{"name": "since", "type": "date", "default": "tomorow"}]},
        "parameters.0.default",
        "did you mean tomorrow?",
    ),
    ({"schedule": {}}, "schedule", "either cron or when"),
    ({"schedule": {"cron": "0 8 * * *", "when": "daily at 8:00"}}, "schedule", "either cron or when"),
    ({"schedule": {"cron": "0 25 * * *"}}, "schedule.cron", "hour field"),
    ({"schedule": {"cron": "0 0 30 2 *"}}, "schedule.cron", "such a day never comes"),
    ({"schedule": {"when": "now and then"}}, "schedule.when", "is not understood"),
    ({"schedule": {"cron": "0 8 * * *", "tz": "Mars/Olympus"}}, "schedule.tz", "time zone"),
    ({"schedule": {"cron": "0 8 * * *", "wait_for": "yesterday_closed"}}, "schedule", "go together"),
    ({"recipients": [{"kind": "email", "address": "nobody"}]}, "recipients.0.address", "no mail address"),
    (
        {"recipients": [{"kind": "email", "address": "a@example.org\r\nBcc: b@example.org"}]},
        "recipients.0.address",
        "no mail address",
    ),
    ({"recipients": [{"kind": "user", "user_id": 99_999}]}, "recipients.0.user_id", "no active person"),
    ({"recipients": [{"kind": "role", "role": "OWNER"}]}, "recipients.0.role.role", "Input should be"),
    (
        {"recipients": [{"kind": "role", "role": "MAINTAINER", "project": "NOPE"}]},
        "recipients.0.project",
        "is no project",
    ),
    (
        {"recipients": [{"kind": "webhook", "url": "http://127.0.0.1:9/x"}]},
        "recipients.0.url",
        "not in the public network",
    ),
    ({"recipients": [{"kind": "webhook", "url": "ftp://example.org/x"}]}, "recipients.0.url", "https://"),
    (
        {"recipients": [{"kind": "webhook", "url": f"https://example.org/{n}"} for n in range(11)]},
        "recipients",
        "10 webhooks at most",
    ),
    ({"templates": {"subject": "{{rwos}}"}}, "templates.subject", "did you mean {{rows}}?"),
    ({"templates": {"subject": "a\r\nb"}}, "templates.subject", "one line"),
    ({"templates": {"intro": "so\n{{oops"}}, "templates.intro", "line 2, column 1"),
    ({"checks": [{"kind": "row_count"}]}, "checks.0.row_count", "give min, max or both"),
    (
        {"checks": [{"kind": "nulls", "column": "asignee", "max_share": 0.1}]},
        "checks.0.column",
        "did you mean assignee?",
    ),
    ({"document": {"group_by": "projekt"}}, "document.group_by", "no column projekt"),
    (
        {"document": {"charts": [{"title": "T", "kind": "bar", "x": "status", "y": "cuont"}]}},
        "document.charts.0.y",
        "did you mean count?",
    ),
    ({"document": {"charts": [{"title": "T", "kind": "pie", "x": "a", "y": "b"}]}}, "document.charts.0.kind", "Input"),
]


@pytest.fixture(scope="module")
async def app(postgres, tmp_path_factory):
    """One application for all of them: what is refused leaves nothing."""
    from tests.support.app import running_app

    with postgres.cloned() as url:
        async with running_app(url, tmp_path_factory.mktemp("refused")) as running:
            yield running


@pytest.mark.parametrize(("over", "field", "said"), REFUSED, ids=[field for _, field, _ in REFUSED])
async def test_refused_with_place_and_reason(app: App, over: dict[str, Any], field: str, said: str) -> None:
    await app.as_(app.cast.maintainer)
    before = await head(app)
    answer = await send(app, app.cast.maintainer, "POST", "/api/reports", definition(**over))
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert any(error["field"] == field and said in error["message"] for error in errors), errors
    assert await rows(app, "SELECT id FROM report") == []
    assert await head(app) == before


async def test_a_private_project_is_none_for_who_is_not_in_it(app: App) -> None:
    await make_project(app.work, app.cast.admin, "PRV", visibility="private")
    to = [{"kind": "role", "role": "MAINTAINER", "project": "PRV"}]
    answer = await send(app, app.cast.maintainer, "POST", "/api/reports", definition(recipients=to))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "recipients.0.project")
    await _away(app, await make_report(app, app.cast.admin, recipients=to))


async def test_a_change_is_looked_at_as_a_whole(app: App) -> None:
    """The words stay, but the parameter that they name goes."""
    report = await make_report(
        app,
        app.cast.maintainer,
        parameters=[{"name": "team", "type": "text", "default": "north"}],
        templates={"subject": "For {{team}}"},
    )
    path = f"/api/reports/{report['id']}"
    refused = await send(app, app.cast.maintainer, "PATCH", path, {"parameters": []})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "templates.subject")
    assert (await send(app, app.cast.maintainer, "GET", path)).json()["version"] == 1
    both = {"parameters": [], "templates": {"subject": ""}}
    assert (await send(app, app.cast.maintainer, "PATCH", path, both)).json()["version"] == 2
    for member in ("name", "source", "formats", "recipients"):
        nothing = await send(app, app.cast.maintainer, "PATCH", path, {member: None})
        assert nothing.status_code == 422, member
    await _away(app, report)


async def test_a_figure_is_a_variable(app: App) -> None:
    words = {"subject": "{{open}} open, {{overdue}} overdue"}
    await _away(app, await make_report(app, app.cast.maintainer, templates=words))


async def test_a_retry_makes_one_report(app: App) -> None:
    for _ in range(2):
        answer = await send(app, app.cast.admin, "POST", "/api/reports", definition(), Idempotency_Key="once")
        assert answer.status_code == 201, answer.text
    listed = (await send(app, app.cast.admin, "GET", "/api/reports")).json()["items"]
    assert len(listed) == 1
    await _away(app, listed[0])


async def _away(app: App, report: Any) -> None:
    async with app.work.begin("test") as uow:
        from sqlalchemy import text

        await uow.session.execute(text("DELETE FROM report WHERE id = :id"), {"id": report["id"]})


async def test_a_report_can_be_changed_when_somebody_or_something_it_names_is_gone(app: App) -> None:
    """Only what comes new is asked about: else it could not even be switched off."""
    cast = app.cast
    async with await app.as_(cast.maintainer) as client:
        file = {"file": ("targets.csv", "team,target\nnorth,7\n", "text/csv")}
        made = (await client.post("/api/data-sources/uploads", params={"name": "Targets"}, files=file)).json()
    source = {"kind": "dataset", "dataset": f"upload:{made['id']}"}
    report = await make_report(app, cast.maintainer, source=source, recipients=to(cast.reporter))
    path = f"/api/reports/{report['id']}"
    gone = await send(app, cast.admin, "PATCH", f"/api/users/{cast.reporter.user_id}", {"active": False})
    assert gone.status_code == 200
    assert (await send(app, cast.maintainer, "DELETE", f"/api/data-sources/{made['id']}")).status_code == 204
    renamed = await send(app, cast.maintainer, "PATCH", path, {"name": "Targets of the past", "is_active": False})
    assert (renamed.status_code, renamed.json().get("is_active")) == (200, False), renamed.text
    again = await send(app, cast.maintainer, "PUT", path, definition(source=source, recipients=to(cast.reporter)))
    assert again.status_code == 200, again.text
    anew = await send(app, cast.maintainer, "POST", "/api/reports", definition(recipients=to(cast.reporter)))
    assert (anew.status_code, anew.json()["errors"][0]["field"]) == (422, "recipients.0.user_id")
    other = {"source": {**source, "columns": ["team"]}}
    changed = await send(app, cast.maintainer, "PATCH", path, other)
    assert (changed.status_code, changed.json()["errors"][0]["field"]) == (422, "source.dataset")


@pytest.mark.parametrize(
    ("field", "over"),
    [
        ("recipients.0.user.user_id", {"recipients": [{"kind": "user", "user_id": True}]}),
        ("recipients.0.user.user_id", {"recipients": [{"kind": "user", "user_id": "1"}]}),
        ("is_active", {"is_active": 1}),
        ("is_active", {"is_active": "yes"}),
        ("schedule.grace_s", {"schedule": {"cron": "0 8 * * 1", "grace_s": True}}),
        ("schedule.pause_after", {"schedule": {"cron": "0 8 * * 1", "pause_after": "3"}}),
        ("checks.0.nulls.max_share", {"checks": [{"kind": "nulls", "column": "key", "max_share": True}]}),
        ("source", {"source": {"kind": "x" * 100_000}}),
        ("recipients.0", {"recipients": [{"kind": ["x"] * 5_000}]}),
    ],
)
async def test_another_type_is_no_value_and_is_not_repeated(app: App, field: str, over: dict[str, Any]) -> None:
    answer = await send(app, app.cast.admin, "POST", "/api/reports", definition(**over))
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])
    assert len(answer.content) < 3_000


async def test_what_is_declared_for_a_preview_is_named_as_it_was_sent(app: App) -> None:
    declared = [{"name": "since", "type": "date", "default": "soon"}]
    for path in ("preview", "template/preview"):
        body: dict[str, Any] = {"source": ISSUES, "declared": declared}
        body |= {"templates": {}, "name": "x"} if path != "preview" else {}
        answer = await send(app, app.cast.admin, "POST", f"/api/reports/{path}", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "declared.0.default")
