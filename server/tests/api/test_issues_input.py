"""Input that is wrong is named with its field and changes nothing; it is never our mistake."""

from typing import Any

from tests.support.app import App
from tests.support.issues import listed, make_issue, send

TOO_LONG = "x" * 201


NEW: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"title": "   \n "}, "title"),
    ({"title": TOO_LONG}, "title"),
    ({"title": "nul \x00"}, "title"),
    ({"title": None}, "title"),
    ({"title": 5}, "title"),
    ({"description": "x" * 100_001}, "description"),
    ({"severity": "high"}, "severity"),
    ({"priority": "CRITICAL"}, "priority"),
    ({"assignee_id": True}, "assignee_id"),
    ({"assignee_id": 0}, "assignee_id"),
    ({"assignee_id": 2**63}, "assignee_id"),
    ({"labels": ["a" * 41]}, "labels.0"),
    ({"labels": [" "]}, "labels.0"),
    ({"labels": ["a,b"]}, "labels.0"),
    ({"labels": [f"l{n}" for n in range(21)]}, "labels"),
    ({"due_on": "2026-02-30"}, "due_on"),
    ({"due_on": "2026-12-01T00:00:00"}, "due_on"),
    ({"due_on": 5}, "due_on"),
    ({"status": "DONE"}, "status"),
    ({"reporter_id": 1}, "reporter_id"),
    ({"created_at": "2020-01-01T00:00:00Z"}, "created_at"),
    ({"project": "no such"}, "project"),
]
EDITS: list[tuple[dict[str, Any], str]] = [
    ({"title": None}, "title"),
    ({"description": None}, "description"),
    ({"labels": None}, "labels"),
    ({"status": None}, "status"),
    ({"resolution": "FIXED"}, "resolution"),
    ({"version": 7}, "version"),
    ({"status": "TRIAGED", "resolution": "FIXED"}, "resolution"),
]
ADDRESSES = [
    ("/api/issues/TRK-1", 404),
    ("/api/issues/trk-1", 404),
    ("/api/issues/NOPE-1", 404),
    ("/api/issues/TRK-0", 422),
    ("/api/issues/TRK-99999999999", 422),
    ("/api/issues/TRK", 422),
    ("/api/issues/%00-1", 422),
    ("/api/issues?limit=0", 422),
    ("/api/issues?limit=101", 422),
    ("/api/issues?limit=x", 422),
    ("/api/issues?sort=colour", 422),
    ("/api/issues?after=x", 422),
    ("/api/issues?status=closed", 422),
    ("/api/issues?severity=5", 422),
    ("/api/issues?colour=red", 422),
    ("/api/issues?q=%00", 422),
    ("/api/issues?q=" + "x" * 2001, 422),
    ("/api/issues?project=no%20such", 200),
    ("/api/issues?status=&label=,", 200),
    ("/api/issues?assignee=99999999999999999999999", 200),
    ("/api/issues/similar?project=NOPE&title=x", 404),
    ("/api/issues/similar?project=TRK&title=%3F%3F", 200),
    ("/api/comments/1", 404),
    ("/api/comments/0", 422),
    ("/api/comments/9223372036854775808", 422),
]


async def test_a_new_issue_with_a_wrong_field(app: App) -> None:
    for over, field in NEW:
        body = {"project": "TRK", "title": "Crash", **over}
        answer = await send(app, app.cast.maintainer, "POST", "/api/issues", body)
        assert answer.status_code == 422, (over, answer.text)
        assert field in [error["field"] for error in answer.json()["errors"]], over
    assert await listed(app, app.cast.maintainer) == []


async def test_an_edit_with_a_wrong_field(app: App) -> None:
    issue = await make_issue(app, app.cast.maintainer)
    for patch, field in EDITS:
        answer = await send(app, app.cast.maintainer, "PATCH", f"/api/issues/{issue['key']}", patch)
        assert answer.status_code == 422, (patch, answer.text)
        assert field in [error["field"] for error in answer.json()["errors"]], patch
    assert (await send(app, app.cast.maintainer, "GET", f"/api/issues/{issue['key']}")).json() == issue


async def test_a_wrong_address(app: App) -> None:
    for path, status in ADDRESSES:
        answer = await send(app, app.cast.maintainer, "GET", path)
        assert answer.status_code == status, (path, answer.text)
        if status != 200:
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_mistake_in_a_query_names_its_place_and_what_was_meant(app: App) -> None:
    answer = await send(app, app.cast.reporter, "GET", "/api/issues?q=crash stauts:open")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["position"]) == (422, "invalid_query", 6)
    assert problem["suggestion"] == "status"
    assert "status" in problem["expected"]
    assert problem["errors"][0]["field"] == "q"


async def test_a_wrong_filter_names_the_parameter(app: App) -> None:
    answer = await send(app, app.cast.reporter, "GET", "/api/issues?status=open,opne")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "status"
    assert 'did you mean "open"' in answer.json()["errors"][0]["message"]


async def test_a_bulk_edit_says_which_issues_in_one_way(app: App) -> None:
    for body in (
        {"patch": {"priority": "LOW"}},
        {"keys": ["TRK-1"], "q": "x", "patch": {"priority": "LOW"}},
        {"keys": [], "patch": {"priority": "LOW"}},
        {"keys": ["TRK-1"], "patch": {}},
        {"keys": ["TRK-1"] * 501, "patch": {"priority": "LOW"}},
    ):
        assert (await send(app, app.cast.maintainer, "POST", "/api/issues/bulk", body)).status_code == 422


async def test_texts_of_the_largest_size_are_kept_as_they_are(app: App) -> None:
    title, description = "é" * 200, "a b\n" * 25_000
    issue = await make_issue(app, app.cast.reporter, title=title, description=description)
    assert (issue["title"], issue["description"]) == (title, description)
    assert await listed(app, app.cast.reporter, q='"a b"') == [issue["key"]]
