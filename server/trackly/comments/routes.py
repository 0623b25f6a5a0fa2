"""Comments over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Response, status
from pydantic import StringConstraints

from trackly.auth.deps import CurrentActor
from trackly.comments import commands, queries
from trackly.comments.errors import CommentNotFound, NotYourComment
from trackly.comments.schemas import CommentNew, CommentOut, CommentPatch
from trackly.http.deps import EntityId, IfMatch, SnapshotSession, Uow, etag
from trackly.http.problem import problems
from trackly.http.route import CommandRoute
from trackly.issues.facade import IssueKey, IssueNotFound
from trackly.kit.errors import StaleVersion
from trackly.kit.pages import DEFAULT_LIMIT, Limit, Page

router = APIRouter(prefix="/api", tags=["comments"], route_class=CommandRoute)


@router.get("/issues/{key}/comments", responses=problems(IssueNotFound))
async def list_comments(
    key: IssueKey,
    session: SnapshotSession,
    actor: CurrentActor,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None,
) -> Page[CommentOut]:
    """What was said about the issue, oldest first."""
    return await queries.list_comments(session, actor, key, after, limit)


@router.post("/issues/{key}/comments", status_code=status.HTTP_201_CREATED, responses=problems(IssueNotFound))
async def create_comment(
    key: IssueKey, body: CommentNew, uow: Uow, actor: CurrentActor, response: Response
) -> CommentOut:
    """Say something about an issue that you see."""
    comment = await commands.create_comment(uow, actor, key, body)
    response.headers["Location"] = f"/api/comments/{comment.id}"
    response.headers["ETag"] = etag(comment.version)
    return comment


@router.get("/comments/{comment_id}", responses=problems(CommentNotFound))
async def get_comment(
    comment_id: EntityId, session: SnapshotSession, actor: CurrentActor, response: Response
) -> CommentOut:
    """One comment."""
    comment = await queries.get_comment(session, actor, comment_id)
    response.headers["ETag"] = etag(comment.version)
    return comment


@router.patch("/comments/{comment_id}", responses=problems(CommentNotFound, NotYourComment, StaleVersion))
async def update_comment(
    comment_id: EntityId, body: CommentPatch, uow: Uow, actor: CurrentActor, if_match: IfMatch, response: Response
) -> CommentOut:
    """Change your own comment."""
    comment = await commands.update_comment(uow, actor, comment_id, body, if_match)
    response.headers["ETag"] = etag(comment.version)
    return comment


@router.delete(
    "/comments/{comment_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(CommentNotFound, NotYourComment, StaleVersion),
)
async def delete_comment(comment_id: EntityId, uow: Uow, actor: CurrentActor, if_match: IfMatch) -> None:
    """Remove your own comment; as a maintainer, anybody's."""
    await commands.delete_comment(uow, actor, comment_id, if_match)
