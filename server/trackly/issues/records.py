"""Writing down what happened to issues: the change row, the counts, the event. Every command passes through here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, cast, func, insert, literal, literal_column, update
from sqlalchemy.dialects.postgresql import TSVECTOR

from trackly.events.envelope import ActorRef, Event
from trackly.events.unit_of_work import UnitOfWork
from trackly.issues.errors import IssueNotFound
from trackly.issues.held import IssuePlace
from trackly.issues.queries import CHANGE, ISSUE, hold_issues, load_summaries
from trackly.issues.words import vector_of
from trackly.users.facade import Actor

_CLIP = 500
"""An event says how a text began and begins; the whole of it is in the history and, when it is new, in the body."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What one command did to one issue: `changed` and `detail` for its history, `more` for the event's body.

    `at` None: the time of the transaction."""

    type: str
    issue: IssuePlace
    actor: ActorRef | None
    changed: Mapping[str, Any] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TouchedIssue:
    """An issue after something was added to it or taken from it: what an event about that needs."""

    id: int
    key: str
    project_key: str
    summary: Mapping[str, Any]
    audience: frozenset[str]


def next_moment(now: datetime) -> ColumnElement[datetime]:
    """The new `updated_at`: now, and in any case after the last one."""
    return func.greatest(literal(now), ISSUE.c.updated_at + timedelta(microseconds=1))


def search_of_text(title: str, description: str) -> ColumnElement[Any]:
    """`search` after the text was edited: the words of comments stay."""
    comments = func.ts_filter(ISSUE.c.search, literal_column("'{c}'"))
    return search_words(("A", title), ("B", description)).op("||")(comments)


def search_of_comments(texts: Sequence[str]) -> ColumnElement[Any]:
    """`search` after a comment was written, edited or removed: `texts` are all comments of the issue."""
    text = func.ts_filter(ISSUE.c.search, literal_column("'{a,b}'"))
    return text.op("||")(search_words(*(("C", comment) for comment in texts)))


def search_words(*parts: tuple[str, str]) -> ColumnElement[Any]:
    return cast(literal(vector_of(*parts)), TSVECTOR)


async def write_changes(uow: UnitOfWork, happenings: Sequence[Happening]) -> None:
    """Add to the histories of the issues."""
    if happenings:
        await uow.session.execute(insert(CHANGE), [_change_row(uow.now, one) for one in happenings])


def _change_row(now: datetime, one: Happening) -> dict[str, Any]:
    status, severity = one.changed.get("status", {}), one.changed.get("severity", {})
    return {
        "issue_id": one.issue.id,
        "issue_key": one.issue.key,
        "project_id": one.issue.project_id,
        "at": one.at or now,
        "type": one.type,
        "actor_id": one.actor.id if one.actor else None,
        "changed": dict(one.changed),
        "detail": dict(one.detail),
        "status_before": status.get("old"),
        "status_after": status.get("new"),
        "severity_before": severity.get("old"),
        "severity_after": severity.get("new"),
    }


def began(status: str, severity: str) -> dict[str, Any]:
    """What the history says has changed when an issue was created."""
    return {"status": {"old": None, "new": status}, "severity": {"old": None, "new": severity}}


def issue_event(one: Happening, issue: Mapping[str, Any], version: int | None = None) -> Event:
    """The event of a happening; `issue` is the issue after it, as the body says it.

    `version`: of an issue that is gone, whose body does not say it."""
    version = int(issue["version"]) if version is None else version
    body: dict[str, Any] = {"project": one.issue.project_key, "issue": issue, "version": version, **one.more}
    if one.type == "issue.updated":
        body["changed"] = {name: _clipped(name, change) for name, change in one.changed.items()}
    return Event(
        type=one.type,
        entity=f"issue:{one.issue.id}",
        version=version,
        audience=one.issue.audience,
        body=body,
        actor=one.actor,
        project=one.issue.project_key,
        issue=one.issue.key,
        at=one.at,
    )


def _clipped(name: str, change: Mapping[str, Any]) -> Mapping[str, Any]:
    if name != "description":
        return change
    return {side: text if len(text) <= _CLIP else f"{text[:_CLIP]}…" for side, text in change.items()}


async def touch_issue(  # noqa: PLR0913 - each says one thing
    uow: UnitOfWork,
    actor: Actor | None,
    issue_id: int,
    *,
    type: str,  # noqa: A002 - the word of the event it names
    comments: int = 0,
    attachments: int = 0,
    detail: Mapping[str, Any] | None = None,
    comment_texts: Sequence[str] | None = None,
    at: datetime | None = None,
) -> TouchedIssue:
    """Note in an issue and its history that something was added (+1), changed (0) or taken away (-1).

    The caller has checked rights and records the event `type` itself. `comment_texts`: all comments as they are now,
    when one of them changed, for the search. `at`: when it happened, if that was not now.
    Locks: the issue. IssueNotFound when it is gone."""
    held = await hold_issues(uow.session, None, ISSUE.c.id == issue_id)
    if not held:
        raise IssueNotFound
    values: dict[str, Any] = {
        "updated_at": next_moment(at or uow.now),
        "comments_count": ISSUE.c.comments_count + comments,
        "attachments_count": ISSUE.c.attachments_count + attachments,
    }
    if comment_texts is not None:
        values["search"] = search_of_comments(comment_texts)
    await uow.session.execute(update(ISSUE).where(ISSUE.c.id == issue_id).values(values))
    place = held[0].place
    await write_changes(uow, [Happening(type, place, actor.ref if actor else None, detail=detail or {}, at=at)])
    summary = (await load_summaries(uow.session, [issue_id]))[issue_id]
    return TouchedIssue(place.id, place.key, place.project_key, summary, place.audience)
