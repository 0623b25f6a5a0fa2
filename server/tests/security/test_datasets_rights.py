"""No row, count, measure, group, chart, figure or filter of a dataset says anything of an issue outside one's rights.

Non-interference: whatever happens to what a reader may not know of, everything that they can ask gives the same."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.app import App, running_app
from tests.support.datasets import Found, found_in, read
from tests.support.issues import edit_issue, listed, make_comment, make_issue, send
from tests.support.people import add_member, make_person, make_project
from tests.support.postgres import TestPostgres
from trackly.datasets.facade import DatasetOut, DatasetSource, catalog
from trackly.users.facade import Actor, Role

HIDDEN = "Quokka"
READERS = ("reporter", "watcher", "maintainer of A", "stranger")
LATER = timedelta(days=40)


@dataclass
class World:
    """A is open, B is private. `hidden` by reader: issues that they may not know of, in both."""

    app: App
    people: dict[str, Actor]
    moment: datetime
    hidden: dict[str, list[str]] = field(default_factory=dict)

    async def found(self, who: str, source: DatasetSource) -> Found:
        values = {"since": date(2000, 1, 1), "until": None}
        return await found_in(self.app.database, self.people[who], source, self.moment, values)


@pytest.fixture(scope="module")
async def world(postgres: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    with postgres.cloned() as url:
        async with running_app(url, Path(tmp_path_factory.mktemp("rights"))) as app:
            yield await _filled(app)


async def _filled(app: App) -> World:
    cast = app.cast
    people = {"admin": cast.admin, "reporter": cast.reporter, "watcher": cast.other}
    people["maintainer of A"] = await make_person(app.work, "Mia Partly", Role.REPORTER)
    people["stranger"] = await make_person(app.work, "Sam Stranger", Role.REPORTER)
    secret = await make_person(app.work, f"{HIDDEN} Person", Role.MAINTAINER)
    await make_project(app.work, cast.admin, "PRV", name=HIDDEN, visibility="private")
    await add_member(app.work, cast.admin, "TRK", people["maintainer of A"], Role.MAINTAINER)
    await add_member(app.work, cast.admin, "PRV", secret, Role.MAINTAINER)
    world = World(app, people, datetime.now(UTC) + LATER)
    for number in range(3):
        issue = await make_issue(app, cast.reporter, title=f"Mine {number}")
        await edit_issue(app, cast.admin, issue["key"], labels=["bug"], status="TRIAGED", due_on="2026-01-01")
        await edit_issue(app, cast.admin, issue["key"], status="IN_PROGRESS", assignee_id=cast.maintainer.user_id)
        await make_comment(app, cast.reporter, issue["key"], "Any news?")
    await edit_issue(app, cast.admin, "TRK-2", status="DONE", resolution="FIXED")
    await send(app, cast.admin, "POST", "/api/issues", {"project": "TRK", "title": "For all of the team"})
    await _disturb(world, secret, "before")
    return world


async def _disturb(world: World, secret: Actor, when: str) -> None:
    """Things happen to what only admins see, in both projects: everything that a dataset looks at."""
    app, admin = world.app, world.app.cast.admin
    for project in ("PRV", "TRK"):
        for status in (None, "TRIAGED", "IN_PROGRESS", "DONE"):
            title = f"{HIDDEN} {when} {status}"
            issue = await make_issue(app, admin, project=project, title=title, severity="CRITICAL", priority="URGENT")
            key = issue["key"]
            await edit_issue(app, admin, key, labels=[f"{HIDDEN} {when}"], due_on="2026-01-02")
            await make_comment(app, admin, key, f"{HIDDEN} said {when}")
            if project == "PRV":
                await edit_issue(app, admin, key, assignee_id=secret.user_id)
                await make_comment(app, secret, key, f"{HIDDEN} too")
            if status:
                await edit_issue(app, admin, key, status="IN_PROGRESS")
                await edit_issue(app, admin, key, status=status, **_ended(status))


async def _long_ago(world: World, days: int) -> None:
    """What is hidden was begun `days` before it was done, so that it would shift every percentile."""
    begun = f"UPDATE issue_change SET at = at - interval '{days} days' WHERE status_after = 'IN_PROGRESS'"
    async with world.app.work.begin("test") as uow:
        await uow.session.execute(text(f"{begun} AND issue_id IN (SELECT id FROM issue WHERE title LIKE '{HIDDEN}%')"))


def _ended(status: str) -> dict[str, str]:
    return {"resolution": "FIXED"} if status == "DONE" else {}


def questions() -> Iterator[DatasetSource]:
    """Everything that can be asked of a dataset, in few sources."""
    for dataset in catalog():
        yield from _of(dataset)


def _of(dataset: DatasetOut) -> Iterator[DatasetSource]:
    columns = [column.name for column in dataset.columns if column.shown]
    measures = [measure.name for measure in dataset.measures]
    yield DatasetSource(dataset=dataset.name, columns=columns)
    groups = [group for column in dataset.columns for group in column.group]
    for index in range(0, len(groups), 3):
        yield DatasetSource(dataset=dataset.name, group_by=groups[index : index + 3], columns=measures)
    if dataset.name == "daily":
        return
    for asked in (f"-{HIDDEN}", f'label:"{HIDDEN} before" OR project:PRV OR assignee:{HIDDEN} OR is:overdue'):
        yield DatasetSource(dataset=dataset.name, columns=columns, filter=asked, sort=[f"-{columns[-1]}"])


async def test_everything_gives_the_same_whatever_happens_to_the_rest(world: World) -> None:
    """For a reporter and a stranger all of that is hidden: they can't read its word, nor tell that it is there."""
    answers = {}
    for who in ("reporter", "stranger"):
        answers[who] = [await world.found(who, source) for source in questions()]
        said = str([(one.rows, one.figures, one.charts) for one in answers[who]])
        assert HIDDEN not in said
        assert "PRV" not in said
    secret = await _person(world, f"{HIDDEN} Person")
    await _disturb(world, secret, "after")
    await _long_ago(world, 9)
    for who, before in answers.items():
        for source, old in zip(questions(), before, strict=True):
            new = await world.found(who, source)
            assert (new.rows, new.figures, new.charts) == (old.rows, old.figures, old.charts), (who, source)


