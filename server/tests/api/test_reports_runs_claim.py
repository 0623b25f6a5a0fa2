"""Every slot that is due gets exactly one row: side by side, after outages, while paused, when a schedule is edited."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.support.app import App
from tests.support.report_runs import SCHEDULE, events_of, execute, fall_behind, make_report, rows, states
from trackly.reports.claim import SLOTS_PER_CLAIM, claim_due
from trackly.reports.leases import lease_runs
from trackly.reports.scheduling import put_schedule
from trackly.reports.waiting import open_waiting
from trackly.stats.facade import aggregate, is_day_closed

EACH_SECOND: Any = {"cron": "@every 1s"}


async def gaps(app: App, report_id: int) -> list[timedelta]:
    """From each slot to the next one."""
    found = await rows(
        app.work,
        "SELECT scheduled_for - lag(scheduled_for) OVER (ORDER BY scheduled_for) AS gap FROM report_run"
        " WHERE report_id = :id ORDER BY scheduled_for OFFSET 1",
        id=report_id,
    )
    return [row.gap for row in found]


async def test_a_slot_has_its_row_with_the_definition_of_its_beginning(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **EACH_SECOND, overlap="allow")
    await fall_behind(app.work, report_id, 1)
    assert await claim_due(app.work) >= 1
    *_, run = await rows(app.work, "SELECT * FROM report_run ORDER BY id")
    (schedule,) = await rows(app.work, "SELECT * FROM report_schedule")
    assert (run.state, run.trigger, run.report_version, run.attempt) == ("QUEUED", "schedule", 1, 0)
    assert run.definition["source"] == {"kind": "dataset", "dataset": "issues"}
    assert run.moment == run.scheduled_for == run.not_before == schedule.last_slot
    assert schedule.next_fire_at == schedule.last_slot + timedelta(seconds=1)
    told = ("report.run_created", ["f:admin", f"u:{app.cast.maintainer.user_id}"])
    assert (await events_of(app))[0] == told


async def test_claims_side_by_side_write_each_slot_once(app: App) -> None:
    ids = [await make_report(app.work, app.cast.admin, f"R{n}", **EACH_SECOND, catchup="all") for n in range(12)]
    for report_id in ids:
        await fall_behind(app.work, report_id, 60)
    written = await asyncio.gather(*(claim_due(app.work) for _ in range(6)))
    for report_id in ids:
        assert set(await gaps(app, report_id)) == {timedelta(seconds=1)}
    (count,) = await rows(
        app.work, "SELECT count(*) AS n, count(DISTINCT (report_id, scheduled_for)) AS d FROM report_run"
    )
    assert sum(written) == count.n == count.d >= 12 * 60


async def test_after_a_long_outage_none_is_forgotten_and_no_transaction_is_large(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **EACH_SECOND, overlap="allow")
    await fall_behind(app.work, report_id, 3 * SLOTS_PER_CLAIM)
    assert await claim_due(app.work) >= 3 * SLOTS_PER_CLAIM
    assert set(await gaps(app, report_id)) == {timedelta(seconds=1)}
    found = await states(app.work)
    assert set(found[: 3 * SLOTS_PER_CLAIM - 10]) == {"MISSED"}
    assert set(found[-4:]) == {"QUEUED"}
    missed = "SELECT count(*) AS n FROM report_run WHERE state = 'MISSED' AND (reason IS NULL OR definition <> '{}')"
    assert (await rows(app.work, missed))[0].n == 0
    (largest,) = await rows(
        app.work, "SELECT max(n) AS n FROM (SELECT count(*) AS n FROM report_run GROUP BY xmin::text) AS transactions"
    )
    assert largest.n <= SLOTS_PER_CLAIM


async def test_the_latest_late_slot_is_made_up_for(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, cron="@every 10m")
    await execute(
        app.work,
        "UPDATE report_schedule SET last_slot = last_slot - interval '1 hour',"
        " next_fire_at = last_slot - interval '1 hour' WHERE report_id = :id",
        id=report_id,
    )
    await claim_due(app.work)
    found = await states(app.work)
    assert found[-1] == "QUEUED"
    assert set(found[:-1]) == {"MISSED"}
    assert len(found) in (6, 7)


async def test_slots_of_a_report_that_rests_are_skipped_with_the_reason(app: App) -> None:
    off = await make_report(app.work, app.cast.admin, "Off", is_active=False, **EACH_SECOND)
    paused = await make_report(app.work, app.cast.admin, "Paused", **EACH_SECOND)
    await execute(
        app.work,
        "UPDATE report_schedule SET paused_at = '2026-11-26T08:00Z', paused_reason = 'it was late'"
        " WHERE report_id = :id",
        id=paused,
    )
    for report_id in (off, paused):
        await fall_behind(app.work, report_id, 3)
    await claim_due(app.work)
    found = await rows(app.work, "SELECT report_id, state, reason, finished_at FROM report_run")
    assert {(row.report_id, row.state, row.reason) for row in found} == {
        (off, "SKIPPED", "The report is switched off"),
        (paused, "SKIPPED", "Paused since 26 Nov 08:00: it was late"),
    }
    assert all(row.finished_at for row in found)


async def test_a_slot_is_skipped_while_the_one_before_is_going(app: App) -> None:
    skips = await make_report(app.work, app.cast.admin, "Skips", **EACH_SECOND, overlap="skip")
    queues = await make_report(app.work, app.cast.admin, "Queues", **EACH_SECOND, overlap="queue")
    for report_id in (skips, queues):
        await fall_behind(app.work, report_id, 1)
    await claim_due(app.work)
    assert {run.report_id for run in await lease_runs(app.work, "me", 10, 30)} == {skips, queues}
    await execute(app.work, "DELETE FROM report_run WHERE state = 'QUEUED'")
    async with asyncio.timeout(15):
        while len(await states(app.work)) < 4:
            await asyncio.sleep(0.2)
            await claim_due(app.work)
    assert (await states(app.work, skips))[:2] == ["RUNNING", "SKIPPED"]
    assert (await states(app.work, queues))[:2] == ["RUNNING", "QUEUED"]
    (reason,) = await rows(app.work, "SELECT reason FROM report_run WHERE state = 'SKIPPED' LIMIT 1")
    assert reason.reason.endswith("was still going")


async def test_a_run_waits_until_yesterday_is_closed(app: App) -> None:
    offset = 12 - datetime.now(UTC).hour  # a zone in which it is about noon
    tz = f"Etc/GMT{'-' if offset >= 0 else '+'}{abs(offset)}"
    report_id = await make_report(
        app.work, app.cast.admin, **EACH_SECOND, tz=tz, wait_for="yesterday_closed", wait_until="23:59"
    )
    await execute(app.work, "UPDATE project SET timezone = :tz", tz=tz)
    await fall_behind(app.work, report_id, 1)
    await claim_due(app.work)
    await execute(app.work, "DELETE FROM report_run WHERE id > (SELECT min(id) FROM report_run)")
    (waiting,) = await rows(app.work, "SELECT * FROM report_run")
    assert waiting.not_before > datetime.now(UTC) + timedelta(hours=5)
    assert waiting.reason.startswith("Waits until ")
    assert await lease_runs(app.work, "me", 10, 30) == []
    assert await open_waiting(app.work) == 0
    async with app.work.begin("test") as uow:
        await aggregate(uow, "manual")
    assert await open_waiting(app.work) == 1
    assert await open_waiting(app.work) == 0
    (run,) = await lease_runs(app.work, "me", 10, 30)
    assert run.id == waiting.id
    types = [kind for kind, _ in await events_of(app)]
    assert types[-3:] == ["report.run_created", "report.run_updated", "report.run_updated"]


async def test_a_day_is_closed_once_it_is_over_everywhere_and_counted(app: App) -> None:
    today = datetime.now(UTC).date()
    async with app.work.begin("test") as uow:
        assert not await is_day_closed(uow.session, today - timedelta(days=2))
        await aggregate(uow, "manual")
        assert await is_day_closed(uow.session, today - timedelta(days=2))
        assert not await is_day_closed(uow.session, today + timedelta(days=1))
        await uow.session.execute(text("UPDATE stats_run SET error = 'broke'"))
        assert not await is_day_closed(uow.session, today - timedelta(days=2))


async def test_what_was_due_before_an_edit_keeps_its_row(app: App) -> None:
    edited = await make_report(app.work, app.cast.admin, "Edited", **EACH_SECOND, catchup="all")
    ended = await make_report(app.work, app.cast.admin, "Ended", **EACH_SECOND, catchup="all")
    for report_id in (edited, ended):
        await fall_behind(app.work, report_id, 4)
    async with app.work.begin("test") as uow:
        await put_schedule(uow, edited, SCHEDULE.model_copy(update={"cron": "0 8 * * 1", "tz": "Europe/Helsinki"}))
        await put_schedule(uow, ended, None)
    assert len(await states(app.work, edited)) >= 4
    assert len(await states(app.work, ended)) >= 4
    (schedule,) = await rows(app.work, "SELECT * FROM report_schedule")
    assert schedule.report_id == edited
    assert schedule.next_fire_at.isoweekday() == 1
    assert schedule.next_fire_at > datetime.now(UTC)
    assert await claim_due(app.work) == 0


async def test_a_report_that_is_being_edited_is_passed_over_and_has_its_slots_later(app: App) -> None:
    edited = await make_report(app.work, app.cast.admin, "Edited", **EACH_SECOND, catchup="all")
    other = await make_report(app.work, app.cast.admin, "Other", **EACH_SECOND, catchup="all")
    for report_id in (edited, other):
        await fall_behind(app.work, report_id, 3)
    async with app.work.begin("test") as uow:
        await uow.session.execute(text("SELECT 1 FROM report WHERE id = :id FOR UPDATE"), {"id": edited})
        async with asyncio.timeout(5):
            await claim_due(app.work)
        assert await states(app.work, edited) == []
        assert await states(app.work, other)
        await put_schedule(uow, edited, SCHEDULE.model_copy(update={"cron": "0 8 * * 1"}))
    assert len(await states(app.work, edited)) >= 3


async def test_a_policy_that_is_edited_moves_no_slot(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, cron="0 8 * * 1")
    (before,) = await rows(app.work, "SELECT last_slot, next_fire_at FROM report_schedule")
    async with app.work.begin("test") as uow:
        await put_schedule(uow, report_id, SCHEDULE.model_copy(update={"cron": "0 8 * * 1", "grace_s": 60}))
    assert (await rows(app.work, "SELECT last_slot, next_fire_at FROM report_schedule")) == [before]


async def test_a_schedule_that_can_no_longer_be_read_is_paused_and_stops_no_other(app: App) -> None:
    broken = await make_report(app.work, app.cast.admin, "Broken", **EACH_SECOND)
    well = await make_report(app.work, app.cast.admin, "Well", **EACH_SECOND, overlap="allow")
    await execute(app.work, "UPDATE report_schedule SET tz = 'Europe/Atlantis' WHERE report_id = :id", id=broken)
    for report_id in (broken, well):
        await fall_behind(app.work, report_id, 1)
    assert await claim_due(app.work) >= 1
    assert (await states(app.work, well))[-1] == "QUEUED"
    assert await states(app.work, broken) == []
    (rest,) = await rows(app.work, "SELECT * FROM report_schedule WHERE report_id = :id", id=broken)
    assert rest.next_fire_at is None
    assert "Europe/Atlantis is no time zone" in rest.paused_reason
