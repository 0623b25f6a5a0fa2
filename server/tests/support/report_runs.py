"""Reports with a schedule, written as rows, and small steps that really make a file: for tests of the queue."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text

from tests.support.app import App
from tests.support.reports import facts
from trackly.attachments.facade import BlobStore, new_blob_name
from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.kit.ids import new_uuid
from trackly.reports.definition import KeptSchedule
from trackly.reports.scheduling import put_schedule
from trackly.reports.steps import LeasedRun, RenderedRun, RunFailed, Tell
from trackly.reports.tables import ReportEditionRow, ReportFileRow, ReportRow
from trackly.users.facade import Actor

SCHEDULE = KeptSchedule(
    cron="* * * * *",
    tz="UTC",
    catchup="latest",
    overlap="skip",
    grace_s=1800,
    jitter_s=0,
    wait_for=None,
    wait_until=None,
    pause_after=3,
)
DEFINITION: dict[str, Any] = {"source": {"kind": "dataset", "dataset": "issues"}, "formats": ["csv"], "recipients": []}

INSERT_RUN = """
INSERT INTO report_run (report_id, trigger, report_version, definition, state, not_before, moment, created_at)
SELECT id, 'manual', 1, definition, :state, now(), now(), now() FROM report WHERE id = :id RETURNING *
"""


async def make_report(
    work: UnitsOfWork,
    owner: Actor,
    name: str = "Weekly status",
    *,
    is_active: bool = True,
    definition: dict[str, Any] | None = None,
    **schedule: Any,
) -> int:
    """A report of `owner`; with `schedule` its members take the place of those of SCHEDULE."""
    kept = SCHEDULE.model_copy(update=schedule) if schedule else None
    async with work.begin("test") as uow:
        whole = {**DEFINITION, **(definition or {}), "schedule": kept.model_dump() if kept else None}
        values = {"owner_id": owner.user_id, "name": name, "definition": whole, "is_active": is_active}
        made = insert(ReportRow).values(**values, created_at=uow.now, updated_at=uow.now).returning(ReportRow.id)
        report_id = int((await uow.session.execute(made)).scalar_one())
        await put_schedule(uow, report_id, kept)
    return report_id


async def execute(work: UnitsOfWork, statement: str, **values: Any) -> None:
    async with work.begin("test") as uow:
        await uow.session.execute(text(statement), values)


async def returned(work: UnitsOfWork, statement: str, **values: Any) -> Any:
    """The one row that the statement gives back."""
    async with work.begin("test") as uow:
        return (await uow.session.execute(text(statement), values)).one()


async def rows(work: UnitsOfWork, statement: str, **values: Any) -> Sequence[Any]:
    async with work.database.read_session() as session:
        return (await session.execute(text(statement), values)).all()


async def fall_behind(work: UnitsOfWork, report_id: int, seconds: float) -> None:
    """As if nobody had looked at the schedule for so long."""
    await execute(
        work,
        "UPDATE report_schedule SET last_slot = now() - make_interval(secs => :s),"
        " next_fire_at = now() - make_interval(secs => :s) + interval '1 ms' WHERE report_id = :id",
        id=report_id,
        s=seconds,
    )


async def events_of(app: App, pattern: str = "report.run_%") -> list[tuple[str, list[str]]]:
    """The types and audiences of what was recorded, in order."""
    found = await rows(app.work, "SELECT type, audience FROM event_log WHERE type LIKE :p ORDER BY seq", p=pattern)
    return [(row.type, sorted(row.audience)) for row in found]


async def states(work: UnitsOfWork, report_id: int = 0) -> list[str]:
    """The states of the runs of a report, oldest first; 0: of all."""
    statement = "SELECT state FROM report_run WHERE report_id = :id OR :id = 0 ORDER BY id"
    return [row.state for row in await rows(work, statement, id=report_id)]


@dataclass
class PlainSteps:
    """Makes a file that says which run it is of. `before`: called first, to fail or to wait. `deliveries`: so many are
    said to be queued. `made` counts the renderings."""

    blobs: BlobStore
    before: Callable[[LeasedRun], None] | None = None
    deliveries: int = 0
    stopped: str | None = None
    wait_s: float = 0.0
    gate: asyncio.Event | None = None
    made: list[tuple[int, int]] = field(default_factory=list)
    most_at_once: int = 0
    _now: int = 0

    async def render(self, run: LeasedRun, tell: Tell) -> RenderedRun:
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            tell.say(f"Attempt {run.attempt}")
            tell.progress("rows", 0.5)
            if self.before is not None:
                self.before(run)
            if self.gate is not None:
                await self.gate.wait()
            await asyncio.sleep(self.wait_s)
            content = f"run,moment\n{run.id},{run.moment.isoformat()}\n".encode()
            name = new_blob_name()
            await self.blobs.put(name, _chunks(content))
            self.made.append((run.id, run.attempt))
            return RenderedRun(1, len(content), False, "1.1", self.stopped, kept=(name, content))
        finally:
            self._now -= 1

    async def store(self, uow: UnitOfWork, run: LeasedRun, rendered: RenderedRun) -> int:
        name, content = rendered.kept
        edition_id = await write_edition(uow, run.id, [run.owner_id], run.moment)
        await write_file(uow, edition_id, name, content)
        return 0 if rendered.stopped else self.deliveries


async def write_whole_edition(
    work: UnitsOfWork, blobs: BlobStore, run_id: int, readers: list[int], content: bytes
) -> None:
    """With one file that is in the store."""
    name = new_blob_name()
    await blobs.put(name, _chunks(content))
    async with work.begin("test") as uow:
        edition_id = await write_edition(uow, run_id, readers, uow.now)
        await write_file(uow, edition_id, name, content)


async def write_edition(uow: UnitOfWork, run_id: int, readers: list[int], moment: datetime) -> int:
    written = insert(ReportEditionRow).values(
        run_id=run_id,
        scope="all",
        scope_label="everything",
        as_of="1.1",
        moment=moment,
        rows=1,
        truncated=False,
        fingerprint=b"x" * 32,
        facts=facts(readers),
    )
    return int((await uow.session.execute(written.returning(ReportEditionRow.id))).scalar_one())


async def write_file(uow: UnitOfWork, edition_id: int, blob: str | None, content: bytes) -> None:
    await uow.session.execute(
        insert(ReportFileRow).values(
            id=new_uuid(),
            edition_id=edition_id,
            format="csv",
            name="report.csv",
            content_type="text/csv",
            bytes=len(content),
            sha256=hashlib.sha256(content).digest(),
            stored_name=blob,
            created_at=uow.now,
        )
    )


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


def failing(code: str = "connection", *, again: bool = True) -> Callable[[LeasedRun], None]:
    """As `before`: each attempt fails."""

    def fail(run: LeasedRun) -> None:
        raise RunFailed(code, "The source was away", again=again)

    return fail
