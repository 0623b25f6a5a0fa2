"""Logging in and out, and tokens for programs."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.auth import events, throttle
from trackly.auth.errors import LoginRefused, NotAuthenticated, SessionNotFound, TokenNotFound, TooManyTokens
from trackly.auth.queries import api_token_out
from trackly.auth.rotation import renew
from trackly.auth.schemas import ApiTokenCreate, ApiTokenOut, Client, Entry, NewApiToken, SessionKind, TokenForm
from trackly.auth.services import API_TOKEN_PREFIX, AuthServices
from trackly.auth.sessions import end_session, session_of_refresh_token, start_session
from trackly.auth.tables import ApiTokenRow
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import InvalidInput
from trackly.kit.ids import hash_token, new_token, new_uuid
from trackly.users.facade import (
    Actor,
    Credentials,
    find_credentials,
    load_user,
    lock_credentials,
    needs_rehash,
    set_password_hash,
)

TOKENS_MAX = 50
TOKEN_DEFAULT_LIFE = timedelta(days=90)
TOKEN_LONGEST_LIFE = timedelta(days=366)


async def log_in(
    services: AuthServices, request_id: str, email: str, password: str, client: Client, kind: SessionKind
) -> Entry:
    """Begin a session. Raises LoginRefused, in the same words and time for a wrong password, an unknown person and a
    disabled one; TooManyFailures."""

    async def load(session: AsyncSession) -> Credentials | None:
        return await find_credentials(session, email)

    found = await check_password(services, request_id, throttle.key_of(email), client, load, password)
    if found is None:
        raise LoginRefused
    new_hash = await services.passwords.hash(password) if needs_rehash(found.password_hash or "") else None
    async with services.work.begin(request_id) as uow:
        if await lock_credentials(uow.session, found.user_id) != found:
            raise LoginRefused  # disabled, or given another password, in the meantime
        if new_hash is not None:
            await set_password_hash(uow, found.user_id, new_hash)
        return await start_session(uow, services, await load_user(uow.session, found.user_id), client, kind)


async def grant_tokens(services: AuthServices, request_id: str, form: TokenForm, client: Client) -> Entry:
    """The same for a program, by password or by refresh token. Raises InvalidInput, LoginRefused, NotAuthenticated."""
    if form.grant_type == "refresh_token":
        if not form.refresh_token:
            raise InvalidInput.of("refresh_token", "is needed for this grant")
        return await renew(services, request_id, form.refresh_token, "program", client)
    if not form.username or not form.password:
        raise InvalidInput.of("password" if form.username else "username", "is needed for this grant")
    return await log_in(services, request_id, form.username, form.password, client, "program")


async def check_password(
    services: AuthServices,
    request_id: str,
    user_key: bytes,
    client: Client,
    load: Callable[[AsyncSession], Awaitable[Credentials | None]],
    password: str,
) -> Credentials | None:
    """The credentials when `password` is right; None, and a failure counted, when not. Raises TooManyFailures.

    Looks twice: before the queue for a hash, to keep it short, and inside, so that many at once get no extra tries.
    No database connection is held while a hash is computed."""
    async with services.database.read_session() as session:
        await throttle.ensure_may_try(session, user_key, client.ip, services.clock.now())
    async with services.passwords.gate:
        async with services.database.read_session() as session:
            await throttle.ensure_may_try(session, user_key, client.ip, services.clock.now())
            found = await load(session)
        if await services.passwords.verify_within_gate(found.password_hash if found else None, password):
            return found
        async with services.work.begin(request_id) as uow:
            await throttle.note_failure(uow, user_key, client.ip)
            uow.record(events.login_failed(found.user_id if found else None, "password", client))
    return None


async def log_out(uow: UnitOfWork, services: AuthServices, access_token: str | None, refresh_token: str | None) -> None:
    """End the session that either token belongs to. Nothing to do when there is none."""
    session_id: UUID | None = None
    if access_token is not None:
        try:
            session_id = services.signer.verify(access_token, uow.now).session_id
        except NotAuthenticated:
            session_id = None
    if session_id is None and refresh_token is not None:
        session_id = await session_of_refresh_token(uow, refresh_token)
    if session_id is not None:
        await end_session(uow, session_id, None)


async def end_own_session(uow: UnitOfWork, actor: Actor, session_id: UUID) -> None:
    """Raises SessionNotFound for one that is over or somebody else's."""
    if not await end_session(uow, session_id, actor.ref, actor.user_id):
        raise SessionNotFound


async def create_api_token(uow: UnitOfWork, actor: Actor, new: ApiTokenCreate, client: Client) -> NewApiToken:
    """A token with its text, which nobody can see again. Raises InvalidInput, TooManyTokens. Locks: the person."""
    expires_at = new.expires_at or uow.now + TOKEN_DEFAULT_LIFE
    if not uow.now < expires_at <= uow.now + TOKEN_LONGEST_LIFE:
        raise InvalidInput.of("expires_at", f"must be in the future, at most {TOKEN_LONGEST_LIFE.days} days from now")
    await lock_credentials(uow.session, actor.user_id, alone=True)
    mine = (ApiTokenRow.user_id == actor.user_id, ApiTokenRow.revoked_at.is_(None), ApiTokenRow.expires_at > uow.now)
    if (await uow.session.scalar(select(func.count()).select_from(ApiTokenRow).where(*mine)) or 0) >= TOKENS_MAX:
        raise TooManyTokens
    text = API_TOKEN_PREFIX + new_token()
    row = ApiTokenRow(
        id=new_uuid(),
        user_id=actor.user_id,
        name=new.name,
        token_hash=hash_token(text),
        scopes=list(new.scopes),
        created_at=uow.now,
        expires_at=expires_at,
    )
    uow.session.add(row)
    token = api_token_out(row)
    uow.record(events.token_created(token, client, actor.ref))
    return NewApiToken(**token.model_dump(), token=text)


async def revoke_api_token(uow: UnitOfWork, actor: Actor, token_id: UUID, client: Client) -> None:
    """Raises TokenNotFound for one that is revoked or somebody else's."""
    if not await revoke_api_tokens(uow, actor, actor.user_id, client, token_id):
        raise TokenNotFound


async def revoke_api_tokens(
    uow: UnitOfWork, actor: Actor, user_id: int, client: Client, token_id: UUID | None = None
) -> list[ApiTokenOut]:
    """Revoke one token of a person, or all; returns those."""
    which = ApiTokenRow.id == token_id if token_id is not None else ApiTokenRow.id.is_not(None)
    rows = await uow.session.scalars(
        update(ApiTokenRow)
        .where(ApiTokenRow.user_id == user_id, ApiTokenRow.revoked_at.is_(None), which)
        .values(revoked_at=uow.now)
        .returning(ApiTokenRow)
    )
    revoked = [api_token_out(row) for row in rows]
    for token in revoked:
        uow.record(events.token_revoked(token, user_id, client, actor.ref))
    return revoked
