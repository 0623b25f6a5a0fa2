"""Reading issues one by one, and the predicate that says which ones a reader may see."""

from collections.abc import Callable, Collection
from typing import Any, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Join,
    RowMapping,
    Select,
    Table,
    and_,
    any_,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.issues.errors import IssueNotFound
from trackly.issues.held import HeldIssue, IssueRef
from trackly.issues.schemas import IssueOut
from trackly.issues.tables import IssueChangeRow, IssueLabelRow, IssueRow, WatcherRow
from trackly.projects.facade import (
    accessible_projects,
    effective_role_expression,
    open_to_reporters,
    own_membership,
    staff_projects,
)
from trackly.projects.tables import LabelRow, MembershipRow, ProjectRow
from trackly.users.facade import Actor, Person, Role, built_once
from trackly.users.tables import UserAccount

ISSUE = cast(Table, IssueRow.__table__)
LABEL = cast(Table, IssueLabelRow.__table__)
WATCHER = cast(Table, WatcherRow.__table__)
CHANGE = cast(Table, IssueChangeRow.__table__)
REPORTER = cast(Table, UserAccount.__table__).alias("reporter")
_ASSIGNEE = cast(Table, UserAccount.__table__).alias("assignee")
SUMMARY_COLUMNS = (
    *("id", "key", "title", "status", "resolution", "severity", "priority", "reporter_id", "assignee_id", "due_on"),
    *("watchers_count", "comments_count", "attachments_count", "version"),
    *("created_at", "updated_at", "done_at", "status_since"),
)
_WIRE_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
"""As `utc_text`; every connection of ours has the time zone UTC."""
_HELD_COLUMNS = (
    *("id", "key", "project_id", "title", "description", "status", "status_since", "resolution", "severity"),
    *("priority", "reporter_id", "due_on", "version", "updated_at", "done_at"),
)


def visible_predicate(actor: Actor, *, throughout: bool = False) -> ColumnElement[bool]:
    """Which rows of `issue` the actor may know of, in the statement's snapshot. For every WHERE, before any LIMIT.

    `throughout`: for a statement that reads the whole table, where a hash is quicker than an index."""
    return _visible_throughout(actor) if throughout else _visible(actor)


@built_once
def _visible(actor: Actor) -> ColumnElement[bool]:
    return _seen(actor, _among)


@built_once
def _visible_throughout(actor: Actor) -> ColumnElement[bool]:
    return _seen(actor, ColumnElement.in_)


def _seen(actor: Actor, among: Callable[[Column[int], Select[Any]], ColumnElement[bool]]) -> ColumnElement[bool]:
    if actor.is_admin:
        return true()
    watched = select(WATCHER.c.issue_id).where(WATCHER.c.user_id == actor.user_id)
    own = or_(ISSUE.c.reporter_id == actor.user_id, among(ISSUE.c.id, watched))
    anybodys = _among(ISSUE.c.project_id, open_to_reporters(actor))
    return or_(staff_predicate(actor), anybodys, and_(own, _among(ISSUE.c.project_id, accessible_projects(actor))))


@built_once
def staff_predicate(actor: Actor) -> ColumnElement[bool]:
    """Which rows of `issue` lie in projects where the actor is a maintainer or more."""
    if actor.is_admin:
        return true()
    return _among(ISSUE.c.project_id, staff_projects(actor))


def _among(column: ColumnElement[int], ids: Select[Any]) -> ColumnElement[bool]:
    """As `IN (SELECT …)`, but read once for the statement, so that an index of `column` can serve it."""
    return column == any_(func.array(ids.scalar_subquery()))


async def visible_ids(session: AsyncSession, actor: Actor, ids: Collection[int]) -> set[int]:
    """Those of the issues that the actor may see now."""
    if not ids:
        return set()
    rows = await session.scalars(select(ISSUE.c.id).where(ISSUE.c.id.in_(ids), visible_predicate(actor)))
    return set(rows)


async def find_visible_issue(session: AsyncSession, actor: Actor, key: str) -> IssueRef:
    """IssueNotFound when there is none, and when the actor may not know of it."""
    return await _find_ref(session, actor, ISSUE.c.key == key)


