"""What people do with data sources. The only writer of their tables."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import InvalidInput, StaleVersion
from trackly.kit.secret_box import SecretBox
from trackly.projects.facade import get_project_access
from trackly.sources.errors import PasswordNeeded
from trackly.sources.events import source_created, source_deleted, source_updated
from trackly.sources.loading import load_table
from trackly.sources.queries import hold_source, load_source, password_identity, server_of
from trackly.sources.rules import GOES_TO, described, ensure_may_edit, ensure_not_own, ensure_staff, redescribed
from trackly.sources.schemas import PostgresNew, SourceOut, SourcePatch, UploadColumn
from trackly.sources.servers import Server
from trackly.sources.table_files import TableFile
from trackly.sources.tables import DataSourceRow, RetiredTableRow
from trackly.sources.uploads import SCHEMA
from trackly.users.facade import Actor, ensure_admin

KEPT_FOR = timedelta(minutes=15)
"""What reads a table has ended by then."""


async def create_postgres(uow: UnitOfWork, actor: Actor, box: SecretBox, own_url: str, new: PostgresNew) -> SourceOut:
    """Register a database. Admins only: Forbidden. Raises OwnDatabase, ProjectNotFound."""
    ensure_admin(actor)
    ensure_not_own(new.model_dump(include=set(GOES_TO)), own_url)
    values = new.model_dump(exclude={"project", "password"})
    row = DataSourceRow(**values, project_id=await _project(uow, actor, new.project))
    _begin(uow, actor, row)
    await uow.session.flush()
    if new.password is not None:
        row.password = box.seal(password_identity(row.id), new.password.get_secret_value())
    return await _told_created(uow, actor, row)


async def create_upload(
    uow: UnitOfWork, actor: Actor, name: str, description: str, project: str | None, file: TableFile
) -> SourceOut:
    """Keep a table that was read. Maintainers and admins: Forbidden. Raises ProjectNotFound, UnreadableTable."""
    ensure_staff(actor)
    row = DataSourceRow(kind="upload", name=name, description=description)
    row.project_id = await _project(uow, actor, project)
    _begin(uow, actor, row)
    await _take(uow, row, file)
    return await _told_created(uow, actor, row)


async def replace_upload(
    uow: UnitOfWork, actor: Actor, source_id: int, file: TableFile, if_match: int | None
) -> SourceOut:
    """Put other rows in the place of those of now; whoever is reading these reads them to their end.

    Raises SourceNotFound, NotYourSource, StaleVersion, UnreadableTable; InvalidInput for a database. Locks: the row."""
    row = await _hold(uow, actor, source_id, if_match)
    if row.kind != "upload":
        raise InvalidInput.of("file", "this data source is a database, not an upload")
    await _retire(uow, row)
    await _take(uow, row, file)
    return await _told_updated(uow, actor, row)


async def update_source(
    uow: UnitOfWork,
    actor: Actor,
    box: SecretBox,
    own_url: str,
    source_id: int,
    patch: SourcePatch,
    if_match: int | None,
) -> SourceOut:
    """Raises SourceNotFound, NotYourSource, StaleVersion, PasswordNeeded, OwnDatabase, ProjectNotFound, InvalidInput.

    Nothing is told when nothing changes. Locks: the row."""
    row = await _hold(uow, actor, source_id, if_match)
    wanted = await _wanted(uow, actor, row, patch)
    secret = patch.password.get_secret_value() if patch.password is not None else None
    asked_for_password = "password" in patch.model_fields_set
    changes = {name: value for name, value in wanted.items() if value != getattr(row, name)}
    _ensure_fits(row, wanted, asked_for_password=asked_for_password)
    if row.kind == "postgresql" and (asked_for_password or changes.keys() & set(GOES_TO)):
        ensure_not_own({name: changes.get(name, getattr(row, name)) for name in GOES_TO}, own_url)
        if row.password is not None and not asked_for_password:
            raise PasswordNeeded("Where the password goes is changed: enter it again.")
        if asked_for_password:
            row.password = None if secret is None else box.seal(password_identity(row.id), secret)
        row.tested_at = row.test_ok = None
    elif not changes:
        return await load_source(uow.session, row.id)
    for name, value in changes.items():
        setattr(row, name, value)
    return await _told_updated(uow, actor, row)


async def delete_source(uow: UnitOfWork, actor: Actor, source_id: int, if_match: int | None) -> None:
    """Reports that read it fail from now on. Raises SourceNotFound, NotYourSource, StaleVersion. Locks: the row."""
    row = await _hold(uow, actor, source_id, if_match)
    gone = (await load_source(uow.session, row.id)).model_copy(update={"version": row.version + 1})
    if row.kind == "upload":
        await _retire(uow, row)
    await uow.session.execute(delete(DataSourceRow).where(DataSourceRow.id == row.id))
    uow.record(source_deleted(gone, actor.ref))


async def hold_server(uow: UnitOfWork, actor: Actor, box: SecretBox, source_id: int) -> tuple[Server, int]:
    """The database to test, and the version that it has. Raises SourceNotFound, NotYourSource; InvalidInput for an
    upload."""
    row = await _hold(uow, actor, source_id, None)
    if row.kind != "postgresql":
        raise InvalidInput.of("source_id", "an uploaded table has nothing to test")
    return server_of(row, box), row.version


async def note_trial(uow: UnitOfWork, actor: Actor, source_id: int, version: int, ok: bool) -> None:
    """Keep how the test went, unless the source was changed meanwhile. Locks: the row."""
    row = await uow.session.scalar(select(DataSourceRow).where(DataSourceRow.id == source_id).with_for_update())
    if row is None or row.version != version:
        return
    row.tested_at, row.test_ok = uow.now, ok
    await _told_updated(uow, actor, row)


async def drop_retired(uow: UnitOfWork, most: int = 20) -> int:
    """Drop tables that nothing names any more and that nobody can still be reading; how many."""
    due = select(RetiredTableRow.table_name).where(RetiredTableRow.due_at <= uow.now)
    names = (await uow.session.scalars(due.limit(most).with_for_update(skip_locked=True))).all()
    for name in names:
        await uow.session.execute(text(f'DROP TABLE IF EXISTS {SCHEMA}."{name}"'))
    await uow.session.execute(delete(RetiredTableRow).where(RetiredTableRow.table_name.in_(names)))
    return len(names)


def _begin(uow: UnitOfWork, actor: Actor, row: DataSourceRow) -> None:
    row.owner_id, row.version = actor.user_id, 1
    row.created_at = row.updated_at = uow.now
    uow.session.add(row)


async def _take(uow: UnitOfWork, row: DataSourceRow, file: TableFile) -> None:
    with uow.session.no_autoflush:
        row.table_name = await load_table(uow.session, file)
    row.table_columns = _stored(redescribed(file.columns, _columns(row)))
    row.table_rows, row.file_name, row.file_bytes = file.rows, file.file_name, file.size_bytes
    row.file_note, row.uploaded_at = file.note, uow.now


def _columns(row: DataSourceRow) -> list[UploadColumn]:
    """None of a database, and of what is only about to have a table."""
    return [UploadColumn.model_validate(one) for one in row.table_columns or ()]


def _stored(columns: list[UploadColumn]) -> list[dict[str, Any]]:
    return [column.model_dump() for column in columns]


async def _retire(uow: UnitOfWork, row: DataSourceRow) -> None:
    due = insert(RetiredTableRow).values(table_name=row.table_name, due_at=uow.now + KEPT_FOR)
    await uow.session.execute(due.on_conflict_do_nothing())


async def _hold(uow: UnitOfWork, actor: Actor, source_id: int, if_match: int | None) -> DataSourceRow:
    row = await hold_source(uow.session, actor, source_id)
    ensure_may_edit(actor, row.kind, row.owner_id)
    if if_match is not None and if_match != row.version:
        raise StaleVersion(f"The data source is at version {row.version} now.", fields={"version": row.version})
    return row


async def _wanted(uow: UnitOfWork, actor: Actor, row: DataSourceRow, patch: SourcePatch) -> dict[str, Any]:
    """What is to be as it is sent, but for the password, by the names that the table has for it."""
    wanted: dict[str, Any] = patch.model_dump(exclude_unset=True, exclude={"password"})
    if "project" in wanted:
        wanted["project_id"] = await _project(uow, actor, wanted.pop("project"))
    words = wanted.pop("columns", None)
    if words:
        wanted["table_columns"] = _stored(described(_columns(row), words))
    return wanted


def _ensure_fits(row: DataSourceRow, wanted: dict[str, Any], *, asked_for_password: bool) -> None:
    if row.kind == "upload" and (asked_for_password or wanted.keys() & set(GOES_TO)):
        name = next((name for name in GOES_TO if name in wanted), "password")
        raise InvalidInput.of(name, "an uploaded table has no such thing")


async def _project(uow: UnitOfWork, actor: Actor, key: str | None) -> int | None:
    """Who shares with a project is staff in it."""
    if key is None:
        return None
    access = await get_project_access(uow.session, actor, key)
    if not access.is_staff:
        raise InvalidInput.of("project", "you are no maintainer of this project")
    return access.project_id


async def _told_created(uow: UnitOfWork, actor: Actor, row: DataSourceRow) -> SourceOut:
    await uow.session.flush()
    source = await load_source(uow.session, row.id)
    uow.record(source_created(source, actor.ref))
    return source


async def _told_updated(uow: UnitOfWork, actor: Actor, row: DataSourceRow) -> SourceOut:
    row.version += 1
    row.updated_at = uow.now
    await uow.session.flush()
    source = await load_source(uow.session, row.id)
    uow.record(source_updated(source, actor.ref))
    return source
