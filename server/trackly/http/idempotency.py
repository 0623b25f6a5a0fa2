"""The store behind `Idempotency-Key`."""

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.unit_of_work import UnitOfWork
from trackly.http.tables import IdempotencyKey
from trackly.kit.errors import AppError, FieldError, Kind

KEPT_FOR = timedelta(hours=24)


class IdempotencyConflict(AppError):
    kind, code, title = Kind.INVALID, "idempotency_key_reused", "This Idempotency-Key was used for another request"


class StoredAnswer(Exception):
    """Ends a route with the answer that the first send of its key got."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status, self.headers, self.body = status, headers, body


async def claim_key(uow: UnitOfWork, owner: str, user_id: int | None, key: str, request_hash: bytes) -> None:
    """Take `key` for this transaction. Waits for a parallel send of it; raises StoredAnswer or IdempotencyConflict."""
    mine = (IdempotencyKey.owner == owner) & (IdempotencyKey.key == key)
    await uow.session.execute(delete(IdempotencyKey).where(mine, IdempotencyKey.created_at < uow.now - KEPT_FOR))
    taken = await uow.session.scalar(
        insert(IdempotencyKey)
        .values(owner=owner, key=key, user_id=user_id, request_hash=request_hash, created_at=uow.now)
        .on_conflict_do_nothing()
        .returning(IdempotencyKey.key)
    )
    if taken is not None:
        return
    row = (await uow.session.execute(select(IdempotencyKey).where(mine))).scalar_one()
    if row.request_hash != request_hash:
        raise IdempotencyConflict(errors=[FieldError("Idempotency-Key", IdempotencyConflict.title)])
    raise StoredAnswer(row.status or 200, dict(row.headers or {}), row.body or b"")


async def store_answer(
    session: AsyncSession, owner: str, key: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    """Keep what the route is about to answer, for 24 hours."""
    await session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.owner == owner, IdempotencyKey.key == key)
        .values(status=status, headers=headers, body=body)
    )


async def forget_old_answers(uow: UnitOfWork) -> int:
    """Remove the answers older than 24 hours; returns how many."""
    gone = await uow.session.scalars(
        delete(IdempotencyKey).where(IdempotencyKey.created_at < uow.now - KEPT_FOR).returning(IdempotencyKey.key)
    )
    return len(gone.all())
