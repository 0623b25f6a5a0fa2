"""Reading links: their list for who may see the file, the file itself for who has the address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.ids import hash_token
from trackly.reports.edition_queries import get_file
from trackly.reports.edition_schemas import Facts
from trackly.reports.errors import ShareNotFound
from trackly.reports.run_queries import find_run
from trackly.reports.share_schemas import ShareOut
from trackly.reports.standing import may_see
from trackly.reports.tables import ReportEditionRow, ReportFileRow, ReportRow, ReportRunRow, ReportShareRow
from trackly.users.facade import Actor, Person, load_persons

_LISTED_MOST = 200


async def get_shared_file(session: AsyncSession, token: str, now: datetime) -> tuple[UUID, ReportFileRow]:
    """The link's number and its file. ShareNotFound for a link that is over or was never there, alike; also when the
    bytes are gone, the report was deleted, or who made the link may not see the file any more."""
    statement = (
        select(ReportShareRow.id, ReportFileRow, ReportShareRow.created_by, ReportEditionRow.facts)
        .join(ReportFileRow, ReportFileRow.id == ReportShareRow.file_id)
        .join(ReportEditionRow, ReportEditionRow.id == ReportFileRow.edition_id)
        .join(ReportRunRow, ReportRunRow.id == ReportEditionRow.run_id)
        .join(ReportRow, ReportRow.id == ReportRunRow.report_id)
        .where(
            ReportShareRow.token_hash == hash_token(token),
            ReportShareRow.revoked_at.is_(None),
            ReportShareRow.expires_at > now,
            ReportFileRow.stored_name.is_not(None),
            ReportRow.deleted_at.is_(None),
        )
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None or await may_see(session, row.created_by, [Facts.model_validate(row.facts)]) != [True]:
        raise ShareNotFound
    return row[0], row[1]


async def list_shares(session: AsyncSession, actor: Actor, run_id: int, file_id: UUID) -> list[ShareOut]:
    """The links of a file that the actor may see, newest first. RunNotFound, FileNotFound, FileGone."""
    await find_run(session, actor, run_id)
    await get_file(session, actor, run_id, file_id)
    newest = select(ReportShareRow).where(ReportShareRow.file_id == file_id).order_by(ReportShareRow.created_at.desc())
    rows = list(await session.scalars(newest.limit(_LISTED_MOST)))
    people = await load_persons(session, {row.created_by for row in rows})
    return [share_of(row, people[row.created_by]) for row in rows]


async def hold_share(session: AsyncSession, actor: Actor, share_id: UUID) -> ReportShareRow:
    """A link that the actor made, or whose report is theirs; an admin's are all. ShareNotFound. Locks: the link."""
    statement = (
        select(ReportShareRow, ReportRow.owner_id)
        .join(ReportFileRow, ReportFileRow.id == ReportShareRow.file_id)
        .join(ReportEditionRow, ReportEditionRow.id == ReportFileRow.edition_id)
        .join(ReportRunRow, ReportRunRow.id == ReportEditionRow.run_id)
        .join(ReportRow, ReportRow.id == ReportRunRow.report_id)
        .where(ReportShareRow.id == share_id)
        .with_for_update(of=ReportShareRow)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None or not (actor.is_admin or actor.user_id in (row[0].created_by, row.owner_id)):
        raise ShareNotFound
    share: ReportShareRow = row[0]
    return share


def share_of(row: ReportShareRow, by: Person) -> ShareOut:
    names = ("id", "file_id", "created_at", "expires_at", "revoked_at", "downloads")
    return ShareOut(created_by=by, **{name: getattr(row, name) for name in names})
