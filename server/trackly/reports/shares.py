"""Links to files for who has no login: made by who may see the file, good for a while, taken back at any time.

Their only writer. The token is 256 random bits; what is kept is its hash."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from trackly.events.envelope import ActorRef
from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import hash_token, new_token, new_uuid
from trackly.reports.edition_queries import get_file
from trackly.reports.events import share_created, share_revoked
from trackly.reports.run_queries import find_run
from trackly.reports.share_queries import hold_share, share_of
from trackly.reports.share_schemas import HOURS_MOST, ShareMade, ShareNew, ShareOut
from trackly.reports.tables import ReportShareRow
from trackly.users.facade import Actor, Person

PATH = "/shared/"


async def create_share(
    uow: UnitOfWork, actor: Actor, run_id: int, file_id: UUID, new: ShareNew, public_url: str
) -> ShareMade:
    """A link to a file that the actor may see; its address is told this once. RunNotFound, FileNotFound, FileGone."""
    await find_run(uow.session, actor, run_id)
    file = await get_file(uow.session, actor, run_id, file_id)
    by = Person(id=actor.user_id, name=actor.name)
    share, token = _write(uow, by, run_id, file.id, new.expires_in_h)
    return ShareMade(**share.model_dump(), url=f"{public_url}{PATH}{token}")


async def lend_file(uow: UnitOfWork, owner: Person, run_id: int, file_id: UUID, public_url: str) -> str:
    """The address of a new link, in the name of the report's owner, for a mail that the file is too large for."""
    _, token = _write(uow, owner, run_id, file_id, HOURS_MOST)
    return f"{public_url}{PATH}{token}"


def _write(uow: UnitOfWork, by: Person, run_id: int, file_id: UUID, hours: int) -> tuple[ShareOut, str]:
    token = new_token()
    row = ReportShareRow(
        id=new_uuid(),
        file_id=file_id,
        token_hash=hash_token(token),
        created_by=by.id,
        created_at=uow.now,
        expires_at=uow.now + timedelta(hours=hours),
        revoked_at=None,
        downloads=0,
    )
    uow.session.add(row)
    share = share_of(row, by)
    uow.record(share_created(share, run_id, ActorRef(by.id, by.name)))
    return share, token


async def revoke_share(uow: UnitOfWork, actor: Actor, share_id: UUID) -> None:
    """The link is over from now on. ShareNotFound. Locks: the link."""
    row = await hold_share(uow.session, actor, share_id)
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.record(share_revoked(row.id, row.file_id, actor.ref))


async def count_download(uow: UnitOfWork, share_id: UUID) -> None:
    """Somebody fetched the file by the link."""
    counted = {"downloads": ReportShareRow.downloads + 1}
    await uow.session.execute(update(ReportShareRow).where(ReportShareRow.id == share_id).values(**counted))
