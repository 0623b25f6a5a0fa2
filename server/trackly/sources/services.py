"""What data sources need to work, made once for each process from settings and passed in."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.unit_of_work import UnitsOfWork
from trackly.kit.db import libpq_url
from trackly.kit.secret_box import SecretBox
from trackly.sources.commands import drop_retired, hold_server, note_trial
from trackly.sources.inspecting import Inspector
from trackly.sources.queries import find_server, find_upload, get_source, load_identity
from trackly.sources.schemas import SchemaColumn, SchemaTable, SourceSchema, SourceTrial
from trackly.sources.table_files import TableReader
from trackly.sources.uploads import SCHEMA, UploadedTable
from trackly.users.facade import Actor


@dataclass(frozen=True)
class SourceServices:
    """In `app.state.sources`."""

    work: UnitsOfWork
    box: SecretBox
    reader: TableReader

    @classmethod
    def build(cls, work: UnitsOfWork, box: SecretBox, max_upload_bytes: int) -> Self:
        return cls(work, box, TableReader(max_upload_bytes))

    @property
    def own_url(self) -> str:
        return libpq_url(self.work.database.url)

    async def test(self, actor: Actor, source_id: int, request_id: str) -> SourceTrial:
        """Test a database, step by step, and keep how it went. SourceNotFound, NotYourSource, InvalidInput.

        No connection to our own database is held while the other one is asked."""
        async with self.work.begin(request_id) as uow:
            server, version = await hold_server(uow, actor, self.box, source_id)
            inspector = await _inspector(uow.session)
        trial = await inspector.test(server)
        async with self.work.begin(request_id) as uow:
            await note_trial(uow, actor, source_id, version, trial.ok)
        return trial

    async def schema(self, actor: Actor, source_id: int) -> SourceSchema:
        """What can be read there. SourceNotFound, SourceUnreachable, SourceUnusable, OwnDatabase."""
        async with self.work.database.read_session() as session:
            if (await get_source(session, actor, source_id)).kind == "upload":
                return _schema_of(await find_upload(session, actor, source_id))
            server = await find_server(session, self.box, actor, source_id)
            inspector = await _inspector(session)
        return await inspector.schema(server)

    async def drop_retired(self) -> None:
        """The job that removes tables which nothing names any more."""
        async with self.work.begin("job:uploads") as uow:
            await drop_retired(uow)


async def _inspector(session: AsyncSession) -> Inspector:
    own = await load_identity(session)
    return Inspector(own.system, own.database)


def _schema_of(uploaded: UploadedTable) -> SourceSchema:
    """The one table that an upload is."""
    columns = [
        SchemaColumn(name=one.name, type=one.type, nullable=True, description=one.description or one.title)
        for one in uploaded.columns
    ]
    one = SchemaTable(
        schema_name=SCHEMA,
        name=uploaded.dataset_name,
        kind="table",
        description=uploaded.title,
        rows=None,
        columns=columns,
    )
    return SourceSchema(tables=[one], truncated=False)
