"""Changing people, with what follows for their logins."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.auth import events, throttle
from trackly.auth.commands import check_password, revoke_api_tokens
from trackly.auth.errors import LoginNeeded, WrongPassword
from trackly.auth.schemas import Client, ProfileOut
from trackly.auth.services import AuthServices
from trackly.auth.sessions import end_sessions
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import InvalidInput
from trackly.users.facade import (
    Actor,
    Credentials,
    MePatch,
    NewUser,
    Passwords,
    UserCreate,
    UserOut,
    UserPatch,
    create_user,
    delete_user,
    ensure_admin,
    find_credentials_of,
    get_preferences,
    set_password_hash,
    update_user,
)


async def create_person(uow: UnitOfWork, passwords: Passwords, actor: Actor, new: UserCreate) -> UserOut:
    """Let somebody in. Admins only: Forbidden. Raises EmailTaken."""
    ensure_admin(actor)
    password_hash = await passwords.hash(new.password) if new.password is not None else None
    return await create_user(uow, actor, NewUser(new.email, new.name, new.role, password_hash))


async def update_person(
    uow: UnitOfWork,
    passwords: Passwords,
    actor: Actor,
    user_id: int,
    patch: UserPatch,
    if_match: int | None,
    client: Client,
) -> UserOut:
    """Admins only: Forbidden. Disabling somebody, or giving them a password, ends their sessions.

    Raises UserNotFound, StaleVersion, EmailTaken, LastAdmin."""
    ensure_admin(actor)
    changes = patch.model_dump(exclude_unset=True)
    password = changes.pop("password", None)
    password_hash = await passwords.hash(password) if password is not None else None
    user = await update_user(uow, actor, user_id, changes, if_match)
    if password_hash is not None:
        await set_password_hash(uow, user_id, password_hash)
        uow.record(events.password_changed(user_id, client, actor.ref))
    if password_hash is not None or not user.active:
        await end_sessions(uow, user_id, actor.ref, keep=actor.session_id if user.active else None)
    return user


async def delete_person(uow: UnitOfWork, actor: Actor, user_id: int, if_match: int | None, client: Client) -> None:
    """Close an account for good, with its sessions and tokens; the name stays in histories. Admins only: Forbidden.

    Raises UserNotFound, StaleVersion, LastAdmin."""
    ensure_admin(actor)
    await delete_user(uow, actor, user_id, if_match)
    await end_sessions(uow, user_id, actor.ref)
    await revoke_api_tokens(uow, actor, user_id, client)


async def update_me(
    services: AuthServices, request_id: str, actor: Actor, patch: MePatch, if_match: int | None, client: Client
) -> ProfileOut:
    """What people may change of themselves. A new password ends their other sessions, and needs a login of a person:
    LoginNeeded for an API token. Raises WrongPassword, TooManyFailures, InvalidInput, StaleVersion."""
    changes: dict[str, Any] = patch.model_dump(exclude_unset=True)
    current, new = changes.pop("current_password", None), changes.pop("password", None)
    new_hash = await _new_hash(services, request_id, actor, current, new, client)
    async with services.work.begin(request_id) as uow:
        user = await update_user(uow, actor, actor.user_id, changes, if_match)
        if new_hash is not None:
            await set_password_hash(uow, actor.user_id, new_hash)
            uow.record(events.password_changed(actor.user_id, client, actor.ref))
            await end_sessions(uow, actor.user_id, actor.ref, keep=actor.session_id)
        preferences = await get_preferences(uow.session, actor.user_id)
    return ProfileOut(**user.model_dump(), preferences=preferences)


async def _new_hash(
    services: AuthServices, request_id: str, actor: Actor, current: str | None, new: str | None, client: Client
) -> str | None:
    if new is None:
        return None
    if actor.session_id is None:
        raise LoginNeeded
    if current is None:
        raise InvalidInput.of("current_password", "is needed to set a new password")

    async def load(session: AsyncSession) -> Credentials | None:
        return await find_credentials_of(session, actor.user_id)

    if await check_password(services, request_id, throttle.key_of(actor.email), client, load, current) is None:
        raise WrongPassword
    return await services.passwords.hash(new)
