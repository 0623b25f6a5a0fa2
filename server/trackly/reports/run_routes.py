"""Runs, their ledger and what they made, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from pydantic import StringConstraints
from sse_starlette import EventSourceResponse

from trackly.attachments.facade import BlobStoreDown, ContentMissing
from trackly.auth.deps import CurrentActor
from trackly.http.deps import CurrentClock, EntityId, SnapshotSession, Uow
from trackly.http.problem import Problem, problems
from trackly.http.route import CommandRoute
from trackly.kit.errors import InvalidInput, TooManyRequests
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.kit.schema import In, StorableText
from trackly.reports import pausing, run_commands, run_queries, upcoming
from trackly.reports.errors import FileGone, FileNotFound, NotYourReport, ReportBusy, ReportNotFound
from trackly.reports.parts import Format
from trackly.reports.run_deps import CurrentFollowers, OutgoingRunFile
from trackly.reports.run_errors import AsOfUnknown, NoSchedule, NothingToRetry, RunIsOver, RunNotFound, RunNotOver
from trackly.reports.run_schemas import RunLedgerRow, RunNew, RunOut, RunSummary, SchedulePreview
from trackly.reports.schemas import ReportOut, RunStatus

router = APIRouter(prefix="/api", tags=["reports"], route_class=CommandRoute)
After = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
When = Annotated[StorableText, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Zone = Annotated[StorableText, StringConstraints(min_length=1, max_length=64)]
_SEND_TIMEOUT_S = 20
_BYTES: dict[str, Any] = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_SENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole file", **_BYTES},
    206: {"description": "The bytes that `Range` asks for", **_BYTES},
    304: {"description": "The file that `If-None-Match` names"},
    416: {"description": "`Range` begins after the end of the file", "model": Problem},
}
_FRAMES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "`run`, `log`, `end`, `bye`",
        "content": {"text/event-stream": {}},
    }
}


class Pause(In):
    """Why, for those who look at the ledger; by default who did it."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""


@router.get("/reports/schedule/preview", responses=problems(InvalidInput))
async def preview_schedule(actor: CurrentActor, clock: CurrentClock, when: When, tz: Zone = "UTC") -> SchedulePreview:
    """What `when`, in words or as cron, means in the zone `tz`, with the next five times. A zone in the words wins."""
    return upcoming.preview_for(actor, when, tz, clock.now())


@router.get("/reports/{report_id}/runs", responses=problems(ReportNotFound, InvalidInput))
async def list_runs(
    report_id: EntityId,
    session: SnapshotSession,
    actor: CurrentActor,
    run_status: Annotated[RunStatus | None, Query(alias="status")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After | None = None,
) -> Page[RunSummary]:
    """The ledger of a report, newest first: a row for each slot, also the missed and skipped, and each run by hand."""
    return await run_queries.list_runs(session, actor, report_id, run_status, after, limit)


@router.post(
    "/reports/{report_id}/run",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(ReportNotFound, NotYourReport, ReportBusy, AsOfUnknown, InvalidInput),
)
async def start_run(
    report_id: EntityId, uow: Uow, actor: CurrentActor, response: Response, body: RunNew | None = None
) -> RunSummary:
    """Make and send the report now. It is queued; `GET /api/runs/{id}/events` tells how it goes on."""
    run = await run_commands.start_run(uow, actor, report_id, body or RunNew())
    response.headers["Location"] = f"/api/runs/{run.id}"
    return run


@router.post("/reports/{report_id}/pause", responses=problems(ReportNotFound, NotYourReport, NoSchedule))
async def pause_schedule(report_id: EntityId, uow: Uow, actor: CurrentActor, body: Pause | None = None) -> ReportOut:
    """Let nothing be started by the clock; the slots are recorded as skipped."""
    return await pausing.pause_schedule(uow, actor, report_id, body.reason if body else "")


@router.post("/reports/{report_id}/resume", responses=problems(ReportNotFound, NotYourReport, NoSchedule))
async def resume_schedule(report_id: EntityId, uow: Uow, actor: CurrentActor) -> ReportOut:
    """Run by the clock again, with the failures forgotten."""
    return await pausing.resume_schedule(uow, actor, report_id)


@router.get("/runs", responses=problems(InvalidInput))
async def list_all_runs(
    session: SnapshotSession,
    actor: CurrentActor,
    run_status: Annotated[RunStatus | None, Query(alias="status")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After | None = None,
) -> Page[RunLedgerRow]:
    """The ledger of all reports that you may see, newest first."""
    return await run_queries.list_all_runs(session, actor, run_status, after, limit)


@router.get("/runs/{run_id}", responses=problems(RunNotFound))
async def get_run(run_id: EntityId, session: SnapshotSession, actor: CurrentActor) -> RunOut:
    """One run, with its files, its deliveries and what it said."""
    return await run_queries.get_run(session, actor, run_id)


@router.post("/runs/{run_id}/cancel", responses=problems(RunNotFound, NotYourReport, RunIsOver))
async def cancel_run(run_id: EntityId, uow: Uow, actor: CurrentActor) -> RunSummary:
    """End it: at once when it is queued, within a second or two when it runs; what was not sent yet is not sent."""
    return await run_commands.cancel_run(uow, actor, run_id)


@router.post(
    "/runs/{run_id}/retry",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(RunNotFound, NotYourReport, RunNotOver, NothingToRetry),
)
async def retry_run(run_id: EntityId, uow: Uow, actor: CurrentActor) -> RunSummary:
    """Make it after all; or, when it was made, send it to those alone whom it did not reach."""
    return await run_commands.retry_run(uow, actor, run_id)


@router.get(
    "/runs/{run_id}/events",
    response_class=EventSourceResponse,
    responses={**problems(RunNotFound, TooManyRequests), **_FRAMES},
)
async def follow_run(run_id: EntityId, actor: CurrentActor, followers: CurrentFollowers) -> EventSourceResponse:
    """How the run goes on, as Server-Sent Events, until it is over."""
    frames = await followers.follow(actor, run_id)
    headers = {"Cache-Control": "no-store, no-transform", "X-Content-Type-Options": "nosniff"}
    return EventSourceResponse(frames, headers=headers, send_timeout=_SEND_TIMEOUT_S, sep="\n")


@router.get(
    "/runs/{run_id}/download",
    response_class=Response,
    responses={**problems(RunNotFound, FileNotFound, FileGone, ContentMissing, InvalidInput, BlobStoreDown), **_SENT},
)
async def download_run(
    run_id: EntityId,
    actor: CurrentActor,
    download: OutgoingRunFile,
    kind: Annotated[
        Format | None, Query(alias="format", description="The file of that format, as you may see it")
    ] = None,
    file: Annotated[UUID | None, Query(description="One file by its number, instead")] = None,
) -> Response:
    """A file of the run, whole or in part (`Range`), with your rights: of the edition that was made for you."""
    return await download.send(actor, run_id, kind, file)
