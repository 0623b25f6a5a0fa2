"""Rows of the ledgers go after so many days, in batches, and never what is still needed."""

from datetime import timedelta

import pytest

from tests.support.app import App
from tests.support.report_runs import execute, make_report, rows, write_edition, write_file
from trackly.jobs.facade import forget_old_runs
from trackly.notifications.facade import forget_old_deliveries
from trackly.reports.retention import Keep, Retention

KEEP = timedelta(days=400)


async def count(app: App, table: str) -> int:
    (row,) = await rows(app.work, f"SELECT count(*) AS n FROM {table}")
    return int(row.n)


async def test_runs_of_jobs(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackly.jobs.sweeping._AT_ONCE", 2)
    for days in (402, 401, 403, 399, 0):
        await execute(
            app.work,
            "INSERT INTO job_run (job, trigger, instance, started_at, duration_ms)"
            " VALUES ('x', 'schedule', 'here', now() - make_interval(days => :days), 1)",
            days=days,
        )
    assert await forget_old_runs(app.work, KEEP) == 3
    left = await rows(app.work, "SELECT started_at < now() - interval '400 days' AS old FROM job_run")
    assert [row.old for row in left] == [False, False]
    assert await forget_old_runs(app.work, KEEP) == 0


async def test_deliveries_with_their_tries(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is still on its way stays, however old."""
    monkeypatch.setattr("trackly.notifications.jobs._AT_ONCE", 2)
    for number, (days, final) in enumerate([(401, True), (402, True), (403, True), (500, False), (399, True)]):
        await execute(
            app.work,
            "INSERT INTO delivery (ref, channel, address, state, not_before, give_up_at, created_at, final_at)"
            " VALUES (:ref, 'email', 'a@example.org', 'sent', now(), now(), now() - make_interval(days => :days),"
            " CASE WHEN :final THEN now() END)",
            ref=f"thing:{number}",
            days=days,
            final=final,
        )
    await execute(
        app.work,
        "INSERT INTO delivery_attempt (delivery_id, number, outcome, step, sender, began_at)"
        " SELECT id, 1, 'sent', 'done', 'here', now() FROM delivery",
    )
    assert await forget_old_deliveries(app.work, KEEP) == 3
    assert [row.ref for row in await rows(app.work, "SELECT ref FROM delivery ORDER BY ref")] == ["thing:3", "thing:4"]
    assert await count(app, "delivery_attempt") == 2


async def test_lines_of_inboxes(app: App) -> None:
    for days, read in ((91, True), (89, True), (366, False), (364, False)):
        await execute(
            app.work,
            "INSERT INTO notification (user_id, kind, title, created_at, read_at) VALUES (:user, 'x', 'x',"
            " now() - make_interval(days => :days), CASE WHEN :read THEN now() END)",
            user=app.cast.admin.user_id,
            days=days,
            read=read,
        )
    assert await forget_old_deliveries(app.work, KEEP) == 2
    assert await count(app, "notification") == 2


async def test_runs_of_reports_with_their_receipts(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the newest of a report, not one on its way, none that has a file."""
    monkeypatch.setattr("trackly.reports.retention._RUNS", 2)
    report_id, quiet = [await make_report(app.work, app.cast.admin, name) for name in ("A", "B")]
    wanted = [
        *[(report_id, 410 - n, "SUCCESS") for n in range(5)],
        *[(report_id, 402, "DELIVERING"), (report_id, 399, "MISSED"), (quiet, 800, "SUCCESS")],
    ]
    ids = []
    for report, days, state in wanted:
        await execute(
            app.work,
            "INSERT INTO report_run (report_id, trigger, report_version, state, not_before, created_at)"
            " VALUES (:report, 'manual', 1, :state, now(), now() - make_interval(days => :days))",
            report=report,
            state=state,
            days=days,
        )
        (run,) = await rows(app.work, "SELECT max(id) AS id FROM report_run")
        ids.append(run.id)
        async with app.work.begin("test") as uow:
            edition = await write_edition(uow, run.id, [1], app.work.clock.now())
            await write_file(uow, edition, f"file-{run.id}", b"x")
    with_file = ids[1]
    await execute(
        app.work,
        "UPDATE report_file SET stored_name = NULL WHERE edition_id IN"
        " (SELECT id FROM report_edition WHERE run_id <> :run)",
        run=with_file,
    )
    await Retention(app.work, Keep(36_500, 1000, 2**60, ledger_days=400)).sweep()
    left = [row.id for row in await rows(app.work, "SELECT id FROM report_run ORDER BY id")]
    assert left == [with_file, *ids[5:]]
    assert await count(app, "report_edition") == await count(app, "report_file") == len(left)
