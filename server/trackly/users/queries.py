"""Reading people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import Page, decode_cursor, encode_cursor
from trackly.users.actor import Actor, Role
from trackly.users.errors import UserNotFound
from trackly.users.rules import ensure_admin, ensure_may_see
from trackly.users.schemas import Person, UserCount, UserOut
from trackly.users.tables import UserAccount

_USER = (
    UserAccount.id,
    UserAccount.email,
    UserAccount.name,
    UserAccount.role,
    UserAccount.active,
    UserAccount.version,
    UserAccount.created_at,
)
_CREDENTIALS = select(UserAccount.id, UserAccount.email, UserAccount.password_hash)
BIGINT_MAX = 2**63 - 1
_HERE = UserAccount.deleted_at.is_(None)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a login needs to know of a person. `password_hash` None: no password, or nobody who may log in."""

    user_id: int
    email: str
    password_hash: str | None


@dataclass(frozen=True, slots=True)
class UserFilter:
    q: str | None = None
    role: Role | None = None
    active: bool | None = None


async def get_user(session: AsyncSession, reader: Actor, user_id: int) -> UserOut:
    """Oneself, or anybody for an admin. UserNotFound also for who was deleted."""
    ensure_may_see(reader, user_id)
    return await load_user(session, user_id)


async def load_user(session: AsyncSession, user_id: int) -> UserOut:
    """The person, for code that has checked who asks. Raises UserNotFound."""
    row = (await session.execute(select(*_USER).where(UserAccount.id == user_id, _HERE))).one_or_none()
    if row is None:
        raise UserNotFound
    return UserOut.model_validate(row)


async def find_user(session: AsyncSession, email: str, *, lock: bool = False) -> UserOut | None:
    """By mail address. `lock`: nobody else changes the person until the transaction ends."""
    return await _find(session, _has_email(email), lock=lock)


async def find_user_by_identity(session: AsyncSession, issuer: str, subject: str) -> UserOut | None:
    """By who they are at the identity provider, locked against changes."""
    known = and_(UserAccount.google_iss == issuer, UserAccount.google_sub == subject)
    return await _find(session, known, lock=True)


async def find_actor(session: AsyncSession, user_id: int) -> Actor | None:
    """An active person, as they may act now."""
    user = await _find(session, and_(UserAccount.id == user_id, UserAccount.active), lock=False)
    return None if user is None else Actor(user.id, user.email, user.name, user.role)


async def _find(session: AsyncSession, condition: ColumnElement[bool], *, lock: bool) -> UserOut | None:
    statement = select(*_USER).where(condition, _HERE)
    row = (await session.execute(statement.with_for_update() if lock else statement)).one_or_none()
    return None if row is None else UserOut.model_validate(row)


async def get_preferences(session: AsyncSession, user_id: int) -> dict[str, JsonValue]:
    return (await session.scalar(select(UserAccount.preferences).where(UserAccount.id == user_id))) or {}


async def list_users(
    session: AsyncSession, reader: Actor, wanted: UserFilter, after: str | None, limit: int
) -> Page[UserOut]:
    """By name, then id. `q` finds parts of names and mail addresses. Admins only: Forbidden."""
    ensure_admin(reader)
    conditions = [_HERE, *_conditions(wanted)]
    total = await session.scalar(select(func.count()).select_from(UserAccount).where(*conditions))
    sort_name = func.lower(UserAccount.name).label("sort_name")
    rows = (await session.execute(_page(select(*_USER, sort_name).where(*conditions), after, limit))).all()
    return Page(items=[UserOut.model_validate(row) for row in rows[:limit]], next=_next(rows, limit), total=total)


async def count_users(session: AsyncSession, reader: Actor) -> UserCount:
    """How many there are, how many of them are active, and the active ones by role. Admins only: Forbidden."""
    ensure_admin(reader)
    active = func.count().filter(UserAccount.active)
    rows = await session.execute(select(UserAccount.role, func.count(), active).where(_HERE).group_by(UserAccount.role))
    counts = {role: (in_all, in_use) for role, in_all, in_use in rows}
    return UserCount(
        count=sum(in_all for in_all, _ in counts.values()),
        active=sum(in_use for _, in_use in counts.values()),
        by_role={role: counts.get(role, (0, 0))[1] for role in Role},
    )


async def load_persons(session: AsyncSession, user_ids: Collection[int]) -> dict[int, Person]:
    """Names by id, of deleted people too: they are in histories."""
    if not user_ids:
        return {}
    rows = await session.execute(select(UserAccount.id, UserAccount.name).where(UserAccount.id.in_(user_ids)))
    return {row.id: Person(id=row.id, name=row.name) for row in rows}


async def find_credentials(session: AsyncSession, email: str) -> Credentials | None:
    """Of the active person with this mail address."""
    return await _credentials(session, _has_email(email))


async def find_credentials_of(session: AsyncSession, user_id: int) -> Credentials | None:
    return await _credentials(session, UserAccount.id == user_id)


async def lock_credentials(session: AsyncSession, user_id: int, *, alone: bool = False) -> Credentials | None:
    """As `find_credentials_of`; the person stays as they are until the transaction ends, `alone`: for us only."""
    statement = _CREDENTIALS.where(UserAccount.id == user_id, UserAccount.active).with_for_update(read=not alone)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Credentials(*row)


async def _credentials(session: AsyncSession, condition: ColumnElement[bool]) -> Credentials | None:
    row = (await session.execute(_CREDENTIALS.where(condition, UserAccount.active))).one_or_none()
    return None if row is None else Credentials(*row)


def _has_email(email: str) -> ColumnElement[bool]:
    return func.lower(UserAccount.email) == email.strip().lower()


def _conditions(wanted: UserFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.q:
        found.append(
            or_(
                UserAccount.name.icontains(wanted.q, autoescape=True),
                UserAccount.email.icontains(wanted.q, autoescape=True),
            )
        )
    if wanted.role is not None:
        found.append(UserAccount.role == wanted.role)
    if wanted.active is not None:
        found.append(UserAccount.active.is_(wanted.active))
    return found


def _page(statement: Select[Any], after: str | None, limit: int) -> Select[Any]:
    sort_name = func.lower(UserAccount.name)
    if after is not None:
        name, user_id = decode_cursor(after, 2)
        if not isinstance(name, str) or type(user_id) is not int or user_id > BIGINT_MAX:
            raise InvalidInput.of("after", "is not a cursor that this list gave")
        statement = statement.where(tuple_(sort_name, UserAccount.id) > tuple_(literal(name), literal(user_id)))
    return statement.order_by(sort_name, UserAccount.id).limit(limit + 1)


def _next(rows: Sequence[Row[Any]], limit: int) -> str | None:
    return encode_cursor([rows[limit - 1].sort_name, rows[limit - 1].id]) if len(rows) > limit else None
