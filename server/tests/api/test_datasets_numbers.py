"""What the datasets say is what is there, counted another way."""

import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.support.clock import FixedClock
from tests.support.datasets import Found, copied, found_in
from tests.support.histories import Change
from tests.support.lives import World, history_of, live_some, make_world
from tests.support.postgres import TestPostgres
from trackly.datasets.facade import DatasetSource, catalog
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.db import Database
from trackly.stats.facade import aggregate
from trackly.stats.queries import get_daily, load_reach, span_of
from trackly.users.facade import Actor

NOW = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)


@dataclass
class Box:
    database: Database
    world: World

    async def found(self, reader: Actor, dataset: str, values: Any = None, zone: str = "UTC", **over: Any) -> Found:
        return await found_in(self.database, reader, DatasetSource(dataset=dataset, **over), NOW, values, zone=zone)

    async def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        async with self.database.read_session() as session:
            return [dict(row) for row in (await session.execute(text(statement), values)).mappings()]


@pytest.fixture(scope="module")
async def box(postgres: TestPostgres) -> AsyncIterator[Box]:
    """Two projects with 60 issues each; a part of their past was aggregated, the rest was not."""
    with postgres.cloned() as url:
        database = Database.open(url, pool_size=4)
        work = UnitsOfWork(database, FixedClock(NOW), SilentDoorbell())
        world, dice = await make_world(work), random.Random(26)
        await live_some(work, world, dice, 30, "a", days=40)
        async with work.begin("test") as uow:
            await aggregate(uow, "manual")
        await live_some(work, world, dice, 30, "b", days=40)
        yield Box(database, world)
        await database.close()


async def test_issues_are_the_issues(box: Box) -> None:
    found = await box.found(box.world.cast.admin, "issues", columns=["key", "title", "status", "overdue", "age_days"])
    there = await box.rows("SELECT key, title, status, due_on, created_at, done_at FROM issue ORDER BY key")
    assert sorted(found.column("key")) == [row["key"] for row in there]
    by_key = {row["key"]: row for row in found.rows}
    for row in there:
        told = by_key[row["key"]]
        late = row["due_on"] is not None and row["due_on"] < NOW.date() and row["status"] != "DONE"
        days = ((row["done_at"] or NOW) - row["created_at"]).total_seconds() / 86_400
        assert (told["title"], told["status"], told["overdue"]) == (row["title"], row["status"], late)
        assert float(told["age_days"]) == pytest.approx(days, abs=0.06)
    assert found.figures["Issues"] == len(there)
    assert found.figures["Open"] == sum(row["status"] != "DONE" for row in there)
    assert found.charts["Issues by status"] == [
        {"status": status, "count": count}
        for status in ("OPEN", "TRIAGED", "IN_PROGRESS", "DONE")
        if (count := sum(row["status"] == status for row in there))
    ]


async def test_groups_are_counted_with_all_their_measures(box: Box) -> None:
    measures = ["count", "done", "median_cycle", "p85_age"]
    found = await box.found(
        box.world.cast.admin, "issues", group_by=["project", "status"], columns=measures, sort=["-count"]
    )
    history = await _history(box)
    cycles = _cycles(history)
    issues = await box.rows("SELECT id, key, status, created_at FROM issue")
    expected: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in issues:
        expected[row["key"].split("-")[0], row["status"]].append(row)
    assert {(row["project"], row["status"]): row["count"] for row in found.rows} == {
        place: len(rows) for place, rows in expected.items()
    }
    assert found.column("count") == sorted(found.column("count"), reverse=True)
    for row in found.rows:
        ids = [one["id"] for one in expected[row["project"], row["status"]]]
        times = [cycles[one] for one in ids if one in cycles and row["status"] == "DONE"]
        assert (row["median_cycle"] is None) == (not times)
        if times:
            assert float(row["median_cycle"]) == pytest.approx(median(times), abs=0.11)
        assert (row["p85_age"] is None) == (row["status"] == "DONE")


async def _history(box: Box) -> list[Change]:
    async with box.database.read_session() as session:
        return await history_of(session, box.world.projects.values(), None)


def _cycles(history: list[Change]) -> dict[int, float]:
    """Days from the first move to IN_PROGRESS to the last to DONE."""
    started: dict[int, datetime] = {}
    done: dict[int, datetime] = {}
    for change in history:
        if change.status[1] == "IN_PROGRESS":
            started.setdefault(change.issue_id, change.at)
        if change.status[1] == "DONE":
            done[change.issue_id] = change.at
    return {i: (done[i] - started[i]).total_seconds() / 86_400 for i in started if i in done}


async def test_transitions_are_the_history(box: Box) -> None:
    found = await box.found(box.world.cast.admin, "transitions", columns=["key", "at", "from", "to", "days"])
    there = {row["id"]: row["key"] for row in await box.rows("SELECT id, key FROM issue")}
    expected: Counter[tuple[Any, ...]] = Counter()
    before: dict[int, datetime] = {}
    for change in await _history(box):
        old, new = change.status
        if new is None or change.issue_id not in there:
            continue
        if old is not None and old != new:
            days = round((change.at - before[change.issue_id]).total_seconds() / 86_400, 1)
            expected[there[change.issue_id], change.at, old, new, days] += 1
        before[change.issue_id] = change.at
    told = Counter((row["key"], row["at"], row["from"], row["to"], float(row["days"])) for row in found.rows)
    assert told == expected
    assert found.column("at") == sorted(found.column("at"), reverse=True)
    assert found.figures["Done"] == sum(one[3] == "DONE" for one in expected.elements())


