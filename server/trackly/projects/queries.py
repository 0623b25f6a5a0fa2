"""Reading projects and what is in them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, true
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import Page, decode_cursor, encode_cursor
from trackly.projects.access import (
    accessible_projects,
    effective_role_expression,
    get_project_access,
    own_membership,
)
from trackly.projects.errors import MemberNotFound
from trackly.projects.rules import STAFF, Status, Transitions, ensure_staff
from trackly.projects.schemas import (
    LabelOut,
    MemberOut,
    MeOut,
    MyProject,
    PersonInProject,
    ProjectLabels,
    ProjectOut,
    TransitionOut,
    WorkflowOut,
)
from trackly.projects.standing import Place, Standing
from trackly.projects.tables import LabelRow, MembershipRow, ProjectRow, TransitionRow
from trackly.users.facade import Actor, Person, Role, get_preferences, load_user
from trackly.users.tables import UserAccount

ALL = "all"
"""The token that every active person holds."""
_STAFF = [str(role) for role in STAFF]


@dataclass(frozen=True, slots=True)
class ReaderTokens:
    """What somebody may read of the log, as tokens of event audiences. Empty for an inactive or unknown person."""

    user_id: int
    active: bool
    role: Role
    tokens: frozenset[str]


async def reader_tokens(session: AsyncSession, user_ids: Collection[int]) -> dict[int, ReaderTokens]:
    """The tokens of many readers, in one statement. People who do not exist are missing from the answer."""
    if not user_ids:
        return {}
    role = _role_of_anybody()
    statement = (
        select(
            UserAccount.id,
            UserAccount.active,
            UserAccount.role,
            func.array_agg(ProjectRow.id).filter(ProjectRow.id.is_not(None), role.in_(_STAFF)).label("staff"),
            func.array_agg(ProjectRow.id).filter(ProjectRow.id.is_not(None), role == Role.REPORTER).label("reporter"),
            func.array_agg(ProjectRow.id)
            .filter(ProjectRow.reporters_see_all, role == Role.REPORTER)
            .label("open_to_reporters"),
        )
        .outerjoin(ProjectRow, and_(UserAccount.role != Role.ADMIN, UserAccount.active))
        .outerjoin(MembershipRow, _membership_of_anybody())
        .where(UserAccount.id.in_(user_ids))
        .group_by(UserAccount.id)
    )
    return {row.id: _reader(row) for row in await session.execute(statement)}


async def load_standing(session: AsyncSession, user_id: int, role: Role) -> Standing:
    """What the person, whose role is `role`, has in every project."""
    statement = select(
        ProjectRow.id, ProjectRow.visibility, ProjectRow.reporters_see_all, MembershipRow.role.label("own_role")
    ).outerjoin(MembershipRow, and_(MembershipRow.project_id == ProjectRow.id, MembershipRow.user_id == user_id))
    places = {
        row.id: Place(row.visibility, row.reporters_see_all, row.own_role and Role(row.own_role))
        for row in await session.execute(statement)
    }
    return Standing(user_id, role, places)


def _reader(row: Row[Any, Any, Any, Any, Any, Any]) -> ReaderTokens:
    tokens: list[str] = []
    if row.active:
        tokens += [ALL, f"u:{row.id}", *(f"f:p{project}" for project in row.staff or ())]
        for project in row.reporter or ():
            tokens += [f"r:p{project}", f"r:p{project}:u{row.id}"]
        # In no audience. It lets a stream feel that a project has closed its issues to its reporters.
        tokens += [f"o:p{project}" for project in row.open_to_reporters or ()]
        if row.role == Role.ADMIN:
            tokens.append("f:admin")
    return ReaderTokens(row.id, row.active, Role(row.role), frozenset(tokens))


async def get_me(session: AsyncSession, actor: Actor, *, demo: bool) -> MeOut:
    """Who the actor is, with their projects and preferences."""
    user = await load_user(session, actor.user_id)
    role = effective_role_expression(actor).label("role")
    rows = await session.execute(
        select(ProjectRow.id, ProjectRow.key, ProjectRow.name, role)
        .outerjoin(MembershipRow, own_membership(actor))
        .where(ProjectRow.id.in_(accessible_projects(actor)))
        .order_by(ProjectRow.key)
    )
    return MeOut(
        **user.model_dump(),
        session_id=str(actor.session_id) if actor.session_id else None,
        demo=demo,
        projects=[MyProject.model_validate(row) for row in rows],
        preferences=await get_preferences(session, actor.user_id),
    )


async def list_projects(
    session: AsyncSession, actor: Actor, q: str | None, after: str | None, limit: int
) -> Page[ProjectOut]:
    """By key. `q` finds parts of keys and names."""
    conditions: list[ColumnElement[bool]] = [ProjectRow.id.in_(accessible_projects(actor))]
    if q:
        conditions.append(
            or_(ProjectRow.key.icontains(q, autoescape=True), ProjectRow.name.icontains(q, autoescape=True))
        )
    total = await session.scalar(select(func.count()).select_from(ProjectRow).where(*conditions))
    if after is not None:
        conditions.append(ProjectRow.key > _key_of(after))
    found = await _projects(session, actor, *conditions, limit=limit + 1)
    last = found[limit - 1].key if len(found) > limit else None
    return Page(items=found[:limit], next=last and encode_cursor([last]), total=total)


def _key_of(cursor: str) -> str:
    (key,) = decode_cursor(cursor, 1)
    if not isinstance(key, str):
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return key


async def get_project(session: AsyncSession, actor: Actor, key: str) -> ProjectOut:
    """ProjectNotFound also when it is not for the actor to know of."""
    access = await get_project_access(session, actor, key)
    (project,) = await _projects(session, actor, ProjectRow.id == access.project_id, limit=1)
    return project


async def transitions_of(session: AsyncSession, project_id: int) -> Transitions:
    rows = await session.execute(
        select(TransitionRow.role, TransitionRow.from_status, TransitionRow.to_status).where(
            TransitionRow.project_id == project_id
        )
    )
    return Transitions(frozenset((role, old, new) for role, old, new in rows))


async def get_workflow(session: AsyncSession, actor: Actor, key: str) -> WorkflowOut:
    return await load_workflow(session, (await get_project_access(session, actor, key)).project_id)


async def load_workflow(session: AsyncSession, project_id: int) -> WorkflowOut:
    """Moves in the order of roles and of an issue's life."""
    moves = (await transitions_of(session, project_id)).moves
    limits, version = (
        await session.execute(
            select(ProjectRow.wip_limits, ProjectRow.workflow_version).where(ProjectRow.id == project_id)
        )
    ).one()
    return WorkflowOut(
        transitions=[
            TransitionOut(role=role, from_status=old, to_status=new)
            for role in STAFF
            for old in Status
            for new in Status
            if (role, old, new) in moves
        ],
        wip_limits={status: limits[status] for status in Status if status in limits},
        version=version,
    )


