"""The reader's rights as SQL: which projects somebody may know of, and as what.

Each building block is a subquery of project ids, for `WHERE project_id IN (…)` before any LIMIT."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.projects.errors import ProjectNotFound
from trackly.projects.rules import STAFF
from trackly.projects.tables import MembershipRow, ProjectRow
from trackly.users.facade import Actor, Role, built_once


@dataclass(frozen=True, slots=True)
class ProjectAccess:
    """One project as one reader has it; `role` is the effective one there."""

    project_id: int
    key: str
    name: str
    role: Role
    visibility: str
    reporters_see_all: bool
    timezone: str

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF


@built_once
def own_membership(actor: Actor) -> ColumnElement[bool]:
    return and_(MembershipRow.project_id == ProjectRow.id, MembershipRow.user_id == actor.user_id)


@built_once
def effective_role_expression(actor: Actor) -> ColumnElement[str]:
    """The actor's role in a project, or NULL; in a statement over project LEFT JOIN the actor's own membership."""
    if actor.is_admin:
        return literal(str(Role.ADMIN))
    instance_role = case((ProjectRow.visibility == "open", literal(str(actor.role))), else_=None)
    return case((MembershipRow.role.is_not(None), MembershipRow.role), else_=instance_role)


def _projects(actor: Actor) -> Select[int]:
    statement = select(ProjectRow.id)
    return statement if actor.is_admin else statement.outerjoin(MembershipRow, own_membership(actor))


@built_once
def accessible_projects(actor: Actor) -> Select[int]:
    """Ids of all projects that the actor may know of."""
    if actor.is_admin:
        return _projects(actor)
    return _projects(actor).where(or_(ProjectRow.visibility == "open", MembershipRow.user_id.is_not(None)))


@built_once
def staff_projects(actor: Actor) -> Select[int]:
    """Ids of the projects in which the actor is a maintainer or an admin: they see every issue there."""
    if actor.is_admin:
        return _projects(actor)
    return _projects(actor).where(effective_role_expression(actor).in_([str(role) for role in STAFF]))


@built_once
def open_to_reporters(actor: Actor) -> Select[int]:
    """Ids of the projects in which the actor is a reporter and reporters see every issue."""
    return _projects(actor).where(effective_role_expression(actor) == str(Role.REPORTER), ProjectRow.reporters_see_all)


async def get_project_access(session: AsyncSession, actor: Actor, key: str) -> ProjectAccess:
    """The project by its key, in any case of letters. ProjectNotFound also when it is not for the actor to know of."""
    return await _access(session, actor, ProjectRow.key == key.upper())


async def get_project_access_by_id(session: AsyncSession, actor: Actor, project_id: int) -> ProjectAccess:
    """As `get_project_access`."""
    return await _access(session, actor, ProjectRow.id == project_id)


async def _access(session: AsyncSession, actor: Actor, condition: ColumnElement[bool]) -> ProjectAccess:
    role = effective_role_expression(actor).label("role")
    statement = (
        select(
            ProjectRow.id,
            ProjectRow.key,
            ProjectRow.name,
            role,
            ProjectRow.visibility,
            ProjectRow.reporters_see_all,
            ProjectRow.timezone,
        )
        .outerjoin(MembershipRow, own_membership(actor))
        .where(condition)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None or row.role is None:
        raise ProjectNotFound
    return ProjectAccess(row.id, row.key, row.name, Role(row.role), row.visibility, row.reporters_see_all, row.timezone)


async def take_next_number(session: AsyncSession, project_id: int, count: int = 1) -> int:
    """The number of a new issue, or the first of `count` in a row. Locks: the project, until the transaction ends.

    Raises ProjectNotFound when it was deleted meanwhile."""
    after = await session.scalar(
        update(ProjectRow)
        .where(ProjectRow.id == project_id)
        .values(next_number=ProjectRow.next_number + count)
        .returning(ProjectRow.next_number)
    )
    if after is None:
        raise ProjectNotFound
    return int(after) - count