@pytest.mark.parametrize("who", ["admin", "maintainer", "reporter", "other"])
async def test_daily_is_what_the_page_of_numbers_says(box: Box, who: str) -> None:
    """To the last figure, although half of the history was never aggregated."""
    reader = getattr(box.world.cast, who)
    names = ["created", "triaged", "started", "done", "reopened", "open", "in_done", "open_low", "open_critical"]
    for project in [None, *box.world.projects]:
        if project == "NYC" and who == "reporter":
            continue
        asked = f"project:{project}" if project else ""
        found = await box.found(reader, "daily", columns=["day", "project", *names], filter=asked, sort=["day"])
        async with box.database.read_session() as session:
            reach = await load_reach(session, reader, project, NOW)
            daily = await get_daily(session, reach, span_of(reach, min(found.column("day")), None))
        for day in daily.items:
            rows = [row for row in found.rows if row["day"] == day.day]
            told = {name: sum(row[name] for row in rows) for name in names}
            assert told == {
                **{name: getattr(day, name) for name in names[:6]},
                "in_done": day.by_status.DONE,
                "open_low": day.by_severity.LOW,
                "open_critical": day.by_severity.CRITICAL,
            }, (project, day.day)


async def test_days_in_groups_are_summed_or_averaged(box: Box) -> None:
    rows = (await box.found(box.world.cast.admin, "daily", columns=["day", "project", "created", "open"])).rows
    months = await box.found(box.world.cast.admin, "daily", group_by=["day_month"], columns=["created", "open"])
    for month in months.rows:
        mine = [row for row in rows if row["day"].replace(day=1) == month["day_month"]]
        assert month["created"] == sum(row["created"] for row in mine)
        a_day = sum(row["open"] for row in mine) / len({row["day"] for row in mine})
        assert float(month["open"]) == pytest.approx(a_day, abs=0.051)


async def test_people_are_counted_over_the_issues_that_the_filter_names(box: Box) -> None:
    values = {"since": NOW.date() - timedelta(days=20), "until": NOW.date()}
    found = await box.found(box.world.cast.admin, "people", values, filter="project:HEL", zone="Europe/Helsinki")
    zone = ZoneInfo("Europe/Helsinki")
    first = datetime.combine(values["since"], datetime.min.time(), zone)
    rows = await box.rows(
        "SELECT i.*, r.name AS reporter, a.name AS assignee FROM issue i JOIN user_account r ON r.id = i.reporter_id"
        " LEFT JOIN user_account a ON a.id = i.assignee_id WHERE i.key LIKE 'HEL-%'"
    )
    for person in found.rows:
        name = person["person"]
        mine = [row for row in rows if row["reporter"] == name]
        assert person["reported"] == len(mine)
        assert person["reported_in_period"] == sum(first <= row["created_at"] for row in mine)
        assigned = [row for row in rows if row["assignee"] == name]
        assert person["assigned_open"] == sum(row["status"] != "DONE" for row in assigned)
        assert person["done"] == sum(row["done_at"] is not None and row["done_at"] >= first for row in assigned)
    assert {row["reporter"] for row in rows} <= set(found.column("person"))


async def test_weeks_and_days_are_those_of_the_zone(box: Box) -> None:
    zone = "America/New_York"
    found = await box.found(box.world.cast.admin, "issues", group_by=["created_day"], columns=["count"], zone=zone)
    there = await box.rows("SELECT created_at FROM issue")
    expected = Counter(row["created_at"].astimezone(ZoneInfo(zone)).date() for row in there)
    assert {row["created_day"]: row["count"] for row in found.rows} == dict(expected)
    assert found.column("created_day") == sorted(expected)
    weeks = await box.found(box.world.cast.admin, "issues", group_by=["created_week"], columns=["count"], zone=zone)
    assert all(day.weekday() == 0 for day in weeks.column("created_week"))


async def test_the_same_data_gives_the_same_rows_in_the_same_order(box: Box) -> None:
    for dataset in ("issues", "transitions", "status", "ageing", "daily", "people"):
        first = await box.found(box.world.cast.admin, dataset, sort=[])
        again = await box.found(box.world.cast.admin, dataset, sort=[])
        assert (first.rows, first.position) == (again.rows, again.position)
        assert first.plan.plan.select == again.plan.plan.select


@pytest.mark.parametrize("name", [one.name for one in catalog()])
async def test_each_select_is_one_that_copy_takes(box: Box, name: str) -> None:
    found = await box.found(box.world.cast.admin, name)
    assert (copied(found.plan) > 0) == bool(found.rows)


async def test_the_position_is_that_of_the_newest_event_about_the_data(box: Box) -> None:
    before = (await box.found(box.world.cast.admin, "issues")).position
    head = (await box.rows("SELECT max(seq) AS seq FROM event_log"))[0]["seq"]
    assert before.endswith(f".{head}")
    work = UnitsOfWork(box.database, FixedClock(NOW), SilentDoorbell())
    async with work.begin("test") as uow:
        from trackly.events.envelope import NOBODY, Event

        uow.record(Event("report.ran", "report:1", 1, NOBODY, {}, None))
    assert (await box.found(box.world.cast.admin, "issues")).position == before