async def list_labels_of_all(session: AsyncSession, actor: Actor, after: str | None, limit: int) -> Page[ProjectLabels]:
    """Of the projects that have any, by key."""
    label = func.json_build_object("name", LabelRow.name, "color", LabelRow.color)
    labels = func.json_agg(aggregate_order_by(label, func.lower(LabelRow.name)))
    statement = (
        select(ProjectRow.key, labels)
        .join(LabelRow, LabelRow.project_id == ProjectRow.id)
        .where(ProjectRow.id.in_(accessible_projects(actor)))
        .group_by(ProjectRow.key)
        .order_by(ProjectRow.key)
        .limit(limit + 1)
    )
    if after is not None:
        statement = statement.where(ProjectRow.key > _key_of(after))
    found = (await session.execute(statement)).all()
    items = [ProjectLabels(project=key, labels=[LabelOut(**one) for one in several]) for key, several in found[:limit]]
    return Page(items=items, next=encode_cursor([items[-1].project]) if len(found) > limit else None)


async def list_labels(session: AsyncSession, actor: Actor, key: str) -> list[LabelOut]:
    """All labels of a project, by name."""
    access = await get_project_access(session, actor, key)
    statement = select(LabelRow.name, LabelRow.color).where(LabelRow.project_id == access.project_id)
    rows = await session.execute(statement.order_by(func.lower(LabelRow.name)))
    return [LabelOut.model_validate(row) for row in rows]


