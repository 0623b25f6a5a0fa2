"""Changing people. Who ends their sessions when that must follow: `auth`, which calls these."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import StaleVersion
from trackly.users import events
from trackly.users.actor import Actor, Role
from trackly.users.errors import EmailTaken, LastAdmin, UserNotFound
from trackly.users.rules import stops_being_admin
from trackly.users.schemas import UserOut
from trackly.users.tables import UserAccount


@dataclass(frozen=True, slots=True)
class NewUser:
    """`google` is the pair of issuer and subject when the person comes from the identity provider."""

    email: str
    name: str
    role: Role
    password_hash: str | None = None
    google: tuple[str, str] | None = None


async def create_user(uow: UnitOfWork, actor: Actor | None, new: NewUser) -> UserOut:
    """Let a person in. `actor` None: the operator, or the person through the identity provider. Raises EmailTaken."""
    issuer, subject = new.google or (None, None)
    row = await uow.session.scalar(
        insert(UserAccount)
        .values(
            email=new.email.lower(),
            name=new.name,
            role=new.role,
            password_hash=new.password_hash,
            google_iss=issuer,
            google_sub=subject,
            created_at=uow.now,
            updated_at=uow.now,
        )
        .on_conflict_do_nothing()
        .returning(UserAccount)
    )
    if row is None:
        raise EmailTaken
    user = UserOut.model_validate(row)
    uow.record(events.user_created(user, actor))
    return user


async def update_user(
    uow: UnitOfWork, actor: Actor | None, user_id: int, changes: Mapping[str, Any], if_match: int | None = None
) -> UserOut:
    """Set columns of a person; nothing is told when nothing changes.

    Raises UserNotFound, StaleVersion, EmailTaken, LastAdmin. Locks: the admins when one may go, then the person."""
    user = await _lock_user(uow, user_id, if_match, changes)
    changes = {name: value for name, value in changes.items() if getattr(user, name) != value}
    if not changes:
        return UserOut.model_validate(user)
    try:
        async with uow.session.begin_nested():
            for name, value in {**changes, "version": user.version + 1, "updated_at": uow.now}.items():
                setattr(user, name, value)
    except IntegrityError:
        raise EmailTaken from None
    changed = UserOut.model_validate(user)
    uow.record(events.user_updated(changed, actor))
    return changed


async def delete_user(uow: UnitOfWork, actor: Actor, user_id: int, if_match: int | None = None) -> None:
    """Close an account for good: only the name stays, in histories; the mail address is free for somebody new.

    Raises UserNotFound, StaleVersion, LastAdmin. Locks as `update_user`."""
    user = await _lock_user(uow, user_id, if_match, {"active": False})
    gone = UserOut.model_validate(user).model_copy(update={"active": False, "version": user.version + 1})
    user.active, user.deleted_at, user.updated_at = False, uow.now, uow.now
    user.version += 1
    user.email = f"deleted-{user.id}@invalid"
    user.password_hash = user.google_iss = user.google_sub = None
    user.preferences = {}
    await uow.session.flush()
    uow.record(events.user_deleted(gone, actor))


async def set_password_hash(uow: UnitOfWork, user_id: int, password_hash: str) -> None:
    """The caller notes why, and ends sessions when they must end."""
    await uow.session.execute(update(UserAccount).where(UserAccount.id == user_id).values(password_hash=password_hash))


async def link_identity(uow: UnitOfWork, user_id: int, issuer: str, subject: str) -> bool:
    """Tie a person to who they are at the identity provider, once. False when they are tied already."""
    tied = await uow.session.scalar(
        update(UserAccount)
        .where(UserAccount.id == user_id, UserAccount.google_sub.is_(None))
        .values(google_iss=issuer, google_sub=subject)
        .returning(UserAccount.id)
    )
    return tied is not None


async def _lock_user(uow: UnitOfWork, user_id: int, if_match: int | None, changes: Mapping[str, Any]) -> UserAccount:
    admins: list[int] = []
    if "role" in changes or "active" in changes:
        statement = select(UserAccount.id).where(UserAccount.role == Role.ADMIN, UserAccount.active)
        admins = list(await uow.session.scalars(statement.order_by(UserAccount.id).with_for_update()))
    user = await uow.session.scalar(
        select(UserAccount).where(UserAccount.id == user_id, UserAccount.deleted_at.is_(None)).with_for_update()
    )
    if user is None:
        raise UserNotFound
    if if_match is not None and if_match != user.version:
        raise StaleVersion(fields={"version": user.version})
    if stops_being_admin(user.role, user.active, changes) and admins == [user_id]:
        raise LastAdmin
    return user
