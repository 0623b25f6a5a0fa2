"""Definitions of reports over HTTP: what they are, how they were, trying them, and those that are ready-made.

Runs and schedules: `run_routes`. Editions, files and links: `edition_routes`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, status
from pydantic import StringConstraints

from trackly.auth.deps import CurrentActor
from trackly.datasets.facade import InvalidSource
from trackly.http.deps import CurrentClock, EntityId, IfMatch, SnapshotSession, Uow, etag
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.kit.errors import InvalidInput, StaleVersion
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.kit.schema import StorableText
from trackly.reports import commands, queries, run_commands, trying, version_queries
from trackly.reports.abilities import abilities_of
from trackly.reports.deps import Reports
from trackly.reports.errors import (
    MayNotReport,
    MayNotWriteSql,
    NotYourReport,
    PreviewFailed,
    ReadyMadeNotFound,
    ReportBusy,
    ReportNotFound,
    ReportsUnavailable,
    VersionNotFound,
)
from trackly.reports.readymade import find_ready_made, ready_made
from trackly.reports.run_schemas import RunNew, RunSummary
from trackly.reports.schemas import (
    Abilities,
    PreviewNew,
    PreviewOut,
    ReadyMadeNew,
    ReadyMadeOut,
    ReportNew,
    ReportOut,
    ReportPatch,
    ReportSummary,
    TemplateNew,
    TemplateOut,
    VersionOut,
    VersionPage,
)
from trackly.reports.showing import show_report
from trackly.reports.views import summary_of
from trackly.sandbox.deps import CurrentSandbox
from trackly.sandbox.facade import InvalidSql, SqlReportsOff

router = APIRouter(prefix="/api/reports", tags=["reports"], route_class=CommandRoute)
After = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
VersionNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
_REFUSED = (MayNotWriteSql, SqlReportsOff, InvalidInput, InvalidSql, InvalidSource)
_CHANGE_REFUSED = (ReportNotFound, NotYourReport, StaleVersion, *_REFUSED)


@router.get("", responses=problems(InvalidInput))
async def list_reports(
    session: SnapshotSession,
    actor: CurrentActor,
    q: Annotated[StorableText | None, Query(max_length=200)] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After | None = None,
) -> Page[ReportSummary]:
    """Reports that you may know of, by name: an admin all, others their own and those sent to them."""
    found = await queries.list_reports(session, actor, q, after, limit)
    return Page(items=[summary_of(one, actor) for one in found.items], next=found.next, total=found.total)


@router.post("", status_code=status.HTTP_201_CREATED, responses=problems(MayNotReport, *_REFUSED))
async def create_report(
    body: ReportNew, uow: Uow, actor: CurrentActor, reports: Reports, response: Response
) -> ReportOut:
    """Define a report. All of it is looked at first: source, parameters, schedule, recipients, words, checks."""
    return _made(response, await commands.create_report(uow, actor, body, reports.checker))


@router.get("/abilities")
async def get_abilities(actor: CurrentActor, reports: Reports, sandbox: CurrentSandbox) -> Abilities:
    """What you may do with reports: make them, write SQL, have them run often; and whether mail leaves this server."""
    return await abilities_of(reports.work, sandbox, actor)


@router.get("/ready-made")
async def list_ready_made(actor: CurrentActor) -> Page[ReadyMadeOut]:
    """Reports that are useful on the first day."""
    return Page(items=[one.shown for one in ready_made().values()], total=len(ready_made()))


@router.post(
    "/ready-made/{name}",
    status_code=status.HTTP_201_CREATED,
    responses=problems(ReadyMadeNotFound, MayNotReport, *_REFUSED),
)
async def create_ready_made(
    name: Annotated[StorableText, Path(max_length=60)],
    body: ReadyMadeNew,
    uow: Uow,
    actor: CurrentActor,
    reports: Reports,
    response: Response,
) -> ReportOut:
    """Make one of them your own; it is sent to you until you change that."""
    new = find_ready_made(name).definition_for(actor, body.tz)
    return _made(response, await commands.create_report(uow, actor, new, reports.checker))


@router.post("/preview", responses=problems(MayNotReport, PreviewFailed, ReportsUnavailable, *_REFUSED))
async def preview_report(body: PreviewNew, actor: CurrentActor, reports: Reports) -> PreviewOut:
    """The first 100 rows of a source, with your rights, and how long they took."""
    return await trying.preview_report(reports, actor, body)


@router.post("/template/preview", responses=problems(MayNotReport, InvalidInput, InvalidSource))
async def preview_template(body: TemplateNew, actor: CurrentActor, reports: Reports) -> TemplateOut:
    """How a mail with these words would read, which variables there are, and what is wrong with the words."""
    return await trying.preview_words(reports, actor, body)


@router.get("/{report_id}", responses=problems(ReportNotFound))
async def get_report(
    report_id: EntityId, session: SnapshotSession, actor: CurrentActor, clock: CurrentClock, response: Response
) -> ReportOut:
    """One report. Who may not change it gets neither its source nor its recipients."""
    found = await queries.get_report(session, actor, report_id)
    response.headers["ETag"] = etag(found.row.version)
    return await show_report(session, actor, found, clock.now())


@router.patch("/{report_id}", responses=problems(*_CHANGE_REFUSED))
async def update_report(
    report_id: EntityId,
    body: ReportPatch,
    uow: Uow,
    actor: CurrentActor,
    if_match: IfMatch,
    reports: Reports,
    response: Response,
) -> ReportOut:
    """Change some members of a definition, each as a whole. A change is a new version."""
    report = await commands.update_report(uow, actor, report_id, body, if_match, reports.checker)
    response.headers["ETag"] = etag(report.version)
    return report


@router.put("/{report_id}", responses=problems(*_CHANGE_REFUSED))
async def replace_report(
    report_id: EntityId,
    body: ReportNew,
    uow: Uow,
    actor: CurrentActor,
    if_match: IfMatch,
    reports: Reports,
    response: Response,
) -> ReportOut:
    """Replace a definition; with the definition of an earlier version it is as it was then."""
    report = await commands.replace_report(uow, actor, report_id, body, if_match, reports.checker)
    response.headers["ETag"] = etag(report.version)
    return report


@router.delete(
    "/{report_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(ReportNotFound, NotYourReport, StaleVersion),
)
async def delete_report(report_id: EntityId, uow: Uow, actor: CurrentActor, if_match: IfMatch) -> None:
    """Take a report away. Nothing of it runs any more."""
    await commands.delete_report(uow, actor, report_id, if_match)


@router.post(
    "/{report_id}/test",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(ReportNotFound, NotYourReport, ReportBusy, InvalidInput),
)
async def test_report(report_id: EntityId, body: RunNew, uow: Uow, actor: CurrentActor) -> RunSummary:
    """Run it now, and send it to you alone."""
    return await run_commands.start_run(uow, actor, report_id, body, "test")


@router.get("/{report_id}/versions", responses=problems(ReportNotFound, NotYourReport, InvalidInput))
async def list_versions(
    report_id: EntityId,
    session: SnapshotSession,
    actor: CurrentActor,
    reports: Reports,
    limit: Limit = DEFAULT_LIMIT,
    after: After | None = None,
) -> VersionPage:
    """How the report was, newest first."""
    found = await version_queries.list_versions(session, actor, report_id, after, limit)
    problem = reports.git.problem if reports.git else None
    return VersionPage(items=found.items, next=found.next, total=found.total, git_problem=problem)


@router.get("/{report_id}/versions/{version}", responses=problems(ReportNotFound, NotYourReport, VersionNotFound))
async def get_version(
    report_id: EntityId, version: VersionNumber, session: SnapshotSession, actor: CurrentActor
) -> VersionOut:
    """One version, with what differs from the one before: field by field, texts line by line."""
    return await version_queries.get_version(session, actor, report_id, version)


def _made(response: Response, report: ReportOut) -> ReportOut:
    response.headers["Location"] = f"/api/reports/{report.id}"
    response.headers["ETag"] = etag(report.version)
    return report