async def test_the_maintainer_of_one_project_learns_nothing_of_the_other(world: World) -> None:
    before = [await world.found("maintainer of A", source) for source in questions()]
    secret = await _person(world, f"{HIDDEN} Person")
    for title in ("more", "even more"):
        key = (await make_issue(world.app, secret, project="PRV", title=title, severity="CRITICAL"))["key"]
        await edit_issue(world.app, secret, key, status="IN_PROGRESS", assignee_id=secret.user_id)
        await edit_issue(world.app, secret, key, status="DONE", resolution="FIXED")
        await edit_issue(world.app, secret, key, title=f"{HIDDEN} {title}")
    async with world.app.work.begin("test") as uow:
        moved = "UPDATE issue_change SET at = at - interval '20 days' WHERE status_after = 'IN_PROGRESS'"
        await uow.session.execute(text(f"{moved} AND issue_key LIKE 'PRV-%'"))
    for source, old in zip(questions(), before, strict=True):
        new = await world.found("maintainer of A", source)
        assert (new.rows, new.figures, new.charts) == (old.rows, old.figures, old.charts), source


async def _person(world: World, name: str) -> Actor:
    answer = await send(world.app, world.app.cast.admin, "GET", "/api/users?limit=100")
    found = next(user for user in answer.json()["items"] if user["name"] == name)
    return Actor(found["id"], found["email"], found["name"], Role(found["role"]))


@pytest.mark.parametrize("who", [*READERS, "admin"])
async def test_the_issues_are_those_of_the_list(world: World, who: str) -> None:
    expected = sorted(await listed(world.app, world.people[who], limit=100))
    for name in ("issues", "status", "ageing", "transitions", "comments"):
        found = await world.found(who, DatasetSource(dataset=name, columns=["key"]))
        keys = set(found.column("key"))
        assert keys <= set(expected), name
        if name == "issues":
            assert sorted(keys) == expected
            assert found.figures["Issues"] == len(expected)
        grouped = await world.found(who, DatasetSource(dataset=name, group_by=["project"], columns=["count"]))
        assert sum(grouped.column("count")) == len(found.rows), name


async def test_a_watcher_gains_the_issue_and_nothing_more(world: World) -> None:
    key = (await make_issue(world.app, world.app.cast.reporter, title="Come and see"))["key"]
    alone = await world.found("watcher", DatasetSource(dataset="issues", columns=["key"]))
    assert key not in alone.column("key")
    admin = world.app.cast.admin
    await edit_issue(world.app, admin, key, assignee_id=world.people["maintainer of A"].user_id)
    seen = await world.found("maintainer of A", DatasetSource(dataset="issues", columns=["key"]))
    assert key in seen.column("key")
    rest = await world.found("watcher", DatasetSource(dataset="issues", columns=["key"]))
    assert rest.rows == alone.rows


async def test_rights_are_those_of_the_moment_of_reading(world: World) -> None:
    """The predicate is inside of the SELECT: a plan that was made before a demotion shows nothing after it."""
    person = await make_person(world.app.work, "Dan Demoted", Role.REPORTER)
    admin = world.app.cast.admin
    await add_member(world.app.work, admin, "PRV", person, Role.MAINTAINER)
    found = await found_in(world.app.database, person, DatasetSource(dataset="issues"), world.moment)
    assert any(key.startswith("PRV-") for key in found.column("key"))
    answer = await send(world.app, admin, "DELETE", f"/api/projects/PRV/members/{person.user_id}")
    assert answer.status_code == 204
    again: Any = read(found.plan)
    assert again.rows == []
    assert set(again.figures.values()) == {0}
