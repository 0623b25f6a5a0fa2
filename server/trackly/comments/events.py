"""What is told about comments: to everybody who may see the issue."""

from datetime import datetime

from trackly.comments.schemas import CommentOut
from trackly.events.envelope import ActorRef, Event
from trackly.issues.facade import TouchedIssue


def comment_created(comment: CommentOut, issue: TouchedIssue, actor: ActorRef, at: datetime | None = None) -> Event:
    return _event("created", comment, issue, actor, {"comment": comment}, at)


def comment_updated(comment: CommentOut, issue: TouchedIssue, actor: ActorRef) -> Event:
    return _event("updated", comment, issue, actor, {"comment": comment})


def comment_deleted(comment: CommentOut, issue: TouchedIssue, actor: ActorRef) -> Event:
    return _event("deleted", comment, issue, actor, {"comment": {"id": comment.id}})


def _event(
    kind: str,
    comment: CommentOut,
    issue: TouchedIssue,
    actor: ActorRef,
    body: dict[str, object],
    at: datetime | None = None,
) -> Event:
    return Event(
        type=f"comment.{kind}",
        entity=f"comment:{comment.id}",
        version=comment.version,
        audience=issue.audience,
        body={"project": issue.project_key, "issue": issue.summary, **body},
        actor=actor,
        project=issue.project_key,
        issue=issue.key,
        at=at,
    )
