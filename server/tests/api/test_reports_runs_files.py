"""Files of runs go by age, number and size, never their receipts; and no sweep takes one that is in use."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from tests.support.app import App
from tests.support.report_runs import execute, make_report, rows, write_edition, write_file
from trackly.attachments.facade import Sweeper, new_blob_name
from trackly.reports.edition_queries import find_used_blobs
from trackly.reports.retention import Keep, Retention

GENEROUS = Keep(days=365, runs=100, quota_bytes=10**9)


async def make_run(app: App, report_id: int, *, days_ago: int = 0, state: str = "SUCCESS", blob: str = "") -> str:
    """A run with one file of 100 bytes in the store; returns the blob's name. With `blob` it has an earlier one's."""
    name = blob or new_blob_name()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 100

    if not blob:
        await app.asgi.state.blobs.put(name, chunks())
    await execute(
        app.work,
        "INSERT INTO report_run (report_id, trigger, report_version, state, not_before, created_at)"
        " VALUES (:id, 'manual', 1, :state, now(), now() - make_interval(days => :ago))",
        id=report_id,
        state=state,
        ago=days_ago,
    )
    (run,) = await rows(app.work, "SELECT max(id) AS id FROM report_run")
    async with app.work.begin("test") as uow:
        edition_id = await write_edition(uow, run.id, [1], datetime.now(UTC))
        await write_file(uow, edition_id, name, b"x" * 100)
    return name


async def kept(app: App) -> list[str | None]:
    found = await rows(
        app.work, "SELECT f.stored_name FROM report_file f JOIN report_edition e ON e.id = edition_id ORDER BY e.id"
    )
    return [row.stored_name for row in found]


async def remove_now(app: App) -> int:
    await execute(app.work, "UPDATE blob_deletion SET due_at = now() - interval '1 s'")
    return await Sweeper(app.work, app.asgi.state.blobs, also_used=(find_used_blobs,)).remove_deleted()


async def test_files_go_by_age_and_receipts_stay(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    old = await make_run(app, report_id, days_ago=31)
    new = await make_run(app, report_id, days_ago=29)
    assert await Retention(app.work, Keep(30, 100, 10**9)).sweep() == 1
    assert await kept(app) == [None, new]
    receipts = await rows(app.work, "SELECT bytes, octet_length(sha256) AS hash FROM report_file")
    assert [tuple(row) for row in receipts] == [(100, 32)] * 2
    assert await app.asgi.state.blobs.exists(old)
    assert await remove_now(app) == 1
    assert not await app.asgi.state.blobs.exists(old)
    assert await app.asgi.state.blobs.exists(new)
    assert await Retention(app.work, Keep(30, 100, 10**9)).sweep() == 0


async def test_the_last_runs_of_each_report_keep_their_files(app: App) -> None:
    first, second = [await make_report(app.work, app.cast.admin, name) for name in ("A", "B")]
    names = [await make_run(app, first) for _ in range(4)]
    other = await make_run(app, second)
    assert await Retention(app.work, Keep(365, 2, 10**9)).sweep() == 2
    assert await kept(app) == [None, None, *names[2:], other]


async def test_the_oldest_go_when_there_is_too_much(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    names = [await make_run(app, report_id) for _ in range(5)]
    assert await Retention(app.work, Keep(365, 100, 250)).sweep() == 3
    assert await kept(app) == [None, None, None, *names[3:]]


async def test_a_file_that_a_later_run_shares_counts_once_and_stays_in_the_store(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    name = await make_run(app, report_id, days_ago=40)
    await make_run(app, report_id, blob=name)
    assert await Retention(app.work, Keep(365, 100, 150)).sweep() == 0
    assert await Retention(app.work, Keep(30, 100, 10**9)).sweep() == 1
    assert await kept(app) == [None, name]
    assert await rows(app.work, "SELECT 1 FROM blob_deletion") == []


async def test_a_file_that_a_run_took_over_meanwhile_is_not_removed(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    name = await make_run(app, report_id, days_ago=40)
    await Retention(app.work, Keep(30, 100, 10**9)).sweep()
    await make_run(app, report_id, blob=name)
    assert await remove_now(app) == 0
    assert await app.asgi.state.blobs.exists(name)
    assert await rows(app.work, "SELECT 1 FROM blob_deletion") == []


async def test_files_of_runs_on_their_way_stay(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    name = await make_run(app, report_id, days_ago=40, state="DELIVERING")
    assert await Retention(app.work, Keep(1, 1, 1)).sweep() == 0
    assert await kept(app) == [name]


async def test_orphans_are_swept_and_files_of_reports_are_none(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    used = await make_run(app, report_id)
    orphan = await make_run(app, report_id)
    await execute(app.work, "DELETE FROM report_file WHERE stored_name = :name", name=orphan)
    clock = app.work.clock

    class Later:
        def now(self) -> datetime:
            return clock.now() + timedelta(hours=2)

    object.__setattr__(app.work, "clock", Later())
    sweeper = Sweeper(app.work, app.asgi.state.blobs, also_used=(find_used_blobs,))
    assert await sweeper.sweep_orphans() == 1
    assert await app.asgi.state.blobs.exists(used)
    assert not await app.asgi.state.blobs.exists(orphan)


async def test_old_lines_of_logs_go(app: App) -> None:
    report_id = await make_report(app.work, app.cast.admin)
    await make_run(app, report_id)
    await execute(
        app.work,
        "INSERT INTO report_run_log (run_id, at, level, text) SELECT id, now() - make_interval(days => d), 'info', 'x'"
        " FROM report_run, (VALUES (400), (1)) AS ages(d)",
    )
    assert await Retention(app.work, GENEROUS).sweep() == 0
    assert len(await rows(app.work, "SELECT 1 FROM report_run_log")) == 1