async def find_visible_issue_by_id(session: AsyncSession, actor: Actor, issue_id: int) -> IssueRef:
    """As `find_visible_issue`, for who holds the id."""
    return await _find_ref(session, actor, ISSUE.c.id == issue_id)


async def _find_ref(session: AsyncSession, actor: Actor, which: ColumnElement[bool]) -> IssueRef:
    statement = (
        select(
            ISSUE.c.id,
            ISSUE.c.key,
            ISSUE.c.project_id,
            ProjectRow.key.label("project_key"),
            ISSUE.c.reporter_id,
            effective_role_expression(actor).label("role"),
        )
        .join(ProjectRow, ProjectRow.id == ISSUE.c.project_id)
        .outerjoin(MembershipRow, own_membership(actor))
        .where(which, visible_predicate(actor))
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise IssueNotFound
    return IssueRef(row.id, row.key, row.project_id, row.project_key, row.reporter_id, Role(row.role))


def labels_of(issue_id: ColumnElement[int]) -> ColumnElement[list[str]]:
    """The names of an issue's labels, sorted, as an array."""
    names = select(LABEL.c.name).where(LABEL.c.issue_id == issue_id).order_by(LABEL.c.name)
    return func.array(names.scalar_subquery())


def people_named(names: Collection[str]) -> Select[Any]:
    """Ids of people by their whole name or their first one, in lower case."""
    known = func.lower(UserAccount.name)
    return select(UserAccount.id).where(
        or_(*(or_(known == name, known.startswith(f"{name} ", autoescape=True)) for name in names))
    )


def projects_keyed(keys: Collection[str]) -> Select[Any]:
    return select(ProjectRow.id).where(ProjectRow.key.in_(keys))


async def lock_issue(session: AsyncSession, issue_id: int) -> None:
    """Wait for and hold the issue, before the rows that hang on it: two who take both always take it first.

    Raises IssueNotFound when it is gone."""
    held = select(ISSUE.c.id).where(ISSUE.c.id == issue_id).with_for_update(key_share=True)
    if await session.scalar(held) is None:
        raise IssueNotFound


async def hold_issues(session: AsyncSession, actor: Actor | None, which: ColumnElement[bool]) -> list[HeldIssue]:
    """Lock the issues that match, and read them as they are then, in order of id.

    `actor` None: code that has checked who asks; then no role is known.
    Two statements: what is read beside a locked row has to be read after the wait for its lock. The lock lets others
    refer to the issue (a comment that is being written), and waits for who edits it."""
    locked = select(ISSUE.c.id).where(which).order_by(ISSUE.c.id).with_for_update(key_share=True)
    ids = (await session.scalars(locked)).all()
    if not ids:
        return []
    watchers = select(func.array_agg(WATCHER.c.user_id)).where(WATCHER.c.issue_id == ISSUE.c.id)
    statement = (
        select(
            *(ISSUE.c[name] for name in _HELD_COLUMNS),
            _ASSIGNEE.c.id.label("assignee_id"),
            _ASSIGNEE.c.name.label("assignee_name"),
            ProjectRow.key.label("project_key"),
            ProjectRow.reporters_see_all,
            labels_of(ISSUE.c.id).label("labels"),
            watchers.scalar_subquery().label("watchers"),
        )
        .join(ProjectRow, ProjectRow.id == ISSUE.c.project_id)
        .outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == ISSUE.c.assignee_id)
        .where(ISSUE.c.id.in_(ids))
        .order_by(ISSUE.c.id)
    )
    if actor is not None:
        statement = (
            statement.outerjoin(MembershipRow, own_membership(actor))
            .add_columns(effective_role_expression(actor).label("role"))
            .where(visible_predicate(actor))
        )
    return [_held(row) for row in (await session.execute(statement)).mappings()]


def _held(row: RowMapping) -> HeldIssue:
    fields = dict(row)
    assignee_id, assignee_name = fields.pop("assignee_id"), fields.pop("assignee_name")
    role = fields.pop("role", None)
    return HeldIssue(
        **{name: fields[name] for name in (*_HELD_COLUMNS, "project_key", "reporters_see_all")},
        role=role and Role(role),
        assignee=Person(id=assignee_id, name=assignee_name) if assignee_id else None,
        labels=tuple(fields["labels"]),
        watchers=frozenset(fields["watchers"] or ()),
    )


