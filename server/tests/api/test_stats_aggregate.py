"""`daily_stats` is what counting each change by hand gives: on random histories, over clock changes, in any order."""

import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from tests.support.histories import Change, as_deleted_with_nothing_said, random_history, utc
from tests.support.postgres import TestPostgres
from tests.support.stats_box import StatsBox, stats_box

HELSINKI, NEW_YORK = "Europe/Helsinki", "America/New_York"


@pytest.fixture
async def box(postgres: TestPostgres) -> AsyncIterator[StatsBox]:
    async with stats_box(postgres, utc(2026, 4, 20, 12, 0)) as box:
        yield box


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("first", "last"),
    [
        (utc(2026, 3, 1), utc(2026, 4, 5)),  # New York goes forward on 8 March, Helsinki on the 29th
        (utc(2025, 10, 20), utc(2025, 11, 10)),  # Helsinki goes back on 26 October, New York on 2 November
    ],
)
async def test_random_histories(postgres: TestPostgres, seed: int, first: datetime, last: datetime) -> None:
    dice = random.Random(seed)
    async with stats_box(postgres, last + timedelta(days=2, hours=dice.randint(0, 23))) as box:
        ids = await box.projects(HELSINKI, NEW_YORK, "Pacific/Kiritimati", "Pacific/Niue")
        rows = [
            change
            for n, project in enumerate(ids)
            for change in random_history(dice, project, [n * 1000 + i for i in range(40)], first, last)
        ]
        dice.shuffle(rows)  # the order of writing is not the order of time
        rows.sort(key=lambda c: c.at if dice.random() < 0.5 else first)
        third = len(rows) // 3
        for part in (rows[:third], rows[third : 2 * third], rows[2 * third :]):
            await box.write(part)
            await box.aggregate()
        await box.check()
        before = await box.dump()
        again = await box.aggregate()
        assert (again.rows, again.days, again.changes, str(again)) == (0, 0, 0, "nothing to do")
        box.clock.advance(minutes=1)
        assert (await box.aggregate(rebuild=True)).rows == 0
        assert await box.dump() == before


async def test_an_empty_or_torn_table_is_made_again(box: StatsBox) -> None:
    (project, other) = await box.projects(HELSINKI, NEW_YORK)
    dice = random.Random(7)
    for p in (project, other):
        ids = [p * 100 + i for i in range(30)]
        await box.write(random_history(dice, p, ids, utc(2026, 3, 20), utc(2026, 4, 18)))
    await box.aggregate()
    for damage in (
        "DELETE FROM daily_stats",
        "DELETE FROM daily_stats WHERE day = '2026-03-29'",
        "DELETE FROM daily_stats WHERE day < '2026-03-25'",
        "DELETE FROM daily_stats WHERE day > '2026-04-10'",
        f"DELETE FROM daily_stats WHERE project_id = {other}",
    ):
        await box.execute(damage)
        assert (await box.aggregate()).rows > 0
        await box.check()


async def test_days_without_a_server_and_without_an_event_are_filled(box: StatsBox) -> None:
    (project,) = await box.projects(HELSINKI)
    await box.write([Change(1, project, utc(2026, 4, 20, 9), "issue.created", (None, "OPEN"), (None, "HIGH"))])
    await box.aggregate()
    box.clock.advance(days=9)
    run = await box.aggregate()
    assert (run.days, run.rows, run.changes) == (9, 9, 0)
    await box.check()


async def test_only_days_from_the_earliest_touched_one_are_made_anew(box: StatsBox) -> None:
    quiet, busy = await box.projects(HELSINKI, NEW_YORK)
    for number, project in enumerate((quiet, busy)):
        born = Change(number, project, utc(2026, 4, 1, 9), "issue.created", (None, "OPEN"), (None, "HIGH"))
        await box.write([born])
    await box.aggregate()
    before = {(row["project_id"], row["day"]): row for row in await box.dump()}
    box.clock.advance(minutes=30)
    await box.write([Change(1, busy, utc(2026, 4, 15, 9), "issue.updated", ("OPEN", "DONE"))])
    run = await box.aggregate()
    assert (run.from_day, run.rows, run.changes) == (utc(2026, 4, 15).date(), 6, 1)
    for row in await box.dump():
        touched = row["project_id"] == busy and row["day"] >= utc(2026, 4, 15).date()  # type: ignore[operator]
        assert (row == before[row["project_id"], row["day"]]) is not touched
    await box.check()


async def test_an_import_of_older_days_extends_the_past(box: StatsBox) -> None:
    (project,) = await box.projects(NEW_YORK)
    await box.write([Change(1, project, utc(2026, 4, 19, 9), "issue.created", (None, "OPEN"), (None, "LOW"))])
    await box.aggregate()
    old = random_history(random.Random(3), project, list(range(10, 60)), utc(2025, 6, 1), utc(2025, 12, 1))
    await box.write(old)
    await box.aggregate()
    await box.check()


async def test_another_zone_makes_all_days_of_the_project_anew(box: StatsBox) -> None:
    project, other = await box.projects(HELSINKI, NEW_YORK)
    for p in (project, other):
        ids = list(range(p * 100, p * 100 + 30))
        await box.write(random_history(random.Random(p), p, ids, utc(2026, 4, 1), utc(2026, 4, 20, 11, 59)))
    await box.aggregate()
    for zone in ("Pacific/Niue", "Pacific/Kiritimati", HELSINKI):  # far west, far east: the first and last days move
        await box.execute(f"UPDATE project SET timezone = '{zone}' WHERE id = {project}")
        box.zones[project] = zone
        await box.aggregate()
        await box.check()


async def test_a_deletion_that_says_no_status_counts_the_same(box: StatsBox) -> None:
    (project,) = await box.projects("UTC")
    history = random_history(random.Random(11), project, list(range(80)), utc(2026, 4, 1), utc(2026, 4, 18))
    assert any(change.type == "issue.deleted" for change in history)
    await box.write([as_deleted_with_nothing_said(c) if c.type == "issue.deleted" else c for c in history])
    await box.aggregate()
    await box.check()
