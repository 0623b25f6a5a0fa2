"""Reading who may write SQL, what a reader may see, and which setup the database has."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.projects.facade import STAFF, accessible_projects, open_to_reporters, staff_projects
from trackly.projects.tables import MembershipRow
from trackly.sandbox.schemas import WriterOut
from trackly.sandbox.tables import SandboxGrantRow, SandboxRunRow, SandboxSetupRow
from trackly.users.facade import Actor, Person, Role
from trackly.users.tables import UserAccount


@dataclass(frozen=True, slots=True)
class Rights:
    """What a reader sees: `whole` projects, of `partly` visible ones only what they reported or watch, `everybody`
    among the people or only those whom they meet."""

    whole: tuple[int, ...]
    partly: tuple[int, ...]
    everybody: bool


async def read_rights(session: AsyncSession, reader: Actor) -> Rights:
    """The rights of this moment, in one statement."""
    parts = staff_projects(reader), open_to_reporters(reader), accessible_projects(reader)
    staff, open_, known = (set(row) for row in (await session.execute(select(*map(_ids, parts)))).one())
    whole = staff | (set() if reader.is_admin else open_)
    everybody = reader.role is not Role.REPORTER or bool(staff)
    return Rights(tuple(sorted(whole)), tuple(sorted(known - whole)), everybody)


def _ids(projects: Select[int]) -> ColumnElement[Any]:
    return func.array(projects.scalar_subquery())


async def may_write_sql(session: AsyncSession, actor: Actor) -> bool:
    """Admins, and maintainers who were given the right."""
    if actor.is_admin:
        return True
    given = select(SandboxGrantRow.user_id).where(SandboxGrantRow.user_id == actor.user_id, _is_maintainer(actor))
    return await session.scalar(given) is not None


def _is_maintainer(actor: Actor) -> ColumnElement[bool]:
    return or_(literal(actor.role is Role.MAINTAINER), _in_a_project(SandboxGrantRow.user_id))


def _in_a_project(user_id: Any) -> ColumnElement[bool]:
    roles = [str(role) for role in STAFF]
    own = select(MembershipRow.project_id).where(MembershipRow.user_id == user_id, MembershipRow.role.in_(roles))
    return own.exists()


async def is_maintainer(session: AsyncSession, user_id: int) -> bool:
    """Whether the person is one, anywhere: of the whole instance, or of some project. Admins need no right."""
    anywhere = or_(UserAccount.role == str(Role.MAINTAINER), _in_a_project(UserAccount.id))
    return await session.scalar(select(UserAccount.id).where(UserAccount.id == user_id, anywhere)) is not None


async def list_writers(session: AsyncSession) -> list[WriterOut]:
    """The maintainers who were given the right, by name."""
    rows = await session.execute(_writers().order_by(func.lower(UserAccount.name), UserAccount.id))
    return [_writer(row) for row in rows]


async def find_writer(session: AsyncSession, user_id: int) -> WriterOut | None:
    row = (await session.execute(_writers().where(SandboxGrantRow.user_id == user_id))).one_or_none()
    return None if row is None else _writer(row)


def _writers() -> Select[int, str, datetime, int]:
    return (
        select(UserAccount.id, UserAccount.name, SandboxGrantRow.granted_at, SandboxGrantRow.granted_by)
        .join(UserAccount, UserAccount.id == SandboxGrantRow.user_id)
        .where(UserAccount.deleted_at.is_(None))
    )


def _writer(row: Any) -> WriterOut:
    return WriterOut(user=Person(id=row.id, name=row.name), granted_at=row.granted_at, granted_by=row.granted_by)


async def find_setup(session: AsyncSession) -> tuple[str | None, str | None]:
    """The sealed password of the role that reads, and the fingerprint of the text that set it up last."""
    row = (await session.execute(select(SandboxSetupRow.password, SandboxSetupRow.fingerprint))).one_or_none()
    return (None, None) if row is None else (row.password, row.fingerprint)


async def list_expired(session: AsyncSession) -> list[bytes]:
    """Hashes of run tokens that are no longer good, the oldest first."""
    over = SandboxRunRow.expires_at < func.clock_timestamp()
    return list(await session.scalars(select(SandboxRunRow.token_hash).where(over).order_by(SandboxRunRow.expires_at)))
