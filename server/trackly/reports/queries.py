"""Reading reports and the people that they are for; who sees a report is a predicate in the SQL, before LIMIT."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, literal, or_, select, true, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import decode_cursor, encode_cursor
from trackly.notifications.facade import NO_MAIL_SERVER, State
from trackly.notifications.tables import DeliveryRow, WebhookRow
from trackly.projects.facade import STAFF, accessible_projects, effective_role_expression, own_membership
from trackly.projects.tables import LabelRow, MembershipRow, ProjectRow
from trackly.reports.errors import ReportNotFound
from trackly.reports.parts import EmailRecipient, Recipient, RoleRecipient, UserRecipient
from trackly.reports.schemas import LastRun
from trackly.reports.scopes import Sight
from trackly.reports.tables import ReportRow, ReportRunRow, ReportScheduleRow
from trackly.users.facade import Actor, Person, Role
from trackly.users.tables import UserAccount

PEOPLE_MOST = 1_000
"""So many people may one report be for; a role with more is cut, by their numbers."""
_STAFF = [str(role) for role in STAFF]
_HERE = ReportRow.deleted_at.is_(None)


@dataclass(frozen=True, slots=True)
class FoundReport:
    """A report with what lists show of it."""

    row: ReportRow
    owner: Person
    schedule: ReportScheduleRow | None
    last_run: LastRun | None


@dataclass(frozen=True, slots=True)
class FoundReports:
    """One page of them, where the next one begins, and how many there are in all."""

    items: list[FoundReport]
    next: str | None
    total: int


def visible(actor: Actor) -> ColumnElement[bool]:
    """Whether a row of `report` is for the actor to know of: as an admin, its owner, or one whom it is sent to."""
    if actor.is_admin:
        return _HERE
    named: tuple[dict[str, Any], ...] = (
        {"kind": "user", "user_id": actor.user_id},
        {"kind": "email", "address": actor.email.lower()},
        {"kind": "role", "role": str(actor.role), "project": None},
    )
    sent = (_sent_to(literal([one], JSONB)) for one in named)
    return and_(_HERE, or_(ReportRow.owner_id == actor.user_id, *sent, _sent_to_role(actor)))


def _sent_to(recipients: ColumnElement[Any]) -> ColumnElement[bool]:
    return ReportRow.definition["recipients"].op("@>")(recipients)


def _sent_to_role(actor: Actor) -> ColumnElement[bool]:
    """To a role that the actor has in some project."""
    role = effective_role_expression(actor)
    named = func.jsonb_build_array(func.jsonb_build_object("kind", "role", "role", role, "project", ProjectRow.key))
    found = select(ProjectRow.id).outerjoin(MembershipRow, own_membership(actor))
    return exists(found.where(role.is_not(None), _sent_to(named)).correlate(ReportRow))


async def list_reports(
    session: AsyncSession, actor: Actor, q: str | None, after: str | None, limit: int
) -> FoundReports:
    """By name, then id. `q` finds parts of names and descriptions."""
    conditions: list[ColumnElement[bool]] = [visible(actor)]
    if q:
        named = (column.icontains(q, autoescape=True) for column in (ReportRow.name, ReportRow.description))
        conditions.append(or_(*named))
    total = await session.scalar(select(func.count()).select_from(ReportRow).where(*conditions))
    name = func.lower(ReportRow.name)
    if after is not None:
        conditions.append(tuple_(name, ReportRow.id) > _position(after))
    statement = _reports(name.label("sort_name")).where(*conditions).order_by(name, ReportRow.id).limit(limit + 1)
    rows = (await session.execute(statement)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return FoundReports(
        items=[_found(row) for row in rows[:limit]],
        next=last and encode_cursor([last.sort_name, last.ReportRow.id]),
        total=total or 0,
    )


async def get_report(session: AsyncSession, actor: Actor, report_id: int) -> FoundReport:
    """ReportNotFound also when it is not for the actor to know of."""
    return await _one(session, _reports().where(ReportRow.id == report_id, visible(actor)))


async def hold_report(session: AsyncSession, actor: Actor, report_id: int) -> FoundReport:
    """As `get_report`, and nobody else changes it until the transaction ends."""
    statement = _reports().where(ReportRow.id == report_id, visible(actor))
    return await _one(session, statement.with_for_update(of=ReportRow))


async def load_report(session: AsyncSession, report_id: int) -> FoundReport:
    """For code that has checked who asks; of deleted reports too. ReportNotFound."""
    return await _one(session, _reports().where(ReportRow.id == report_id))


async def _one(session: AsyncSession, statement: Select[Any]) -> FoundReport:
    row = (await session.execute(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        raise ReportNotFound
    return _found(row)


def _reports(*more: Any) -> Select[Any]:
    names = ("id", "state", "trigger", "scheduled_for", "started_at", "finished_at", "reason")
    newest = (
        select(*(getattr(ReportRunRow, name).label(f"run_{name}") for name in names))
        .where(ReportRunRow.report_id == ReportRow.id, ReportRunRow.trigger != "test")
        .order_by(ReportRunRow.id.desc())
        .limit(1)
        .lateral("newest")
    )
    return (
        select(ReportRow, UserAccount.name.label("owner_name"), ReportScheduleRow, newest, *more)
        .join(UserAccount, UserAccount.id == ReportRow.owner_id)
        .outerjoin(ReportScheduleRow, ReportScheduleRow.report_id == ReportRow.id)
        .outerjoin(newest, true())
    )


def _found(row: Row[Any]) -> FoundReport:
    report: ReportRow = row.ReportRow
    run = None
    if row.run_id is not None:
        run = LastRun(
            id=row.run_id,
            status=row.run_state,
            trigger=row.run_trigger,
            scheduled_for=row.run_scheduled_for,
            started_at=row.run_started_at,
            finished_at=row.run_finished_at,
            reason=row.run_reason,
        )
    return FoundReport(report, Person(id=report.owner_id, name=row.owner_name), row.ReportScheduleRow, run)


def _position(after: str) -> ColumnElement[Any]:
    name, report_id = decode_cursor(after, 2)
    if not isinstance(name, str) or type(report_id) is not int or not 0 <= report_id < 2**63:
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return tuple_(literal(name), literal(report_id))


async def people_of(session: AsyncSession, recipients: Sequence[Recipient]) -> list[int]:
    """The active people whom the recipients mean at this moment, each once, by their numbers.

    An address that is somebody's here means that person."""
    wanted = list(_meant(recipients))
    if not wanted:
        return []
    people = select(UserAccount.id).where(UserAccount.active, or_(*wanted)).order_by(UserAccount.id)
    return list(await session.scalars(people.limit(PEOPLE_MOST)))