def summary_columns(issues: FromClause) -> list[ColumnElement[Any]]:
    """What `summary_of` reads, of rows of at least SUMMARY_COLUMNS that `with_people` has joined.

    Times come as the text that goes over the wire: PostgreSQL writes it in less time than the driver reads a time."""
    return [
        *(issues.c[name] for name in SUMMARY_COLUMNS[:-4]),
        *(func.to_char(issues.c[name], _WIRE_TIME).label(name) for name in SUMMARY_COLUMNS[-4:]),
        REPORTER.c.name.label("reporter_name"),
        _ASSIGNEE.c.name.label("assignee_name"),
        labels_of(issues.c.id).label("labels"),
    ]


def with_people(source: FromClause, issues: FromClause) -> Join:
    """`source`, which holds `issues`, with the names of their people beside it."""
    reported = source.join(REPORTER, REPORTER.c.id == issues.c.reporter_id)
    return reported.outerjoin(_ASSIGNEE, _ASSIGNEE.c.id == issues.c.assignee_id)


_SUMMARIES = select(*summary_columns(ISSUE)).select_from(with_people(ISSUE, ISSUE))


def select_summaries(*more: ColumnElement[Any]) -> Select[Any]:
    """A select of what `summary_of` reads from `issue`, and of `more`."""
    return _SUMMARIES.add_columns(*more)


def summary_of(row: Any) -> dict[str, Any]:
    """The wire form of a summary, as plain JSON values; the one place that makes it from a row."""
    issue_id, key, title, status, resolution, severity, priority, reporter_id, assignee_id, due_on = row[:10]
    watchers, comments, attachments, version, created_at, updated_at, done_at, status_since = row[10:18]
    reporter, assignee, labels = row[18:21]
    return {
        "id": issue_id,
        "key": key,
        "project": key.rpartition("-")[0],
        "title": title,
        "status": status,
        "resolution": resolution,
        "severity": severity,
        "priority": priority,
        "reporter": {"id": reporter_id, "name": reporter},
        "assignee": None if assignee_id is None else {"id": assignee_id, "name": assignee},
        "labels": labels,
        "due_on": due_on and due_on.isoformat(),
        "watchers_count": watchers,
        "comments_count": comments,
        "attachments_count": attachments,
        "version": version,
        "created_at": created_at,
        "updated_at": updated_at,
        "done_at": done_at,
        "status_since": status_since,
    }


async def load_summaries(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Summaries in their wire form, by id, for code that has checked who asks."""
    statement = select_summaries().where(ISSUE.c.id.in_(ids))
    return {row.id: summary_of(row) for row in await session.execute(statement)}


async def load_texts(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Descriptions, as written and as HTML, by id, for code that has checked who asks."""
    if not ids:
        return {}
    chosen = select(ISSUE.c.id, ISSUE.c.description, ISSUE.c.description_html).where(ISSUE.c.id.in_(ids))
    rows = await session.execute(chosen)
    return {row.id: {"description": row.description, "description_html": row.description_html} for row in rows}


async def label_spelling(session: AsyncSession, project_id: int, names: Collection[str]) -> list[str]:
    """The labels that the project has among `names`, in its own spelling."""
    lowered = [name.lower() for name in names]
    chosen = select(LabelRow.name).where(LabelRow.project_id == project_id, func.lower(LabelRow.name).in_(lowered))
    return list(await session.scalars(chosen))


async def get_issue(session: AsyncSession, actor: Actor, key: str) -> IssueOut:
    """One issue with its text. IssueNotFound also when it is not for the actor to know of."""
    watching = exists().where(WATCHER.c.issue_id == ISSUE.c.id, WATCHER.c.user_id == actor.user_id)
    text = (ISSUE.c.description, ISSUE.c.description_html, watching.label("watching"))
    statement = select_summaries(*text).where(ISSUE.c.key == key, visible_predicate(actor))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise IssueNotFound
    return IssueOut(
        **summary_of(row), description=row.description, description_html=row.description_html, watching=row.watching
    )
