"""A run belongs to who holds its lease: the fence, overlaps, failures with their back-off, lost workers, endings."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.app import App
from tests.support.report_runs import PlainSteps, events_of, execute, make_report, rows, states
from trackly.reports import leases
from trackly.reports.leases import TRIES, LostLease, end_cancelled, fail_run, finish_run, heartbeat, lease_runs
from trackly.reports.run_commands import start_run
from trackly.reports.run_schemas import RunNew
from trackly.reports.steps import LeasedRun, RunFailed, Told

NIGHTLY: dict[str, Any] = {"cron": "0 0 1 1 *"}
"""A schedule that is not due while the tests run: the slots are written by hand."""


async def make_slot(app: App, report_id: int, minutes_ago: int = 0) -> int:
    await execute(
        app.work,
        "INSERT INTO report_run (report_id, scheduled_for, trigger, report_version, definition, state, moment,"
        " not_before, created_at) SELECT id, now() - make_interval(mins => :ago), 'schedule', 1, definition, 'QUEUED',"
        " now(), now(), now() FROM report WHERE id = :id",
        id=report_id,
        ago=minutes_ago,
    )
    return int((await rows(app.work, "SELECT max(id) AS id FROM report_run"))[0].id)


async def lease(app: App, me: str = "me", free: int = 10) -> list[LeasedRun]:
    return await lease_runs(app.work, me, free, 30)


async def run_row(app: App, run_id: int) -> Any:
    return (await rows(app.work, "SELECT * FROM report_run WHERE id = :id", id=run_id))[0]


async def fall_silent(app: App, run: LeasedRun) -> None:
    await execute(app.work, "UPDATE report_run SET lease_until = now() - interval '1 s' WHERE id = :id", id=run.id)


async def make_it(app: App, run: LeasedRun, **steps: Any) -> None:
    made = PlainSteps(app.asgi.state.blobs, **steps)
    told = Told()
    await finish_run(app.work, run, await made.render(run, told), made, told)


async def test_a_run_is_held_by_one(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    (run,) = await lease(app)
    assert await lease(app, "other") == []
    assert (run.id, run.attempt, run.report_name, run.owner_id) == (run_id, 1, "Weekly status", 2)
    row = await run_row(app, run_id)
    assert (row.state, row.lease_by, row.attempt) == ("RUNNING", "me", 1)
    assert timedelta(seconds=25) < row.lease_until - datetime.now(UTC) < timedelta(seconds=35)


async def test_who_comes_back_late_writes_nothing(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    (slow,) = await lease(app, "slow")
    await fall_silent(app, slow)
    assert await leases.reclaim_runs(app.work) == 1
    (again,) = await lease(app, "quick")
    assert (again.id, again.attempt, again.failures) == (run_id, 2, 1)
    with pytest.raises(LostLease):
        await make_it(app, slow)
    with pytest.raises(LostLease):
        await fail_run(app.work, slow, RunFailed("query", "no"), Told())
    with pytest.raises(LostLease):
        await end_cancelled(app.work, slow, "Cancelled", Told())
    assert (await heartbeat(app.work, "slow", {slow: Told()}, 30)).lost == {run_id}
    assert await rows(app.work, "SELECT 1 FROM report_edition") == []
    assert (await run_row(app, run_id)).lease_by == "quick"
    await make_it(app, again)
    with pytest.raises(LostLease):
        await make_it(app, slow)
    assert len(await rows(app.work, "SELECT 1 FROM report_edition")) == 1
    assert await states(app.work) == ["SUCCESS"]


@pytest.mark.parametrize(("overlap", "at_once"), [("queue", 1), ("skip", 1), ("allow", 3)])
async def test_runs_by_the_clock_overlap_only_if_they_may(app: App, overlap: str, at_once: int) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY, overlap=overlap)
    ids = [await make_slot(app, report_id, ago) for ago in (3, 2, 1)]
    async with app.work.begin("test") as uow:
        by_hand = await start_run(uow, app.cast.admin, report_id, RunNew())
    held = await lease(app)
    assert [run.id for run in held] == [*ids[:at_once], by_hand.id]
    for expected in ids[at_once:]:
        await make_it(app, held[0])
        held = await lease(app, "other")
        assert [run.id for run in held] == [expected]


async def test_a_heartbeat_keeps_the_lease_and_writes_what_was_told(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    (run,) = await lease(app)
    await execute(app.work, "UPDATE report_run SET lease_until = now() + interval '1 s', cancel_by = 3")
    told = Told()
    told.progress("rows", 0.4)
    told.say("Reading")
    told.say("Slow", "warning")
    beat = await heartbeat(app.work, "me", {run: told.take()}, 30)
    assert (beat.lost, beat.cancelled) == (frozenset(), {run_id: 3})
    row = await run_row(app, run_id)
    assert row.progress == {"stage": "rows", "part": 0.4}
    assert row.lease_until > datetime.now(UTC) + timedelta(seconds=20)
    lines = await rows(app.work, "SELECT level, text FROM report_run_log ORDER BY id")
    assert [tuple(line) for line in lines] == [("info", "Reading"), ("warning", "Slow")]
    assert told.lines == []


async def test_what_may_pass_is_tried_again_later_each_time_and_then_fails(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    waits = []
    for attempt in range(1, TRIES + 1):
        (run,) = await lease(app)
        assert (run.attempt, run.failures) == (attempt, attempt - 1)
        await fail_run(app.work, run, RunFailed("connection", "The source was away", again=True), Told())
        row = await run_row(app, run_id)
        waits.append((row.not_before - datetime.now(UTC)).total_seconds())
        assert await lease(app) == []
        await execute(app.work, "UPDATE report_run SET not_before = now()")
    row = await run_row(app, run_id)
    assert (row.state, row.error_code, row.reason) == ("FAILED", "connection", "The source was away")
    assert 20 < waits[0] < 37 < 90 < waits[1] < 145 < 380 < waits[2] < 577
    assert row.finished_at is not None


async def test_what_can_not_pass_fails_at_once(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    (run,) = await lease(app)
    await fail_run(app.work, run, RunFailed("query", 'column "x" does not exist'), Told())
    row = await run_row(app, run_id)
    assert (row.state, row.error_message, row.attempt) == ("FAILED", 'column "x" does not exist', 1)


async def test_a_run_that_ends_its_workers_again_and_again_fails(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    for _ in range(TRIES):
        (run,) = await lease(app)
        assert await leases.reclaim_runs(app.work) == 0
        await fall_silent(app, run)
        assert await leases.reclaim_runs(app.work) == 1
    row = await run_row(app, run_id)
    assert (row.state, row.error_code) == ("FAILED", "worker_lost")
    lines = await rows(app.work, "SELECT text FROM report_run_log")
    assert [line.text for line in lines] == ["Its worker me fell silent"] * TRIES


async def test_a_run_that_was_to_be_cancelled_is_not_begun_again(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    await make_slot(app, report_id)
    (run,) = await lease(app)
    await execute(app.work, "UPDATE report_run SET cancel_by = 1")
    await fall_silent(app, run)
    assert await leases.reclaim_runs(app.work) == 1
    assert await states(app.work) == ["CANCELLED"]


async def test_a_run_that_is_given_back_is_begun_anew_at_once_and_not_counted_against_it(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    await make_slot(app, report_id)
    (run,) = await lease(app)
    await leases.release_runs(app.work, [run])
    (again,) = await lease(app, "other")
    assert (again.id, again.attempt, again.failures) == (run.id, 2, 0)


async def test_a_check_that_stops_the_sending_keeps_what_was_made(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **NIGHTLY)
    run_id = await make_slot(app, report_id)
    (run,) = await lease(app)
    await make_it(app, run, stopped="Not sent, a check failed: 0 rows", deliveries=3)
    row = await run_row(app, run_id)
    assert (row.state, row.error_code, row.reason) == ("FAILED", "check_failed", "Not sent, a check failed: 0 rows")
    assert (row.rows, row.progress["addressed"]) == (1, 0)
    assert len(await rows(app.work, "SELECT 1 FROM report_file")) == 1


async def test_every_transition_is_told_to_admins_and_the_owner(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **NIGHTLY)
    await make_slot(app, report_id)
    (run,) = await lease(app)
    await make_it(app, run, deliveries=2)
    assert await states(app.work) == ["DELIVERING"]
    told = await rows(
        app.work,
        "SELECT convert_from(body_full, 'UTF8') AS body FROM event_log WHERE type LIKE 'report.run%' ORDER BY seq",
    )
    assert [state for row in told for state in ("RUNNING", "RENDERED", "DELIVERING") if f'"{state}"' in row.body] == [
        "RUNNING",
        "RENDERED",
        "DELIVERING",
    ]
    assert {audience for _, tokens in await events_of(app) for audience in tokens} == {"f:admin", "u:2"}
    versions = await rows(
        app.work, "SELECT entity_version AS v FROM event_log WHERE type LIKE 'report.run%' ORDER BY seq"
    )
    assert [row.v for row in versions] == [2, 3, 4]


async def fail_slots(app: App, report_id: int, n: int) -> None:
    for _ in range(n):
        await make_slot(app, report_id)
        (run,) = await lease(app)
        await fail_run(app.work, run, RunFailed("query", "no such column"), Told())


async def test_failures_in_a_row_pause_the_schedule_and_owner_and_admins_are_told(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **NIGHTLY, pause_after=3)
    await fail_slots(app, report_id, 2)
    await make_slot(app, report_id)
    (run,) = await lease(app)
    await make_it(app, run)
    await fail_slots(app, report_id, 2)
    (schedule,) = await rows(app.work, "SELECT * FROM report_schedule")
    assert (schedule.failure_streak, schedule.paused_at) == (2, None)
    await fail_slots(app, report_id, 1)
    (schedule,) = await rows(app.work, "SELECT * FROM report_schedule")
    assert schedule.paused_at is not None
    assert schedule.paused_reason == "3 runs in a row failed. The last one: no such column"
    lines = await rows(app.work, "SELECT user_id, kind, title, link FROM notification ORDER BY user_id")
    link = f"/reports/{report_id}"
    assert [tuple(line) for line in lines] == [
        (app.cast.admin.user_id, "schedule_paused", "Weekly status is paused", link),
        (app.cast.maintainer.user_id, "schedule_paused", "Weekly status is paused", link),
    ]
    assert ("report.updated", ["f:admin", "u:2"]) in await events_of(app, "report.updated")
    await fail_slots(app, report_id, 1)
    assert len(await rows(app.work, "SELECT 1 FROM notification")) == 2


async def test_runs_by_hand_and_tests_pause_nothing(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **NIGHTLY, pause_after=1)
    for trigger in ("manual", "test"):
        async with app.work.begin("test") as uow:
            await start_run(uow, app.cast.maintainer, report_id, RunNew(), trigger)
        (run,) = await lease(app)
        await fail_run(app.work, run, RunFailed("query", "no"), Told())
    (schedule,) = await rows(app.work, "SELECT * FROM report_schedule")
    assert (schedule.failure_streak, schedule.paused_at) == (0, None)
