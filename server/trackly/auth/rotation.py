"""Renewing a login. Each refresh token is good once; who comes with a used one is a thief, or late by a moment.

Twenty tabs may renew at once, and answers get lost: for ten seconds the parent of the newest token still yields that
same newest token. It can, because a successor is made from its parent's text, a random salt and our key, of which the
database knows only the salt. Any other reuse ends the session, for the thief and for the owner, who logs in again."""

import base64
import hmac
import secrets
from datetime import timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from trackly.auth import events
from trackly.auth.errors import NotAuthenticated
from trackly.auth.schemas import Client, Entry, SessionKind
from trackly.auth.services import AuthServices
from trackly.auth.sessions import end_session, session_of_refresh_token
from trackly.auth.tables import RefreshTokenRow, SessionRow
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import hash_token
from trackly.users.facade import load_user

GRACE = timedelta(seconds=10)
_TEXT_MAX = 100

log = structlog.get_logger("trackly.auth")


async def renew(
    services: AuthServices, request_id: str, refresh_token: str, kind: SessionKind, client: Client
) -> Entry:
    """A new access token, and the successor of `refresh_token`. Raises NotAuthenticated.

    Locks: the session, so that parallel renewals come one after the other."""
    async with services.work.begin(request_id) as uow:
        entry = await _renew(uow, services, refresh_token, kind, client)
    if entry is None:  # raised only now: the end of a stolen session has to be committed
        raise NotAuthenticated
    return entry


async def _renew(
    uow: UnitOfWork, services: AuthServices, refresh_token: str, kind: SessionKind, client: Client
) -> Entry | None:
    session = await _lock_session(uow, refresh_token, kind)
    if session is None:
        return None
    presented = RefreshTokenRow.token_hash == hash_token(refresh_token)
    token = (await uow.session.scalars(select(RefreshTokenRow).where(presented))).one()
    successor: str | None
    if token.used_at is None:
        successor = await _rotate(uow, services, token, refresh_token)
        session.last_seen_at, session.ip, session.user_agent = uow.now, client.ip, client.user_agent
        session.expires_at = uow.now + timedelta(seconds=services.settings.refresh_s)
    else:
        successor = await _successor_within_grace(uow, services, token, refresh_token)
    if successor is None:
        await _end_stolen(uow, session, client)
        return None
    user = await load_user(uow.session, session.user_id)
    return Entry(user, services.signer.issue(user.id, session.id, uow.now), successor) if user.active else None


async def _lock_session(uow: UnitOfWork, refresh_token: str, kind: SessionKind) -> SessionRow | None:
    if len(refresh_token) > _TEXT_MAX:
        return None
    session_id = await session_of_refresh_token(uow, refresh_token)
    if session_id is None:
        return None
    session = await uow.session.scalar(select(SessionRow).where(SessionRow.id == session_id).with_for_update())
    if session is None or session.ended_at is not None or session.expires_at <= uow.now or session.kind != kind:
        return None
    return session


async def _rotate(uow: UnitOfWork, services: AuthServices, token: RefreshTokenRow, text: str) -> str:
    salt = secrets.token_bytes(16)
    successor = _successor(services.settings.keys[0], text, salt)
    token.used_at = uow.now
    await uow.session.execute(
        insert(RefreshTokenRow).values(
            session_id=token.session_id,
            token_hash=hash_token(successor),
            salt=salt,
            parent_id=token.id,
            issued_at=uow.now,
            expires_at=uow.now + timedelta(seconds=services.settings.refresh_s),
        )
    )
    return successor


async def _successor_within_grace(
    uow: UnitOfWork, services: AuthServices, token: RefreshTokenRow, text: str
) -> str | None:
    child = await uow.session.scalar(select(RefreshTokenRow).where(RefreshTokenRow.parent_id == token.id))
    late = token.used_at is None or uow.now - token.used_at > GRACE
    if child is None or child.used_at is not None or late:
        return None
    candidates = (_successor(key, text, child.salt) for key in services.settings.keys)
    return next((text for text in candidates if hash_token(text) == child.token_hash), None)


async def _end_stolen(uow: UnitOfWork, session: SessionRow, client: Client) -> None:
    log.warning("refresh token used again, session ended", user_id=session.user_id, session_id=str(session.id))
    uow.record(events.reuse_detected(session.id, session.user_id, client))
    await end_session(uow, session.id, None)


def _successor(key: str, parent: str, salt: bytes) -> str:
    digest = hmac.digest(key.encode(), b"trackly refresh token\n" + salt + parent.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
