"""What people do with runs: start, cancel, try again, pause, resume; and what the end of the deliveries makes of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.app import App
from tests.support.report_runs import PlainSteps, events_of, execute, fall_behind, make_report, rows, states
from tests.support.verify import verify_command
from trackly.kit.errors import InvalidInput
from trackly.notifications.facade import Channel, Delivery, enqueue
from trackly.reports.claim import claim_due
from trackly.reports.errors import NotYourReport, ReportBusy, ReportNotFound
from trackly.reports.leases import finish_run, lease_runs
from trackly.reports.pausing import pause_schedule, resume_schedule
from trackly.reports.run_commands import BY_HAND_MOST, cancel_run, retry_run, settle_run, start_run
from trackly.reports.run_errors import AsOfUnknown, NoSchedule, NothingToRetry, RunIsOver, RunNotFound, RunNotOver
from trackly.reports.run_schemas import RunNew, RunSummary
from trackly.reports.steps import Told
from trackly.users.facade import Actor

SECOND: dict[str, Any] = {"cron": "@every 1s"}


async def start(app: App, actor: Actor, report_id: int, **new: Any) -> RunSummary:
    async with app.work.begin("test") as uow:
        return await start_run(uow, actor, report_id, RunNew(**new))


async def cancel(app: App, actor: Actor, run_id: int) -> RunSummary:
    async with app.work.begin("test") as uow:
        return await cancel_run(uow, actor, run_id)


async def retry(app: App, actor: Actor, run_id: int) -> RunSummary:
    async with app.work.begin("test") as uow:
        return await retry_run(uow, actor, run_id)


async def make_all(app: App, deliveries: int = 0) -> None:
    """Every run that is queued is made; each gets so many mails into the outbox."""
    steps = PlainSteps(app.asgi.state.blobs, deliveries=deliveries)
    for run in await lease_runs(app.work, "me", 100, 30):
        await finish_run(app.work, run, await steps.render(run, Told()), steps, Told())
        async with app.work.begin("test") as uow:
            mails = (
                Delivery(f"report_run:{run.id}", Channel.EMAIL, f"{n}@example.org", owner_id=run.owner_id)
                for n in range(deliveries)
            )
            await enqueue(uow, *mails)


async def deliver(app: App, run_id: int, *ends: str) -> None:
    """The outbox got rid of them, each in its way; then the run is told."""
    found = await rows(app.work, "SELECT id FROM delivery WHERE ref = :ref ORDER BY id", ref=f"report_run:{run_id}")
    for row, end in zip(found, ends, strict=True):
        await execute(app.work, "UPDATE delivery SET state = :end, final_at = now() WHERE id = :id", end=end, id=row.id)
    async with app.work.begin("test") as uow:
        await settle_run(uow, run_id)


async def run_row(app: App, run_id: int) -> Any:
    return (await rows(app.work, "SELECT * FROM report_run WHERE id = :id", id=run_id))[0]


async def test_a_run_by_hand_keeps_who_wanted_it_and_the_values(app: App) -> None:
    parameters = [{"name": "since", "type": "date", "default": "-7d"}]
    report_id = await make_report(app.work, app.cast.maintainer, definition={"parameters": parameters})
    run = await start(app, app.cast.maintainer, report_id, parameters={"since": "2026-11-01"})
    assert (run.status, run.trigger, run.scheduled_for) == ("QUEUED", "api", None)
    assert run.requested_by is not None
    assert run.requested_by.id == app.cast.maintainer.user_id
    assert (await run_row(app, run.id)).parameters == {"since": "2026-11-01"}
    assert await events_of(app) == [("report.run_created", ["f:admin", "u:2"])]
    with pytest.raises(InvalidInput) as refused:
        await start(app, app.cast.maintainer, report_id, parameters={"sinse": "2026-11-01", "since": "soonish"})
    assert sorted(error.field for error in refused.value.errors) == ["parameters.since", "parameters.sinse"]
    assert await states(app.work) == ["QUEUED"]


async def test_who_asks_for_a_run_ends_it_and_is_told_with_everybody_concerned(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer)
    made = await verify_command(
        app, lambda: start(app, app.cast.maintainer, report_id), examples=["report.run_created"]
    )
    run: RunSummary = made.answer
    assert made.told["Ada Admin"] == made.told["Max Maintainer"] == made.events
    assert made.told["Rea Reporter"] == []
    await verify_command(app, lambda: lease_runs(app.work, "me", 1, 30), examples=["report.run_updated"])
    await execute(app.work, "UPDATE report_run SET state = 'QUEUED'")
    await verify_command(app, lambda: cancel(app, app.cast.maintainer, run.id), examples=["report.run_finished"])


async def test_only_owner_and_admins_start_a_run(app: App) -> None:
    sent_to = [{"kind": "user", "user_id": app.cast.reporter.user_id}]
    report_id = await make_report(app.work, app.cast.maintainer, definition={"recipients": sent_to})
    with pytest.raises(NotYourReport):
        await start(app, app.cast.reporter, report_id)
    with pytest.raises(ReportNotFound):
        await start(app, app.cast.other, report_id)
    run = await start(app, app.cast.admin, report_id)
    with pytest.raises(NotYourReport):
        await cancel(app, app.cast.reporter, run.id)
    with pytest.raises(RunNotFound):
        await cancel(app, app.cast.other, run.id)


async def test_nobody_fills_the_queue(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    for _ in range(BY_HAND_MOST):
        await start(app, app.cast.admin, report_id)
    with pytest.raises(ReportBusy):
        await start(app, app.cast.admin, report_id)


async def test_nobody_fills_the_queue_by_asking_all_at_once(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    asked = (start(app, app.cast.admin, report_id) for _ in range(BY_HAND_MOST + 4))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["ReportBusy"] * 4 + ["RunSummary"] * BY_HAND_MOST


async def test_the_numbers_of_an_earlier_run_are_asked_for_by_their_position(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    first = await start(app, app.cast.admin, report_id)
    await make_all(app)
    await execute(app.work, 'UPDATE report SET version = 5, definition = definition || \'{"formats": ["pdf"]}\'')
    again = await start(app, app.cast.admin, report_id, as_of="1.1")
    old, new = await run_row(app, first.id), await run_row(app, again.id)
    assert (new.report_version, new.definition, new.moment, new.as_of) == (1, old.definition, old.moment, "1.1")
    with pytest.raises(AsOfUnknown):
        await start(app, app.cast.admin, report_id, as_of="1.2")


async def test_cancelling_ends_what_waits_and_marks_what_runs(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    waits = await start(app, app.cast.admin, report_id)
    ended = await cancel(app, app.cast.admin, waits.id)
    assert (ended.status, ended.reason) == ("CANCELLED", "Cancelled by Ada Admin")
    with pytest.raises(RunIsOver):
        await cancel(app, app.cast.admin, waits.id)
    runs = await start(app, app.cast.admin, report_id)
    await lease_runs(app.work, "me", 1, 30)
    assert (await cancel(app, app.cast.admin, runs.id)).status == "RUNNING"
    assert (await run_row(app, runs.id)).cancel_by == app.cast.admin.user_id
    types = [kind for kind, _ in await events_of(app)]
    assert types == [f"report.run_{kind}" for kind in ("created", "finished", "created", "updated", "updated")]


async def test_cancelling_a_run_that_is_being_sent_keeps_the_rest_back(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    run = await start(app, app.cast.admin, report_id)
    await make_all(app, deliveries=3)
    await execute(app.work, "UPDATE delivery SET state = 'sent', final_at = now() WHERE id = 1")
    await cancel(app, app.cast.admin, run.id)
    found = await rows(app.work, "SELECT state FROM delivery ORDER BY id")
    assert [row.state for row in found] == ["sent", "suppressed", "suppressed"]
    async with app.work.begin("test") as uow:
        await settle_run(uow, run.id)
    row = await run_row(app, run.id)
    assert (row.state, row.reason) == ("PARTIAL", "Cancelled after 1 of 3 were sent")


@pytest.mark.parametrize(
    ("ends", "state", "reason"),
    [
        (["sent", "sent", "sent"], "SUCCESS", None),
        (["sent", "suppressed", "sent"], "SUCCESS", "1 of 3 want no more of it"),
        (["sent", "failed", "sent"], "PARTIAL", "1 of 3 could not be sent"),
        (["sent", "failed", "unknown"], "PARTIAL", "2 of 3 could not be sent"),
        (["failed", "failed", "suppressed"], "FAILED", "It could not be sent to anybody"),
    ],
)
async def test_a_run_ends_as_its_deliveries_did(app: App, ends: list[str], state: str, reason: str | None) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    run = await start(app, app.cast.admin, report_id)
    await make_all(app, deliveries=3)
    assert await states(app.work) == ["DELIVERING"]
    await deliver(app, run.id, *ends)
    row = await run_row(app, run.id)
    assert (row.state, row.reason, row.progress["addressed"]) == (state, reason, 3)
    assert row.progress["sent"] == ends.count("sent")
    assert row.finished_at is not None
    await deliver(app, run.id, *ends)
    assert (await run_row(app, run.id)).version == row.version
    assert (await events_of(app))[-1][0] == "report.run_finished"


async def test_trying_again_sends_to_those_alone_whom_it_did_not_reach(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    run = await start(app, app.cast.admin, report_id)
    await make_all(app, deliveries=3)
    await deliver(app, run.id, "sent", "failed", "sent")
    told = await retry(app, app.cast.admin, run.id)
    assert (told.status, told.sent, told.addressed) == ("DELIVERING", 2, 3)
    found = await rows(app.work, "SELECT state FROM delivery ORDER BY id")
    assert [row.state for row in found] == ["sent", "pending", "sent"]
    with pytest.raises(RunNotOver):
        await retry(app, app.cast.admin, run.id)
    await deliver(app, run.id, "sent", "sent", "sent")
    assert await states(app.work) == ["SUCCESS"]
    with pytest.raises(NothingToRetry):
        await retry(app, app.cast.admin, run.id)
    assert len(await rows(app.work, "SELECT 1 FROM report_edition")) == 1


async def test_a_slot_that_was_missed_is_made_after_all_and_stays_the_same_row(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin, **SECOND, grace_s=0)
    await fall_behind(app.work, report_id, 60)
    await claim_due(app.work)
    (missed, *_) = await rows(app.work, "SELECT * FROM report_run WHERE state = 'MISSED' ORDER BY id")
    told = await retry(app, app.cast.admin, missed.id)
    assert (told.status, told.scheduled_for, told.trigger) == ("QUEUED", missed.scheduled_for, "schedule")
    await execute(app.work, "DELETE FROM report_run WHERE id <> :id", id=missed.id)
    await make_all(app)
    row = await run_row(app, missed.id)
    assert (row.state, row.scheduled_for, row.moment) == ("SUCCESS", missed.scheduled_for, missed.moment)
    assert row.definition["formats"] == ["csv"]


async def test_a_run_that_a_check_stopped_is_made_anew(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    run = await start(app, app.cast.admin, report_id)
    steps = PlainSteps(app.asgi.state.blobs, stopped="Not sent, a check failed: 0 rows")
    (leased,) = await lease_runs(app.work, "me", 1, 30)
    await finish_run(app.work, leased, await steps.render(leased, Told()), steps, Told())
    assert await states(app.work) == ["FAILED"]
    await retry(app, app.cast.admin, run.id)
    await make_all(app)
    assert await states(app.work) == ["SUCCESS"]
    assert len(await rows(app.work, "SELECT 1 FROM report_edition")) == 1


async def test_a_pause_keeps_what_is_due_and_skips_what_comes(app: App) -> None:
    report_id = await make_report(app.work, app.cast.maintainer, **SECOND, catchup="all")
    await fall_behind(app.work, report_id, 2)
    async with app.work.begin("test") as uow:
        shown = await pause_schedule(uow, app.cast.maintainer, report_id, "holidays")
    assert shown.schedule is not None
    assert (shown.schedule.paused_reason, shown.next_fires) == ("holidays", [])
    before = len(await states(app.work))
    assert set(await states(app.work)) == {"QUEUED"}
    await fall_behind(app.work, report_id, 0.999)
    await execute(app.work, "UPDATE report_schedule SET next_fire_at = now(), last_slot = now() - interval '5 s'")
    await execute(app.work, "DELETE FROM report_run")
    await claim_due(app.work)
    skipped = await rows(app.work, "SELECT state, reason FROM report_run")
    assert {row.state for row in skipped} == {"SKIPPED"}
    assert skipped[0].reason.endswith(": holidays")
    async with app.work.begin("test") as uow:
        resumed = await resume_schedule(uow, app.cast.maintainer, report_id)
    assert resumed.schedule is not None
    assert resumed.schedule.paused_at is None
    assert all(at > datetime.now(UTC) for at in resumed.next_fires[1:])
    assert before >= 2
    told = [kind for kind, _ in await events_of(app, "report.updated")]
    assert len(told) == 2
    with pytest.raises(NotYourReport):
        async with app.work.begin("test") as uow:
            await execute(
                app.work,
                "UPDATE report SET definition = definition || :d",
                d='{"recipients": [{"kind": "user", "user_id": 3}]}',
            )
            await pause_schedule(uow, app.cast.reporter, report_id, "")


async def test_what_runs_only_by_hand_has_nothing_to_pause(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    with pytest.raises(NoSchedule):
        async with app.work.begin("test") as uow:
            await pause_schedule(uow, app.cast.admin, report_id, "")
