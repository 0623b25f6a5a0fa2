"""`/api/stats`: figures, days, flow, what is behind each figure, and the aggregation."""

from typing import Annotated

from fastapi import APIRouter, Query

from trackly.auth.deps import AdminActor
from trackly.http.deps import SnapshotSession, Uow
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.jobs.deps import CurrentScheduler
from trackly.kit.errors import InvalidInput
from trackly.kit.pages import DEFAULT_LIMIT, Limit
from trackly.projects.facade import ProjectNotFound, Status
from trackly.stats import commands, figures, flow, queries
from trackly.stats.deps import AskedDays, AskedDaysOrToday, AskedReach, StaffActor
from trackly.stats.errors import AggregationRunning
from trackly.stats.schemas import AggregateBody, Daily, Figure, Flow, ItemPage, Run, SchedulerStatus, Summary
from trackly.users.facade import Forbidden

router = APIRouter(prefix="/api/stats", tags=["stats"], route_class=CommandRoute)

LAST_RUNS = 20


@router.get("/summary", responses=problems(ProjectNotFound))
async def get_summary(session: SnapshotSession, reach: AskedReach) -> Summary:
    """Today against yesterday until the same minute."""
    return await figures.get_summary(session, reach)


@router.get("/daily", responses=problems(ProjectNotFound, InvalidInput))
async def get_daily(session: SnapshotSession, asked: AskedDays) -> Daily:
    """One row a day, oldest first, today's so far among them. At most 400 days; the last 30 by default."""
    return await queries.get_daily(session, asked.reach, asked.days)


@router.get("/flow", responses=problems(ProjectNotFound, InvalidInput))
async def get_flow(session: SnapshotSession, asked: AskedDays) -> Flow:
    """Cycle time, throughput, cumulative flow and ageing."""
    return await flow.get_flow(session, asked.reach, asked.days)


@router.get("/{figure}/items", responses=problems(ProjectNotFound, InvalidInput))
async def list_figure_items(
    figure: Figure,
    session: SnapshotSession,
    asked: AskedDaysOrToday,
    status: Status | None = None,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> ItemPage:
    """The proof of a figure: today's by default. `status` narrows `open` to one status."""
    return await figures.list_items(session, asked.reach, figure, asked.days, status, after, limit)


@router.post("/aggregate", responses=problems(AggregationRunning, Forbidden))
async def aggregate(uow: Uow, actor: AdminActor, body: AggregateBody | None = None) -> Run:
    """Bring the stored days up to date now; answers what was done."""
    return await commands.aggregate(uow, "manual", rebuild=body is not None and body.rebuild, actor_id=actor.user_id)


@router.get("/scheduler/status", responses=problems(Forbidden))
async def get_scheduler_status(
    session: SnapshotSession, _actor: StaffActor, scheduler: CurrentScheduler
) -> SchedulerStatus:
    """This server's heartbeat and jobs, and the last aggregations of all servers."""
    return SchedulerStatus(
        running=scheduler.running, jobs=scheduler.status(), last_runs=await queries.list_runs(session, LAST_RUNS)
    )
