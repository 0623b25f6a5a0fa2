"""Reading the jobs' ledger."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from statistics import median, quantiles

from sqlalchemy import Row, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.jobs.schemas import InstanceOut, JobOut, JobPauseOut, JobRunOut, JobStatus
from trackly.jobs.tables import InstanceRow, JobPauseRow, JobRunRow
from trackly.kit.pages import Page, decode_cursor, encode_cursor
from trackly.users.facade import Person
from trackly.users.tables import UserAccount

RECENT = 100
_ALIVE_FOR = timedelta(seconds=30)


def _runs() -> Select[JobRunRow, str]:
    """Runs, newest first, with the names of who began them (NULL: the clock)."""
    return (
        select(JobRunRow, UserAccount.name)
        .outerjoin(UserAccount, UserAccount.id == JobRunRow.actor_id)
        .order_by(JobRunRow.id.desc())
    )


def _run(row: Row[JobRunRow, str]) -> JobRunOut:
    run, name = row[0], row[1]
    actor = Person(id=run.actor_id, name=name) if run.actor_id is not None else None
    fields = ("id", "job", "trigger", "instance", "started_at", "duration_ms", "result", "error", "lines")
    return JobRunOut(actor=actor, **{field: getattr(run, field) for field in fields})


async def get_run(session: AsyncSession, run_id: int) -> JobRunOut:
    """One run that is there."""
    return _run((await session.execute(_runs().where(JobRunRow.id == run_id))).one())


async def list_runs(session: AsyncSession, job: str, after: str | None, limit: int) -> Page[JobRunOut]:
    """The runs of a job in all processes, newest first. InvalidInput on `after`."""
    wanted = _runs().where(JobRunRow.job == job).limit(limit + 1)
    if after is not None:
        wanted = wanted.where(JobRunRow.id < _id_of(after))
    rows = (await session.execute(wanted)).all()
    found = [_run(row) for row in rows[:limit]]
    return Page(items=found, next=encode_cursor([found[-1].id]) if len(rows) > limit else None)


def _id_of(after: str) -> int:
    """A number that is none of ours finds nothing, which is what lies behind it."""
    value = decode_cursor(after, 1)[0]
    return value if type(value) is int and 0 <= value < 2**63 else 0


async def paused_jobs(session: AsyncSession) -> frozenset[str]:
    return frozenset(await session.scalars(select(JobPauseRow.job)))


async def lock_pause(session: AsyncSession, name: str) -> None:
    """One pause or resume of a job at a time, until the transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(7212, hashtext(:name))"), {"name": name})


async def find_pause(session: AsyncSession, name: str) -> JobPauseOut:
    """Whether the job rests, since when and by whom."""
    return (await _pauses(session, name)).get(name) or JobPauseOut(name=name, paused_at=None, paused_by=None)


async def _pauses(session: AsyncSession, name: str | None = None) -> dict[str, JobPauseOut]:
    wanted = select(JobPauseRow, UserAccount.name).join(UserAccount, UserAccount.id == JobPauseRow.paused_by)
    if name is not None:
        wanted = wanted.where(JobPauseRow.job == name)
    return {
        row.job: JobPauseOut(name=row.job, paused_at=row.paused_at, paused_by=Person(id=row.paused_by, name=who))
        for row, who in await session.execute(wanted)
    }


async def list_jobs(session: AsyncSession, known: Sequence[JobStatus]) -> list[JobOut]:
    """The jobs that this process knows, with what all processes wrote of them."""
    pauses = await _pauses(session)
    numbered = select(
        JobRunRow.id,
        func.row_number().over(partition_by=JobRunRow.job, order_by=JobRunRow.id.desc()).label("place"),
    ).subquery()
    recent = (
        select(JobRunRow.job, JobRunRow.duration_ms)
        .join(numbered, numbered.c.id == JobRunRow.id)
        .where(numbered.c.place <= RECENT)
        .order_by(JobRunRow.id)
    )
    durations: dict[str, list[int]] = defaultdict(list)
    for job, took in await session.execute(recent):
        durations[job].append(took)
    newest = select(func.max(JobRunRow.id)).group_by(JobRunRow.job)
    last = {row[0].job: _run(row) for row in await session.execute(_runs().where(JobRunRow.id.in_(newest)))}
    return [_job(status, pauses.get(status.name), last.get(status.name), durations[status.name]) for status in known]


def _job(status: JobStatus, pause: JobPauseOut | None, last: JobRunOut | None, took: list[int]) -> JobOut:
    return JobOut(
        **status.model_dump(),
        paused_at=pause.paused_at if pause else None,
        paused_by=pause.paused_by if pause else None,
        last_run=last,
        recent_ms=took,
        median_ms=round(median(took)) if took else None,
        p95_ms=round(quantiles(took, n=20, method="inclusive")[-1]) if len(took) > 1 else None,
    )


async def list_instances(session: AsyncSession) -> list[InstanceOut]:
    """The processes of the last week, those that are there first."""
    now = func.clock_timestamp()
    alive = ((InstanceRow.seen_at > now - _ALIVE_FOR) & InstanceRow.stopped_at.is_(None)).label("alive")
    wanted = select(InstanceRow, alive).order_by(alive.desc(), InstanceRow.started_at.desc()).limit(100)
    fields = ("id", "kind", "host", "pid", "version", "started_at", "seen_at", "stopped_at", "doing")
    return [
        InstanceOut(alive=is_alive, **{field: getattr(row, field) for field in fields})
        for row, is_alive in await session.execute(wanted)
    ]


async def read_database_figures(session: AsyncSession) -> dict[str, float]:
    """Size in bytes, connections and how many may be, the share of reads from memory in percent, and the age in
    seconds of the oldest transaction. What the role may not see counts as nothing."""
    row = (
        await session.execute(
            text(
                "SELECT pg_database_size(current_database()) AS size,"
                " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,"
                " current_setting('max_connections')::int AS most,"
                " (SELECT 100.0 * blks_hit / nullif(blks_hit + blks_read, 0) FROM pg_stat_database"
                "  WHERE datname = current_database()) AS from_memory,"
                " (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0) FROM pg_stat_activity"
                "  WHERE datname = current_database() AND pid <> pg_backend_pid()) AS oldest"
            )
        )
    ).one()
    return {
        "size": float(row.size),
        "connections": float(row.connections),
        "most": float(row.most),
        "from_memory": float(row.from_memory if row.from_memory is not None else 100),
        "oldest": float(row.oldest),
    }