async def list_members(session: AsyncSession, actor: Actor, key: str) -> list[MemberOut]:
    """Who has a role of their own in the project, by name. People who were deleted are left out."""
    access = await get_project_access(session, actor, key)
    return await _members(session, MembershipRow.project_id == access.project_id)


async def get_member(session: AsyncSession, actor: Actor, key: str, user_id: int) -> MemberOut:
    """ProjectNotFound, MemberNotFound."""
    access = await get_project_access(session, actor, key)
    found = await _members(
        session, and_(MembershipRow.project_id == access.project_id, MembershipRow.user_id == user_id)
    )
    if not found:
        raise MemberNotFound
    return found[0]


async def list_people(session: AsyncSession, actor: Actor, key: str) -> list[PersonInProject]:
    """To whom issues of the project can be given, by name. Forbidden for reporters of the project."""
    access = await get_project_access(session, actor, key)
    ensure_staff(access.role)
    return await _assignable(session, access.project_id)


async def assignable(session: AsyncSession, project_id: int, user_ids: Collection[int]) -> dict[int, Person]:
    """Those of `user_ids` to whom issues of the project can be given: active, and maintainers of it at least."""
    if not user_ids:
        return {}
    people = await _assignable(session, project_id, UserAccount.id.in_(user_ids))
    return {person.id: Person(id=person.id, name=person.name) for person in people}


async def _assignable(
    session: AsyncSession, project_id: int, condition: ColumnElement[bool] | None = None
) -> list[PersonInProject]:
    role = _role_of_anybody()
    rows = await session.execute(
        select(UserAccount.id, UserAccount.name, role.label("role"))
        .select_from(UserAccount)
        .join(ProjectRow, ProjectRow.id == project_id)
        .outerjoin(MembershipRow, _membership_of_anybody())
        .where(UserAccount.active, role.in_(_STAFF), true() if condition is None else condition)
        .order_by(func.lower(UserAccount.name), UserAccount.id)
    )
    return [PersonInProject.model_validate(row) for row in rows]


async def _members(session: AsyncSession, condition: ColumnElement[bool]) -> list[MemberOut]:
    rows = await session.execute(
        select(MembershipRow.user_id, UserAccount.name, MembershipRow.role)
        .join(UserAccount, UserAccount.id == MembershipRow.user_id)
        .where(condition, UserAccount.deleted_at.is_(None))
        .order_by(func.lower(UserAccount.name), UserAccount.id)
    )
    return [MemberOut.model_validate(row) for row in rows]


async def _projects(
    session: AsyncSession, actor: Actor, *conditions: ColumnElement[bool], limit: int
) -> list[ProjectOut]:
    columns = [getattr(ProjectRow, name) for name in ProjectOut.model_fields if name != "role"]
    role = effective_role_expression(actor).label("role")
    statement = select(*columns, role).outerjoin(MembershipRow, own_membership(actor)).where(*conditions)
    rows = await session.execute(statement.order_by(ProjectRow.key).limit(limit))
    return [ProjectOut.model_validate(row) for row in rows]


def _role_of_anybody() -> ColumnElement[str]:
    """The effective role of a person in a project, or NULL: as `rules.effective_role`, over all three tables."""
    return case(
        (UserAccount.role == Role.ADMIN, str(Role.ADMIN)),
        (MembershipRow.role.is_not(None), MembershipRow.role),
        (ProjectRow.visibility == "open", UserAccount.role),
    )


def _membership_of_anybody() -> ColumnElement[bool]:
    return and_(MembershipRow.project_id == ProjectRow.id, MembershipRow.user_id == UserAccount.id)
