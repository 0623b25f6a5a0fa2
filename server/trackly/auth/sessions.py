"""Beginning and ending logins."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from trackly.auth import events
from trackly.auth.schemas import Client, Entry, SessionKind
from trackly.auth.services import AuthServices
from trackly.auth.tables import RefreshTokenRow, SessionRow
from trackly.events.envelope import ActorRef
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import hash_token, new_token, new_uuid
from trackly.users.facade import UserOut


async def start_session(
    uow: UnitOfWork, services: AuthServices, user: UserOut, client: Client, kind: SessionKind
) -> Entry:
    """Log `user` in. The caller has locked the person, active, in this transaction."""
    session_id, refresh_token = new_uuid(), new_token()
    expires_at = uow.now + timedelta(seconds=services.settings.refresh_s)
    await uow.session.execute(
        insert(SessionRow).values(
            id=session_id,
            user_id=user.id,
            kind=kind,
            created_at=uow.now,
            last_seen_at=uow.now,
            expires_at=expires_at,
            ip=client.ip,
            user_agent=client.user_agent,
        )
    )
    await uow.session.execute(
        insert(RefreshTokenRow).values(
            session_id=session_id,
            token_hash=hash_token(refresh_token),
            salt=b"",
            issued_at=uow.now,
            expires_at=expires_at,
        )
    )
    uow.record(events.session_started(session_id, kind, client, ActorRef(user.id, user.name)))
    return Entry(user, services.signer.issue(user.id, session_id, uow.now), refresh_token)


async def end_sessions(
    uow: UnitOfWork, user_id: int, actor: ActorRef | None, keep: UUID | None = None
) -> Sequence[UUID]:
    """End all logins of a person, but `keep`; returns them."""
    ended = (
        await uow.session.scalars(
            update(SessionRow)
            .where(SessionRow.user_id == user_id, SessionRow.ended_at.is_(None), SessionRow.id.is_distinct_from(keep))
            .values(ended_at=uow.now)
            .returning(SessionRow.id)
        )
    ).all()
    for session_id in ended:
        uow.record(events.session_ended(session_id, user_id, actor))
    return ended


async def end_session(uow: UnitOfWork, session_id: UUID, actor: ActorRef | None, of_user: int | None = None) -> bool:
    """End one login, if it is not over and `of_user`'s (None: anybody's); tells whether."""
    mine = SessionRow.user_id == of_user if of_user is not None else SessionRow.user_id.is_not(None)
    user_id = await uow.session.scalar(
        update(SessionRow)
        .where(SessionRow.id == session_id, SessionRow.ended_at.is_(None), mine)
        .values(ended_at=uow.now)
        .returning(SessionRow.user_id)
    )
    if user_id is None:
        return False
    uow.record(events.session_ended(session_id, user_id, actor))
    return True


async def session_of_refresh_token(uow: UnitOfWork, refresh_token: str) -> UUID | None:
    statement = select(RefreshTokenRow.session_id).where(RefreshTokenRow.token_hash == hash_token(refresh_token))
    return await uow.session.scalar(statement)
