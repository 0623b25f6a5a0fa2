"""The aggregation beside writers that commit out of order, beside another aggregation, and when it fails."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.support.histories import Change, utc, write_changes
from tests.support.postgres import TestPostgres
from tests.support.stats_box import StatsBox, stats_box
from trackly.jobs.facade import Scheduler
from trackly.stats.facade import AggregationRunning, aggregate, run_aggregation


@pytest.fixture
async def box(postgres: TestPostgres) -> AsyncIterator[StatsBox]:
    async with stats_box(postgres, utc(2026, 4, 20, 12)) as box:
        yield box


def born(issue_id: int, project: int, day: int) -> Change:
    return Change(issue_id, project, utc(2026, 4, day, 9), "issue.created", (None, "OPEN"), (None, "HIGH"))


async def highest_mark(box: StatsBox) -> int:
    async with box.database.sessions() as session:
        return int(await session.scalar(text("SELECT through_change FROM stats_mark")) or 0)


async def test_a_change_that_commits_after_a_higher_one_is_counted(box: StatsBox) -> None:
    (project,) = await box.projects("UTC")
    slow = born(1, project, 2)
    async with box.database.sessions() as writer:
        await write_changes(writer, [slow])  # has its id, is not committed
        await box.write([born(2, project, 3)])  # a higher id, committed
        held_back = await box.aggregate(patience_s=0.1)
        assert (held_back.changes, held_back.through_change) == (0, 0)
        await writer.commit()
    box.history.append(slow)
    assert (await box.aggregate()).changes == 2
    await box.check()


async def test_a_slow_writer_is_waited_for(box: StatsBox) -> None:
    (project,) = await box.projects("UTC")
    slow = born(1, project, 2)
    async with box.database.sessions() as writer:
        await write_changes(writer, [slow])
        await box.write([born(2, project, 3)])
        run = asyncio.create_task(box.aggregate(patience_s=10))
        await asyncio.sleep(0.2)
        assert not run.done()
        await writer.commit()
    box.history.append(slow)
    assert (await run).changes == 2
    await box.check()


async def test_ids_that_were_rolled_back_hold_nothing_up(box: StatsBox) -> None:
    (project,) = await box.projects("UTC")
    async with box.database.sessions() as writer:
        await write_changes(writer, [born(1, project, 2)])
        await box.write([born(2, project, 3)])
        await writer.rollback()
    assert (await box.aggregate()).changes == 1
    await box.check()


async def test_aggregation_under_many_writers_loses_nothing(box: StatsBox) -> None:
    (project,) = await box.projects("Europe/Helsinki")
    stop = asyncio.Event()

    async def keep_aggregating() -> None:
        while not stop.is_set():
            await box.aggregate(patience_s=0.05)

    async def write_some(first: int) -> None:
        for number in range(first, first + 25):
            async with box.work.begin("test") as uow:
                await write_changes(uow.session, [born(number, project, 1 + number % 19)])
                await asyncio.sleep(0.002 * (number % 5))
            box.history.append(born(number, project, 1 + number % 19))

    aggregating = asyncio.create_task(keep_aggregating())
    await asyncio.gather(*(write_some(first) for first in (0, 100, 200, 300)))
    stop.set()
    await aggregating
    await box.aggregate()
    await box.check()


async def test_one_aggregation_at_a_time(box: StatsBox) -> None:
    (project,) = await box.projects("UTC")
    await box.write([born(1, project, 2)])
    async with box.work.begin("one") as uow:
        await aggregate(uow, "manual")
        with pytest.raises(AggregationRunning):
            await box.aggregate()
        assert await run_aggregation(box.work, "schedule") is None
    assert (await box.aggregate()).rows == 0
    await box.check()


async def test_a_second_server_leaves_out_what_the_first_has_just_done(box: StatsBox) -> None:
    assert await run_aggregation(box.work, "start", interval_s=1800) is not None
    box.clock.advance(minutes=5)
    assert await run_aggregation(box.work, "start", interval_s=1800) is None
    box.clock.advance(minutes=25)
    assert await run_aggregation(box.work, "schedule", interval_s=1800) is not None


async def test_a_failed_aggregation_is_in_the_ledger_and_changes_nothing(box: StatsBox) -> None:
    (project,) = await box.projects("UTC")
    await box.write([born(1, project, 2)])
    await box.aggregate()
    before, mark = await box.dump(), await highest_mark(box)
    await box.write([born(2, project, 3)])
    await box.execute("ALTER TABLE daily_stats ADD CONSTRAINT planted CHECK (created < 1) NOT VALID")
    scheduler = Scheduler(box.clock)
    scheduler.add("aggregate", 3600, lambda: run_aggregation(box.work, "schedule"), at_start=True)
    scheduler.start()
    try:
        while not scheduler.status()[0].runs:
            await asyncio.sleep(0.01)
        (job,) = scheduler.status()
        assert scheduler.running
        assert job.failures == 1
        assert job.last_error is not None
        assert "planted" in job.last_error
        assert job.next_run_at is not None
    finally:
        await scheduler.stop()
    assert (await box.dump(), await highest_mark(box)) == (before, mark)
    async with box.database.sessions() as session:
        failed = (await session.execute(text("SELECT trigger, error FROM stats_run ORDER BY id DESC LIMIT 1"))).one()
    assert failed.trigger == "schedule"
    assert "planted" in failed.error
    await box.execute("ALTER TABLE daily_stats DROP CONSTRAINT planted")
    await box.aggregate()
    await box.check()


async def test_a_stopped_heartbeat_rolls_back_what_was_under_way(box: StatsBox) -> None:
    entered, left = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        try:
            async with box.work.begin("slow") as uow:
                await uow.session.execute(text("INSERT INTO stats_mark VALUES (1, 99)"))
                entered.set()
                await asyncio.sleep(60)
        finally:
            left.set()

    scheduler = Scheduler(box.clock)
    scheduler.add("slow", 3600, slow, at_start=True)
    scheduler.start()
    async with asyncio.timeout(5):
        await entered.wait()
    assert scheduler.status()[0].running
    await scheduler.stop()
    assert left.is_set()
    assert not scheduler.running
    assert await highest_mark(box) == 0


async def test_two_jobs_cannot_have_one_name(box: StatsBox) -> None:
    scheduler = Scheduler(box.clock)

    async def nothing() -> None:
        return None

    scheduler.add("sweep", 60, nothing)
    with pytest.raises(ValueError, match="sweep"):
        scheduler.add("sweep", 60, nothing)
    assert scheduler.status()[0].next_run_at is None
