"""Issues over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status
from pydantic import StringConstraints

from trackly.auth.deps import CurrentActor
from trackly.events.envelope import json_bytes
from trackly.http.deps import (
    CURSOR_HEADER,
    CurrentClock,
    CurrentDatabase,
    IfMatch,
    ReadSession,
    SnapshotSession,
    Uow,
    etag,
)
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.issues import bulk, commands, history, listing, preview, queries
from trackly.issues.errors import (
    FieldsNotAllowed,
    IllegalTransition,
    InvalidAssignee,
    InvalidQuery,
    IssueNotFound,
    NotAllowed,
)
from trackly.issues.parameters import IssueListQuery, IssueQuery
from trackly.issues.rules import TITLE_MAX, Severity
from trackly.issues.schemas import (
    BulkEdit,
    BulkResult,
    Count,
    HistoryItem,
    IssueKey,
    IssueNew,
    IssueOut,
    IssuePatch,
    IssueSummary,
    MarkdownHtml,
    MarkdownText,
    ProjectKey,
    SeverityCounts,
    SimilarIssues,
    StatusCounts,
    Watching,
)
from trackly.kit.errors import InvalidInput, StaleVersion
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page
from trackly.kit.schema import StorableText
from trackly.projects.facade import ProjectNotFound, Status

router = APIRouter(prefix="/api/issues", tags=["issues"], route_class=CommandRoute)
text_router = APIRouter(prefix="/api", tags=["issues"], route_class=CommandRoute)
JSON = "application/json"
Wanted = Annotated[IssueQuery, Query()]
AfterText = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


@router.get("", response_model=Page[IssueSummary], responses=problems(InvalidQuery))
async def list_issues(
    wanted: Annotated[IssueListQuery, Query()], database: CurrentDatabase, actor: CurrentActor, clock: CurrentClock
) -> Response:
    """Issues that you may see: filters are comma lists, `q` is the query language, `sort` takes `-` for descending."""
    found = await listing.list_issues(database, actor, wanted, clock.now())
    page = {"items": found.items, "next": found.next, "total": found.total}
    return Response(json_bytes(page), media_type=JSON, headers={CURSOR_HEADER: found.position})


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    responses=problems(ProjectNotFound, FieldsNotAllowed, InvalidAssignee),
)
async def create_issue(body: IssueNew, uow: Uow, actor: CurrentActor, response: Response) -> IssueOut:
    """Report an issue. Reporters say project, title, description and severity; the rest is for maintainers."""
    issue = await commands.create_issue(uow, actor, body)
    response.headers["Location"] = f"/api/issues/{issue.key}"
    response.headers["ETag"] = etag(issue.version)
    return issue


@router.get("/count", responses=problems(InvalidQuery))
async def count_issues(wanted: Wanted, session: SnapshotSession, actor: CurrentActor, clock: CurrentClock) -> Count:
    """How many issues that you may see match."""
    return Count(count=await listing.count_issues(session, actor, wanted, clock.now()))


@router.get("/stats/by-status", responses=problems(InvalidQuery))
async def count_by_status(
    wanted: Wanted, session: SnapshotSession, actor: CurrentActor, clock: CurrentClock
) -> StatusCounts:
    """Issues that you may see and that match, by status."""
    return StatusCounts(**await listing.count_by(session, actor, wanted, clock.now(), Status))


@router.get("/stats/by-severity", responses=problems(InvalidQuery))
async def count_by_severity(
    wanted: Wanted, session: SnapshotSession, actor: CurrentActor, clock: CurrentClock
) -> SeverityCounts:
    """Issues that you may see and that match, by severity."""
    return SeverityCounts(**await listing.count_by(session, actor, wanted, clock.now(), Severity))


@router.get("/similar", responses=problems(ProjectNotFound))
async def list_similar(
    project: ProjectKey,
    title: Annotated[StorableText, StringConstraints(max_length=TITLE_MAX)],
    session: SnapshotSession,
    actor: CurrentActor,
) -> SimilarIssues:
    """Up to three issues that you may see whose titles are like this one: to look at before you report."""
    found = await listing.list_similar(session, actor, project, title)
    return SimilarIssues.model_validate({"items": found})


@router.post("/bulk", responses=problems(NotAllowed, InvalidQuery))
async def edit_issues(body: BulkEdit, uow: Uow, actor: CurrentActor) -> BulkResult:
    """The same edit for many issues, in one transaction; `dry_run` says what it would do and writes nothing."""
    return await bulk.edit_issues(uow, actor, body)


@router.get("/{key}", responses=problems(IssueNotFound))
async def get_issue(key: IssueKey, session: SnapshotSession, actor: CurrentActor, response: Response) -> IssueOut:
    """One issue with its text."""
    issue = await queries.get_issue(session, actor, key)
    response.headers["ETag"] = etag(issue.version)
    return issue


@router.patch(
    "/{key}",
    responses=problems(
        IssueNotFound, FieldsNotAllowed, NotAllowed, IllegalTransition, StaleVersion, InvalidAssignee, InvalidInput
    ),
)
async def update_issue(
    key: IssueKey, body: IssuePatch, uow: Uow, actor: CurrentActor, if_match: IfMatch, response: Response
) -> IssueOut:
    """Change what the body names. With `If-Match`, only the version that you saw."""
    issue = await commands.update_issue(uow, actor, key, body, if_match)
    response.headers["ETag"] = etag(issue.version)
    return issue


@router.delete(
    "/{key}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(IssueNotFound, NotAllowed, StaleVersion),
)
async def delete_issue(key: IssueKey, uow: Uow, actor: CurrentActor, if_match: IfMatch) -> None:
    """Remove an issue with its comments and files. Admins only."""
    await commands.delete_issue(uow, actor, key, if_match)


@router.get("/{key}/history", responses=problems(IssueNotFound))
async def list_history(
    key: IssueKey,
    session: SnapshotSession,
    actor: CurrentActor,
    limit: Limit = DEFAULT_LIMIT,
    after: AfterText | None = None,
) -> Page[HistoryItem]:
    """Everything that happened to the issue, oldest first."""
    return await history.list_history(session, actor, key, after, limit)


@router.put("/{key}/watchers/me", responses=problems(IssueNotFound))
async def watch_issue(key: IssueKey, uow: Uow, actor: CurrentActor) -> Watching:
    """Watch an issue: you see it, and are told of it."""
    return await commands.watch_issue(uow, actor, key)


@router.delete("/{key}/watchers/me", status_code=status.HTTP_204_NO_CONTENT, responses=problems(IssueNotFound))
async def unwatch_issue(key: IssueKey, uow: Uow, actor: CurrentActor) -> None:
    """Stop watching. Reporters then no longer see the issues of others."""
    await commands.unwatch_issue(uow, actor, key)


@text_router.post("/markdown", responses=problems(ProjectNotFound, IssueNotFound))
async def render_markdown(body: MarkdownText, session: ReadSession, actor: CurrentActor) -> MarkdownHtml:
    """How a text will look: the HTML that a description or a comment gets. Nothing is saved."""
    return await preview.render_preview(session, actor, body)