def _meant(recipients: Sequence[Recipient]) -> Iterator[ColumnElement[bool]]:
    ids = [one.user_id for one in recipients if isinstance(one, UserRecipient)]
    addresses = [one.address.lower() for one in recipients if isinstance(one, EmailRecipient)]
    roles = [one for one in recipients if isinstance(one, RoleRecipient)]
    anywhere = [str(one.role) for one in roles if one.project is None]
    somewhere = [(one.project, str(one.role)) for one in roles if one.project is not None]
    if ids:
        yield UserAccount.id.in_(ids)
    if addresses:
        yield func.lower(UserAccount.email).in_(addresses)
    if anywhere:
        yield UserAccount.role.in_(anywhere)
    if somewhere:
        found = select(ProjectRow.id).outerjoin(MembershipRow, _membership_of_anybody())
        yield exists(found.where(tuple_(ProjectRow.key, _role_of_anybody()).in_(somewhere)).correlate(UserAccount))


async def unknown_people(session: AsyncSession, user_ids: Collection[int]) -> set[int]:
    """Those of `user_ids` that are no active person's."""
    known = await session.scalars(select(UserAccount.id).where(UserAccount.id.in_(user_ids), UserAccount.active))
    return set(user_ids) - set(known)


async def addresses_of_people(session: AsyncSession, addresses: Collection[str]) -> dict[str, int]:
    """Which of the (lower-case) addresses are active people's, and whose."""
    if not addresses:
        return {}
    email = func.lower(UserAccount.email)
    rows = await session.execute(select(email, UserAccount.id).where(email.in_(addresses), UserAccount.active))
    return {row[0]: row[1] for row in rows}


