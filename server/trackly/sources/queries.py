"""Reading data sources: whose they are, who may use them, and what is behind them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, or_, select, text, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.errors import InvalidInput
from trackly.kit.pages import Page, decode_cursor, encode_cursor
from trackly.kit.secret_box import SecretBox, row_identity
from trackly.projects.facade import staff_projects
from trackly.projects.tables import ProjectRow
from trackly.sources.errors import SourceNotFound
from trackly.sources.rules import can_edit
from trackly.sources.schemas import (
    PostgresFacts,
    SourceAnswer,
    SourceOut,
    SourceProject,
    UploadColumn,
    UploadFacts,
)
from trackly.sources.servers import Server
from trackly.sources.tables import DataSourceRow
from trackly.sources.uploads import PREFIX, UploadedTable
from trackly.users.facade import Actor, Person
from trackly.users.tables import UserAccount


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """By what a PostgreSQL server would know that it is asked about Trackly's own database."""

    system: str
    database: str


def usable(actor: Actor) -> ColumnElement[bool]:
    """Which sources the actor may use: their own, those of projects where they are staff; admins all."""
    if actor.is_admin:
        return true()
    shared = DataSourceRow.project_id.in_(staff_projects(actor))
    return or_(DataSourceRow.owner_id == actor.user_id, shared)


async def list_sources(
    session: AsyncSession, actor: Actor, kind: str | None, after: str | None, limit: int
) -> Page[SourceAnswer]:
    """By name. InvalidInput on `after`."""
    which = [usable(actor), *([DataSourceRow.kind == kind] if kind else [])]
    total = await session.scalar(select(func.count()).select_from(DataSourceRow).where(*which))
    statement = _sources().where(*which)
    by = (func.lower(DataSourceRow.name), DataSourceRow.id)
    if after is not None:
        statement = statement.where(tuple_(*by) > tuple_(*_place(after)))
    rows = (await session.execute(statement.order_by(*by).limit(limit + 1))).all()
    items = [answer_of(row, actor) for row in rows[:limit]]
    last = rows[limit - 1][0] if len(rows) > limit else None
    return Page(items=items, next=encode_cursor([last.name.lower(), last.id]) if last else None, total=total)


def _place(after: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    name, last_id = decode_cursor(after, 2)
    if not isinstance(name, str) or type(last_id) is not int or not 0 <= last_id < 2**63:
        raise InvalidInput.of("after", "is not a cursor that this list gave")
    return literal(name), literal(last_id)


async def get_source(session: AsyncSession, actor: Actor, source_id: int) -> SourceAnswer:
    """SourceNotFound also when the actor may not use it."""
    row = (await session.execute(_sources().where(DataSourceRow.id == source_id, usable(actor)))).one_or_none()
    if row is None:
        raise SourceNotFound
    return answer_of(row, actor)


async def load_source(session: AsyncSession, source_id: int) -> SourceOut:
    """For code that has checked who asks."""
    return source_of((await session.execute(_sources().where(DataSourceRow.id == source_id))).one())


async def hold_source(session: AsyncSession, actor: Actor, source_id: int) -> DataSourceRow:
    """Lock the row. SourceNotFound also when the actor may not use it."""
    which = select(DataSourceRow).where(DataSourceRow.id == source_id, usable(actor))
    row = await session.scalar(which.with_for_update())
    if row is None:
        raise SourceNotFound
    return row


async def find_upload(session: AsyncSession, actor: Actor, source_id: int) -> UploadedTable:
    """SourceNotFound for what is no upload, and for what the actor may not use."""
    which = select(DataSourceRow).where(DataSourceRow.id == source_id, DataSourceRow.kind == "upload", usable(actor))
    row = await session.scalar(which)
    if row is None:
        raise SourceNotFound
    return _uploaded(row)


async def list_uploads(session: AsyncSession, actor: Actor) -> list[UploadedTable]:
    """All uploaded tables that the actor may use, by name."""
    which = select(DataSourceRow).where(DataSourceRow.kind == "upload", usable(actor))
    rows = await session.scalars(which.order_by(func.lower(DataSourceRow.name), DataSourceRow.id))
    return [_uploaded(row) for row in rows]


async def find_server(session: AsyncSession, box: SecretBox, actor: Actor, source_id: int) -> Server:
    """Where an external database is, with its password. SourceNotFound as `find_upload`; SecretUnreadable."""
    kind = DataSourceRow.kind == "postgresql"
    row = await session.scalar(select(DataSourceRow).where(DataSourceRow.id == source_id, kind, usable(actor)))
    if row is None:
        raise SourceNotFound
    return server_of(row, box)


def server_of(row: DataSourceRow, box: SecretBox) -> Server:
    password = None if row.password is None else box.open(password_identity(row.id), row.password)
    return Server(
        host=str(row.host),
        port=int(row.port or 0),
        database=str(row.database),
        username=str(row.username),
        password=password,
        sslmode=str(row.sslmode),
    )


def password_identity(source_id: int) -> str:
    return row_identity("data_source", "password", source_id)


async def load_identity(session: AsyncSession) -> OwnIdentity:
    """Of the database of this session."""
    asked = text("SELECT system_identifier::text AS system, current_database() AS database FROM pg_control_system()")
    row = (await session.execute(asked)).one()
    return OwnIdentity(row.system, row.database)


def _sources() -> Select[DataSourceRow, str, str | None, str | None]:
    return (
        select(DataSourceRow, UserAccount.name, ProjectRow.key, ProjectRow.name)
        .join(UserAccount, UserAccount.id == DataSourceRow.owner_id)
        .outerjoin(ProjectRow, ProjectRow.id == DataSourceRow.project_id)
        .execution_options(populate_existing=True)
    )


def source_of(found: Row[DataSourceRow, str, str | None, str | None]) -> SourceOut:
    row, owner_name, project_key, project_name = found
    return SourceOut(
        id=row.id,
        kind=row.kind,
        name=row.name,
        description=row.description,
        owner=Person(id=row.owner_id, name=owner_name),
        project=SourceProject(key=project_key, name=project_name) if project_key else None,
        postgresql=_postgres(row) if row.kind == "postgresql" else None,
        upload=_upload(row) if row.kind == "upload" else None,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def answer_of(found: Row[DataSourceRow, str, str | None, str | None], actor: Actor) -> SourceAnswer:
    """Who may only use a database does not see where it is."""
    source = source_of(found)
    may = can_edit(actor, source.kind, source.owner.id)
    shown = source.model_copy(update={} if may else {"postgresql": None})
    return SourceAnswer(**shown.model_dump(), can_edit=may)


def _postgres(row: DataSourceRow) -> PostgresFacts:
    names = ("host", "port", "database", "username", "sslmode", "tested_at", "test_ok")
    return PostgresFacts(**{name: getattr(row, name) for name in names}, has_password=row.password is not None)


def _upload(row: DataSourceRow) -> UploadFacts:
    return UploadFacts.model_validate(
        {
            "dataset": f"{PREFIX}{row.id}",
            "file_name": row.file_name,
            "bytes": row.file_bytes,
            "rows": row.table_rows,
            "columns": row.table_columns,
            "note": row.file_note,
            "uploaded_at": row.uploaded_at,
        }
    )


def _uploaded(row: DataSourceRow) -> UploadedTable:
    columns = tuple(UploadColumn.model_validate(one) for one in row.table_columns or ())
    return UploadedTable(row.id, row.name, row.description, str(row.table_name), columns)
