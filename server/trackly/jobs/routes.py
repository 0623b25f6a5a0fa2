"""`/api/jobs` and `/api/system`: what runs beside requests, and what the machine is at. For admins."""

from typing import Annotated

from fastapi import APIRouter, Path, status
from pydantic import StringConstraints

from trackly.auth.deps import AdminActor
from trackly.http.deps import CurrentClock, SnapshotSession, Uow
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.jobs import commands, queries
from trackly.jobs.deps import CurrentPresence, CurrentSampler, CurrentScheduler
from trackly.jobs.errors import JobNotFound, JobRunning
from trackly.jobs.schemas import JobPauseOut, JobRunOut, Jobs, JobStatus, System
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.users.facade import Forbidden

router = APIRouter(prefix="/api", tags=["jobs"], route_class=CommandRoute)

JobName = Annotated[str, Path(pattern=r"^[a-z][a-z_]{0,49}$")]


@router.get("/jobs", responses=problems(Forbidden))
async def list_jobs(
    session: SnapshotSession, _actor: AdminActor, scheduler: CurrentScheduler, presence: CurrentPresence
) -> Jobs:
    """Every job: when it runs next in the process that answers, how its runs went in all; and the processes."""
    return Jobs(
        answering=presence.name,
        running=scheduler.running,
        items=await queries.list_jobs(session, scheduler.status()),
        instances=await queries.list_instances(session),
    )


@router.get("/jobs/{name}/runs", responses=problems(Forbidden, JobNotFound))
async def list_job_runs(
    name: JobName,
    session: SnapshotSession,
    _actor: AdminActor,
    scheduler: CurrentScheduler,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None,
) -> Page[JobRunOut]:
    """Its runs in all processes, newest first, with what they logged."""
    scheduler.ensure_known(name)
    return await queries.list_runs(session, name, after, limit)


@router.post(
    "/jobs/{name}/run", status_code=status.HTTP_202_ACCEPTED, responses=problems(Forbidden, JobNotFound, JobRunning)
)
async def run_job(name: JobName, actor: AdminActor, scheduler: CurrentScheduler) -> JobStatus:
    """Begin a run now, in the process that answers. Its end is told by `job.ran`."""
    return scheduler.run_now(name, actor.user_id)


@router.post("/jobs/{name}/pause", responses=problems(Forbidden, JobNotFound))
async def pause_job(name: JobName, uow: Uow, actor: AdminActor, scheduler: CurrentScheduler) -> JobPauseOut:
    """Let it rest in every process, within two seconds. A run that is under way ends by itself."""
    scheduler.ensure_known(name)
    return await commands.pause_job(uow, actor, name)


@router.post("/jobs/{name}/resume", responses=problems(Forbidden, JobNotFound))
async def resume_job(name: JobName, uow: Uow, actor: AdminActor, scheduler: CurrentScheduler) -> JobPauseOut:
    """Let it run again, from its next time on."""
    scheduler.ensure_known(name)
    return await commands.resume_job(uow, actor, name)


@router.get("/system", responses=problems(Forbidden))
async def get_system(
    session: SnapshotSession,
    _actor: AdminActor,
    presence: CurrentPresence,
    sampler: CurrentSampler,
    clock: CurrentClock,
) -> System:
    """CPU, memory, disk, database and the stream's lag, each with its level."""
    return sampler.read(presence.name, await queries.read_database_figures(session), clock.now())