async def sights_of(session: AsyncSession, user_ids: Collection[int]) -> dict[int, Sight]:
    """What each of the active people sees, in one statement."""
    if not user_ids:
        return {}
    role = _role_of_anybody()
    staff, reporter = role.in_(_STAFF), role == str(Role.REPORTER)
    whole = and_(reporter, ProjectRow.reporters_see_all)
    part = and_(reporter, ProjectRow.reporters_see_all.is_(False))
    there = ProjectRow.id.is_not(None)
    ids = [func.array_agg(ProjectRow.id).filter(there, condition) for condition in (staff, whole, part)]
    statement = (
        select(UserAccount.id, UserAccount.email, UserAccount.name, UserAccount.role, *ids)
        .outerjoin(ProjectRow, UserAccount.role != Role.ADMIN)
        .outerjoin(MembershipRow, _membership_of_anybody())
        .where(UserAccount.id.in_(user_ids), UserAccount.active)
        .group_by(UserAccount.id)
    )
    found = {}
    for user_id, email, name, own_role, *projects in await session.execute(statement):
        actor = Actor(user_id, email, name, Role(own_role))
        found[user_id] = Sight(actor, *(frozenset(some or ()) for some in projects))
    return found


async def projects_there(session: AsyncSession, ids: Collection[int]) -> set[int]:
    """Those of `ids` that are a project's."""
    return set(await session.scalars(select(ProjectRow.id).where(ProjectRow.id.in_(ids)))) if ids else set()


async def signed_webhooks(session: AsyncSession, owner_id: int, urls: Collection[str]) -> frozenset[str]:
    """Those of the addresses for which their owner left a secret."""
    if not urls:
        return frozenset()
    mine = (WebhookRow.owner_id == owner_id, WebhookRow.url.in_(urls), WebhookRow.secret.is_not(None))
    return frozenset(await session.scalars(select(WebhookRow.url).where(*mine)))


async def lacks_mail_server(session: AsyncSession, ref: str) -> bool:
    """Whether that is why all deliveries of `ref` failed that did."""
    missed = DeliveryRow.state.in_([State.FAILED, State.UNKNOWN])
    same = func.bool_and(func.coalesce(DeliveryRow.answer, "") == NO_MAIL_SERVER)
    return bool(await session.scalar(select(same).where(DeliveryRow.ref == ref, missed)))


async def count_projects(session: AsyncSession) -> int:
    return await session.scalar(select(func.count()).select_from(ProjectRow)) or 0


async def known_labels(session: AsyncSession, actor: Actor, names: Collection[str]) -> set[str]:
    """Those of `names` that are a label's, in whatever case, of a project of which the actor may know."""
    name, mine = func.lower(LabelRow.name), LabelRow.project_id.in_(accessible_projects(actor))
    found = await session.scalars(select(name).where(name.in_({one.lower() for one in names}), mine))
    there = set(found)
    return {one for one in names if one.lower() in there}


async def admins_to_ask(session: AsyncSession, limit: int = 3) -> list[Person]:
    """The active admins who have been here longest."""
    admins = select(UserAccount.id, UserAccount.name).where(UserAccount.active, UserAccount.role == str(Role.ADMIN))
    rows = await session.execute(admins.order_by(UserAccount.id).limit(limit))
    return [Person(id=row.id, name=row.name) for row in rows]


async def known_projects(session: AsyncSession, actor: Actor, keys: Collection[str]) -> set[str]:
    """Those of `keys` that are a project's of which the actor may know."""
    mine = ProjectRow.id.in_(accessible_projects(actor))
    return set(await session.scalars(select(ProjectRow.key).where(ProjectRow.key.in_(keys), mine)))


def _role_of_anybody() -> ColumnElement[str]:
    """The effective role of a person in a project, or NULL: as `projects.rules.effective_role`, in a statement over
    all three tables."""
    return case(
        (UserAccount.role == Role.ADMIN, str(Role.ADMIN)),
        (MembershipRow.role.is_not(None), MembershipRow.role),
        (ProjectRow.visibility == "open", UserAccount.role),
    )


def _membership_of_anybody() -> ColumnElement[bool]:
    return and_(MembershipRow.project_id == ProjectRow.id, MembershipRow.user_id == UserAccount.id)
