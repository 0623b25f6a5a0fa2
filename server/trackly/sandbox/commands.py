"""Who may write SQL, and run tokens. The only writer of their tables."""

import hashlib
from datetime import timedelta

from sqlalchemy import delete, func, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from trackly.events.unit_of_work import UnitOfWork
from trackly.sandbox import events
from trackly.sandbox.errors import NotAMaintainer
from trackly.sandbox.queries import Rights, find_setup, find_writer, is_maintainer, list_expired
from trackly.sandbox.schemas import WriterOut
from trackly.sandbox.tables import SandboxGrantRow, SandboxRunRow, SandboxSetupRow
from trackly.users.facade import Actor, UserNotFound, ensure_admin, find_actor

_END_RUN = text("SELECT reporting.end_run(:hash)")


async def grant_writer(uow: UnitOfWork, actor: Actor, user_id: int) -> WriterOut:
    """Let a maintainer write SQL; once more changes nothing. Raises Forbidden, UserNotFound, NotAMaintainer."""
    ensure_admin(actor)
    person = await find_actor(uow.session, user_id)
    if person is None:
        raise UserNotFound
    if not await is_maintainer(uow.session, user_id):
        raise NotAMaintainer
    values = {"user_id": user_id, "granted_by": actor.user_id, "granted_at": uow.now}
    statement = upsert(SandboxGrantRow).values(**values).on_conflict_do_nothing().returning(SandboxGrantRow.user_id)
    made = await uow.session.scalar(statement)
    writer = await find_writer(uow.session, user_id)
    if writer is None:
        raise UserNotFound
    if made is not None:
        uow.record(events.writer_granted(writer, actor))
    return writer


async def revoke_writer(uow: UnitOfWork, actor: Actor, user_id: int) -> None:
    """Take the right to write SQL back; fine where it was not given. Raises Forbidden."""
    ensure_admin(actor)
    writer = await find_writer(uow.session, user_id)
    given = delete(SandboxGrantRow).where(SandboxGrantRow.user_id == user_id).returning(SandboxGrantRow.user_id)
    if await uow.session.scalar(given) is not None and writer is not None:
        uow.record(events.writer_revoked(writer, actor))


async def keep_password(uow: UnitOfWork, sealed: str, instead_of: str | None) -> str:
    """Keep a sealed password for the role that reads, unless another process was quicker; returns the one that is kept.

    `instead_of`: the one that is there and can't be opened any more."""
    row = upsert(SandboxSetupRow).values(id=1, password=sealed)
    known = SandboxSetupRow.password.is_not_distinct_from(instead_of)
    await uow.session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"password": sealed}, where=known))
    kept, _ = await find_setup(uow.session)
    return kept or sealed


def hash_of(token: str) -> bytes:
    """As the database makes it of a run token."""
    return hashlib.sha256(token.encode()).digest()


async def open_run(uow: UnitOfWork, token: str, rights: Rights, user_id: int | None, lives: timedelta) -> None:
    """Make `token` good for one connection, with these rights, by the clock of the database."""
    now = func.clock_timestamp()
    await uow.session.execute(
        insert(SandboxRunRow).values(
            token_hash=hash_of(token),
            user_id=user_id,
            whole=list(rights.whole),
            partly=list(rights.partly),
            everybody=rights.everybody,
            created_at=now,
            expires_at=now + lives,
        )
    )


async def close_run(uow: UnitOfWork, token: str) -> bool:
    """Forget `token`; returns whether a connection had to be ended for that."""
    return bool(await uow.session.scalar(_END_RUN, {"hash": hash_of(token)}))


async def forget_runs(uow: UnitOfWork) -> int:
    """Forget run tokens that nobody closed, and end what still uses them; returns how many."""
    expired = await list_expired(uow.session)
    for token_hash in expired:
        await uow.session.execute(_END_RUN, {"hash": token_hash})
    return len(expired)
