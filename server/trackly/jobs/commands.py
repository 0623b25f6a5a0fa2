"""The writers of the jobs' ledger, of pauses, and of the list of processes."""

import os
import platform
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.jobs import events
from trackly.jobs.queries import find_pause, get_run, lock_pause
from trackly.jobs.scheduler import RunNote
from trackly.jobs.schemas import JobPauseOut
from trackly.jobs.tables import InstanceRow, JobPauseRow, JobRunRow
from trackly.users.facade import Actor

_KEPT_RUNS = 20_000
_RESULT_MAX = 500
_GONE_AFTER = timedelta(days=7)


async def record_run(uow: UnitOfWork, instance: str, note: RunNote) -> int:
    """Write down how a run went, and tell admins; returns its id. The oldest rows beyond 20,000 go."""
    row = JobRunRow(
        job=note.job,
        trigger=note.trigger,
        actor_id=note.actor_id,
        instance=instance,
        started_at=note.started_at,
        duration_ms=note.duration_ms,
        result=_in_words(note.result),
        error=note.error,
        lines=list(note.lines),
    )
    uow.session.add(row)
    await uow.session.flush()
    run = await get_run(uow.session, row.id)
    uow.record(events.job_ran(run, None))
    oldest = select(func.max(JobRunRow.id) - _KEPT_RUNS).scalar_subquery()
    await uow.session.execute(delete(JobRunRow).where(JobRunRow.id <= oldest))
    return run.id


async def forget_runs(uow: UnitOfWork, keep: timedelta, most: int) -> int:
    """Remove at most `most` runs that began longer ago than `keep`, the oldest first; returns how many."""
    old = select(JobRunRow.id).where(JobRunRow.started_at < uow.now - keep).order_by(JobRunRow.started_at).limit(most)
    gone = await uow.session.scalars(delete(JobRunRow).where(JobRunRow.id.in_(old)).returning(JobRunRow.id))
    return len(gone.all())


def _in_words(result: object) -> str | None:
    """What a job returned: how many it dealt with, or its own words."""
    if result is None or isinstance(result, bool):
        return None
    if isinstance(result, int):
        return f"{result} done" if result else "nothing to do"
    return str(result)[:_RESULT_MAX]


async def pause_job(uow: UnitOfWork, actor: Actor, name: str) -> JobPauseOut:
    """Let a job rest in every process. Of one that rests already nothing is changed or told."""
    await lock_pause(uow.session, name)
    found = await find_pause(uow.session, name)
    if found.paused_at is not None:
        return found
    uow.session.add(JobPauseRow(job=name, paused_at=uow.now, paused_by=actor.user_id))
    await uow.session.flush()
    paused = await find_pause(uow.session, name)
    uow.record(events.job_paused(paused, actor.ref))
    return paused


async def resume_job(uow: UnitOfWork, actor: Actor, name: str) -> JobPauseOut:
    """Let a job run again. Of one that does nothing is changed or told."""
    await lock_pause(uow.session, name)
    resumed = JobPauseOut(name=name, paused_at=None, paused_by=None)
    gone = delete(JobPauseRow).where(JobPauseRow.job == name).returning(JobPauseRow.job)
    if await uow.session.scalar(gone) is not None:
        uow.record(events.job_resumed(resumed, actor.ref))
    return resumed


async def see_instance(
    uow: UnitOfWork,
    instance: str,
    kind: Literal["server", "worker"],
    version: str,
    started_at: datetime,
    doing: list[str],
) -> None:
    """Say that this process is there and what it does now; forget those that were not seen for a week."""
    row = insert(InstanceRow).values(
        id=instance,
        kind=kind,
        host=platform.node(),
        pid=os.getpid(),
        version=version,
        started_at=started_at,
        seen_at=func.clock_timestamp(),
        doing=doing,
    )
    await uow.session.execute(
        row.on_conflict_do_update(
            index_elements=["id"],
            set_={"seen_at": row.excluded.seen_at, "doing": row.excluded.doing, "stopped_at": None},
        )
    )
    await uow.session.execute(delete(InstanceRow).where(InstanceRow.seen_at < uow.now - _GONE_AFTER))


async def say_goodbye(uow: UnitOfWork, instance: str) -> None:
    """Note that this process ends in order."""
    await uow.session.execute(
        update(InstanceRow).where(InstanceRow.id == instance).values(stopped_at=uow.now, doing=[])
    )
