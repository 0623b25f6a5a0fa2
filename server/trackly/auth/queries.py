"""Reading logins. The first two run on nearly every request: one statement each, outside of any transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from trackly.auth.schemas import ApiTokenOut, SessionOut
from trackly.auth.tables import ApiTokenRow, SessionRow
from trackly.auth.tokens import AccessClaims
from trackly.kit.db import driver_sql
from trackly.kit.pages import Page
from trackly.users.facade import Actor, Role
from trackly.users.tables import UserAccount

_SEEN_EVERY = timedelta(minutes=1)
_PERSON = (UserAccount.id, UserAccount.email, UserAccount.name, UserAccount.role)

_BY_SESSION, _ = driver_sql(
    select(*_PERSON, SessionRow.expires_at)
    .join(SessionRow, SessionRow.user_id == UserAccount.id)
    .where(
        SessionRow.id == bindparam("session_id"),
        UserAccount.id == bindparam("user_id"),
        SessionRow.ended_at.is_(None),
        SessionRow.expires_at > bindparam("now"),
        UserAccount.active,
    )
)
_BY_TOKEN, _ = driver_sql(
    select(
        *_PERSON,
        ApiTokenRow.expires_at,
        ApiTokenRow.id.label("token_id"),
        ApiTokenRow.scopes,
        ApiTokenRow.last_used_at,
    )
    .join(ApiTokenRow, ApiTokenRow.user_id == UserAccount.id)
    .where(
        ApiTokenRow.token_hash == bindparam("token_hash"),
        ApiTokenRow.revoked_at.is_(None),
        ApiTokenRow.expires_at > bindparam("now"),
        UserAccount.active,
    )
)


@dataclass(frozen=True, slots=True)
class Login:
    """A request's right to act: who, and until when at most."""

    actor: Actor
    expires_at: datetime


async def find_session_login(connection: AsyncConnection, claims: AccessClaims, now: datetime) -> Login | None:
    """None when the session ended or the person may not log in any more; else with the role of this moment."""
    parameters = {"session_id": claims.session_id, "user_id": claims.user_id, "now": now}
    row = (await connection.exec_driver_sql(_BY_SESSION, parameters)).one_or_none()
    if row is None:
        return None
    return Login(Actor(row.id, row.email, row.name, Role(row.role), claims.session_id), row.expires_at)


async def find_token_login(connection: AsyncConnection, token_hash: bytes, now: datetime) -> Login | None:
    """None for a token that is unknown, revoked or expired. Notes its use, at most once a minute."""
    row = (await connection.exec_driver_sql(_BY_TOKEN, {"token_hash": token_hash, "now": now})).one_or_none()
    if row is None:
        return None
    if row.last_used_at is None or row.last_used_at < now - _SEEN_EVERY:
        await connection.execute(update(ApiTokenRow).where(ApiTokenRow.id == row.token_id).values(last_used_at=now))
    return Login(Actor(row.id, row.email, row.name, Role(row.role), None, frozenset(row.scopes)), row.expires_at)


async def list_sessions(session: AsyncSession, actor: Actor, now: datetime) -> Page[SessionOut]:
    """Where the actor is logged in, the latest first; all of them on one page."""
    rows = await session.scalars(
        select(SessionRow)
        .where(SessionRow.user_id == actor.user_id, SessionRow.ended_at.is_(None), SessionRow.expires_at > now)
        .order_by(SessionRow.last_seen_at.desc(), SessionRow.id)
        .limit(100)
    )
    items = [_session_out(row, actor.session_id) for row in rows]
    return Page(items=items, total=len(items))


async def list_api_tokens(session: AsyncSession, actor: Actor, now: datetime) -> Page[ApiTokenOut]:
    """The actor's tokens that are good, the latest first; all of them on one page."""
    rows = await session.scalars(
        select(ApiTokenRow)
        .where(ApiTokenRow.user_id == actor.user_id, ApiTokenRow.revoked_at.is_(None), ApiTokenRow.expires_at > now)
        .order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id)
    )
    items = [api_token_out(row) for row in rows]
    return Page(items=items, total=len(items))


def api_token_out(row: ApiTokenRow) -> ApiTokenOut:
    return ApiTokenOut.model_validate({**{name: getattr(row, name) for name in _TOKEN_FIELDS}, "id": str(row.id)})


_TOKEN_FIELDS = tuple(name for name in ApiTokenOut.model_fields if name != "id")
_SESSION_FIELDS = tuple(name for name in SessionOut.model_fields if name not in ("id", "current"))


def _session_out(row: SessionRow, current: UUID | None) -> SessionOut:
    fields = {name: getattr(row, name) for name in _SESSION_FIELDS}
    return SessionOut(**fields, id=str(row.id), current=row.id == current)
