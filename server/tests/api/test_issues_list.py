"""Lists: every order walks through every issue once, filters agree with counting by hand, and the cost stays fixed."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.support.app import App
from tests.support.issues import edit_issue, listed, make_issue, send
from tests.support.past import bring_in, random_issues
from trackly.users.facade import Actor

RANKS = {
    "status": ["OPEN", "TRIAGED", "IN_PROGRESS", "DONE"],
    "severity": ["LOW", "MEDIUM", "HIGH", "CRITICAL"],
    "priority": ["LOW", "MEDIUM", "HIGH", "URGENT"],
}
KEYS: dict[str, Callable[[Any], Any]] = {
    "updated": lambda i: i["updated_at"],
    "created": lambda i: i["created_at"],
    "key": lambda i: (i["project"], int(i["key"].split("-")[1])),
    "status": lambda i: RANKS["status"].index(i["status"]),
    "severity": lambda i: RANKS["severity"].index(i["severity"]),
    "priority": lambda i: RANKS["priority"].index(i["priority"]),
}


def assignee(issue: Any) -> str | None:
    return issue["assignee"] and issue["assignee"]["name"]


ASKED: dict[tuple[str, str], Callable[[Any], bool]] = {
    ("status", "open,done"): lambda i: i["status"] in ("OPEN", "DONE"),
    ("severity", "critical"): lambda i: i["severity"] == "CRITICAL",
    ("priority", "LOW,high"): lambda i: i["priority"] in ("LOW", "HIGH"),
    ("label", "BUG"): lambda i: "bug" in i["labels"],
    ("label", "ui,docs"): lambda i: bool({"ui", "docs"} & set(i["labels"])),
    ("label", "none"): lambda i: not i["labels"],
    ("assignee", "me"): lambda i: assignee(i) == "Max Maintainer",
    ("assignee", "none"): lambda i: assignee(i) is None,
    ("assignee", "none,Max Maintainer"): lambda i: assignee(i) in (None, "Max Maintainer"),
    ("reporter", "rea"): lambda i: i["reporter"]["name"] == "Rea Reporter",
    ("reporter", "Oto Other"): lambda i: i["reporter"]["name"] == "Oto Other",
    ("project", "trk"): lambda i: True,
    ("project", "ABC"): lambda i: False,
    ("q", "severity>=high priority<urgent"): lambda i: (
        i["severity"] in ("HIGH", "CRITICAL") and i["priority"] != "URGENT"
    ),
    ("q", "-label:bug"): lambda i: "bug" not in i["labels"],
    ("q", "-assignee:me"): lambda i: assignee(i) != "Max Maintainer",
    ("q", "due<2026-02-15"): lambda i: i["due_on"] is not None and i["due_on"] < "2026-02-15",
    ("q", "-due<2026-02-15"): lambda i: i["due_on"] is None or i["due_on"] >= "2026-02-15",
    ("q", "due:none"): lambda i: i["due_on"] is None,
    ("q", "is:overdue"): lambda i: i["due_on"] is not None and i["status"] != "DONE",
    ("q", "is:open,done"): lambda i: True,
    ("q", "is:unassigned OR status:triaged"): lambda i: assignee(i) is None or i["status"] == "TRIAGED",
    ("q", "(label:bug OR label:ui) -status:open"): lambda i: (
        bool({"bug", "ui"} & set(i["labels"])) and i["status"] != "OPEN"
    ),
    ("q", "created:2026-01-05 updated>2026-01-06"): lambda i: i["updated_at"] >= "2026-01-07",
    ("q", "resolution:fixed"): lambda i: i["resolution"] == "FIXED",
    ("q", 'assignee:"max maintainer"'): lambda i: assignee(i) == "Max Maintainer",
}


@pytest.fixture
async def filled(app: App) -> App:
    cast = app.cast
    reporters = [cast.reporter.user_id, cast.other.user_id]
    issues = random_issues(random.Random(4), 60, reporters, [cast.maintainer.user_id, cast.admin.user_id])
    await bring_in(app, cast.admin, issues)
    return app


async def walk(app: App, reader: Actor, limit: int = 7, **query: str) -> list[Any]:
    """All issues of a list, page by page; the total is the same on each."""
    found: list[Any] = []
    after: dict[str, str] = {}
    totals = set()
    async with await app.as_(reader) as client:
        while True:
            answer = await client.get("/api/issues", params={"limit": str(limit), **query, **after})
            assert answer.status_code == 200, answer.text
            page = answer.json()
            assert len(page["items"]) <= limit
            found += page["items"]
            totals.add(page["total"])
            if page["next"] is None:
                assert totals == {len(found)}
                return found
            after = {"after": page["next"]}


async def test_every_order_walks_through_every_issue_once(filled: App) -> None:
    everything = {issue["key"]: issue for issue in await walk(filled, filled.cast.admin, 100)}
    assert len(everything) == 60
    for name, key in KEYS.items():
        for sign in ("", "-"):
            issues = await walk(filled, filled.cast.admin, sort=f"{sign}{name}")
            by_hand = sorted(everything.values(), key=lambda i: (key(i), i["id"]), reverse=sign == "-")
            assert [issue["key"] for issue in issues] == [issue["key"] for issue in by_hand], f"{sign}{name}"


async def test_issues_without_a_due_date_come_last_both_ways(filled: App) -> None:
    for sign in ("", "-"):
        issues = await walk(filled, filled.cast.admin, sort=f"{sign}due")
        assert len({issue["key"] for issue in issues}) == 60
        days = [issue["due_on"] for issue in issues]
        dated = [day for day in days if day]
        assert days == dated + [None] * (60 - len(dated))
        assert dated == sorted(dated, reverse=sign == "-")


async def test_titles_sort_without_regard_to_case(filled: App) -> None:
    for sign in ("", "-"):
        issues = await walk(filled, filled.cast.admin, sort=f"{sign}title")
        assert len({issue["key"] for issue in issues}) == 60
        titles = [issue["title"].lower() for issue in issues]
        runs = [title for index, title in enumerate(titles) if index == 0 or titles[index - 1] != title]
        assert len(runs) == 4


async def test_filters_agree_with_counting_by_hand(filled: App) -> None:
    cast = filled.cast
    everything = await walk(filled, cast.admin, 100)
    for (name, value), wanted in ASKED.items():
        expected = {issue["key"] for issue in everything if wanted(issue)}
        found = {issue["key"] for issue in await walk(filled, cast.maintainer, 100, **{name: value})}
        assert found == expected, (name, value)
        counted = await send(filled, cast.maintainer, "GET", f"/api/issues/count?{name}={value.replace('+', '%2B')}")
        assert counted.json() == {"count": len(expected)}, (name, value)


async def test_all_parameters_have_to_hold(filled: App) -> None:
    found = await walk(filled, filled.cast.admin, status="open", label="bug", q="severity>=high sort:key")
    assert found == sorted(found, key=KEYS["key"])
    assert all(
        (i["status"], "bug" in i["labels"], i["severity"] in ("HIGH", "CRITICAL")) == ("OPEN", True, True)
        for i in found
    )


async def test_reporters_find_count_and_page_only_what_is_theirs(filled: App) -> None:
    everything = await walk(filled, filled.cast.admin, 100)
    for reader in (filled.cast.reporter, filled.cast.other):
        theirs = [issue["key"] for issue in everything if issue["reporter"]["id"] == reader.user_id]
        assert [issue["key"] for issue in await walk(filled, reader)] == theirs
        assert await listed(filled, reader, q="-zzz", limit=100) == theirs
        for path in ("by-status", "by-severity"):
            counts = (await send(filled, reader, "GET", f"/api/issues/stats/{path}")).json()
            assert sum(counts.values()) == len(theirs)


async def test_a_page_does_not_move_when_others_change(filled: App) -> None:
    async with await filled.as_(filled.cast.admin) as client:
        first = (await client.get("/api/issues", params={"sort": "key", "limit": 5})).json()
        await make_issue(filled, filled.cast.admin)
        await edit_issue(filled, filled.cast.admin, first["items"][0]["key"], title="moved")
        following = {"sort": "key", "limit": 5, "after": first["next"]}
        second = (await client.get("/api/issues", params=following)).json()
    assert [issue["key"] for issue in second["items"]] == [f"TRK-{n}" for n in range(6, 11)]


async def test_a_cursor_belongs_to_its_order_and_can_not_be_made_up(filled: App) -> None:
    cast = filled.cast
    for order in (*KEYS, "due", "title"):
        page = (await send(filled, cast.admin, "GET", f"/api/issues?limit=2&sort={order}")).json()
        other = "created" if order == "updated" else "updated"
        answer = await send(filled, cast.admin, "GET", f"/api/issues?sort={other}&after={page['next']}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "after")
        for bad in (page["next"][:-3], "WyJ1cGRhdGVkIiwxLDJd", "W251bGxd", "e30"):
            answer = await send(filled, cast.admin, "GET", f"/api/issues?sort={order}&after={bad}")
            assert answer.status_code == 422, (order, bad)


async def test_a_list_carries_the_position_of_its_snapshot(app: App) -> None:
    before = (await send(app, app.cast.admin, "GET", "/api/issues")).headers["x-trackly-cursor"]
    issue = await make_issue(app, app.cast.admin)
    for path in ("", f"/{issue['key']}", f"/{issue['key']}/history", f"/{issue['key']}/comments", "/count"):
        after = (await send(app, app.cast.admin, "GET", f"/api/issues{path}")).headers["x-trackly-cursor"]
        assert int(after.split(".")[1]) == int(before.split(".")[1]) + 1


@contextmanager
def statements(app: App) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = app.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_the_number_of_statements_does_not_grow_with_the_list(filled: App) -> None:
    for path, most in (
        ("/api/issues?limit=2", 2),
        ("/api/issues?limit=100", 2),
        ("/api/issues?limit=100&q=crash label:bug assignee:max", 2),
        ("/api/issues/count?q=crash", 3),
        ("/api/issues/TRK-3", 3),
        ("/api/issues/TRK-3/history", 5),
        ("/api/issues/similar?project=TRK&title=crash", 4),
    ):
        await send(filled, filled.cast.maintainer, "GET", path)
        with statements(filled) as sent:
            assert (await send(filled, filled.cast.maintainer, "GET", path)).status_code == 200
        assert len(sent) <= most, (path, sent)
