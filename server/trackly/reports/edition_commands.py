"""Editions, their files and their deliveries are written together, in the transaction that makes a run RENDERED."""

from collections.abc import Iterator, Mapping

from sqlalchemy import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.ids import new_uuid
from trackly.notifications.facade import Channel, Delivery, enqueue
from trackly.reports.made import Made, MadeEdition
from trackly.reports.steps import LeasedRun
from trackly.reports.tables import ReportEditionRow, ReportFileRow


async def write_editions(uow: UnitOfWork, run: LeasedRun, made: Made, *, send: bool) -> int:
    """Keep what the run made, and have it sent unless not `send`; returns how many deliveries were queued.

    Everybody once: a person by mail and in the inbox, an address outside by mail, a webhook by a call."""
    ids = [await _write(uow, run, edition) for edition in made.editions]
    if not send:
        return 0
    by_reader = {
        user_id: edition_id
        for edition_id, edition in zip(ids, made.editions, strict=True)
        for user_id in edition.group.readers
    }
    return await enqueue(uow, *_deliveries(run, made, by_reader, ids[0]))


async def _write(uow: UnitOfWork, run: LeasedRun, edition: MadeEdition) -> int:
    written = await uow.session.execute(
        insert(ReportEditionRow)
        .values(
            run_id=run.id,
            scope=edition.group.scope,
            scope_label=edition.group.label,
            as_of=edition.as_of,
            moment=run.moment,
            rows=edition.rows,
            truncated=edition.truncated,
            fingerprint=edition.fingerprint,
            facts=edition.facts.model_dump(mode="json"),
            data_blob=edition.data,
        )
        .returning(ReportEditionRow.id)
    )
    edition_id = int(written.scalar_one())
    rows = [
        {
            "id": new_uuid(),
            "edition_id": edition_id,
            "format": file.format,
            "name": file.name,
            "content_type": file.content_type,
            "bytes": file.bytes,
            "sha256": file.sha256,
            "stored_name": file.stored_name,
            "created_at": uow.now,
        }
        for file in edition.files
    ]
    if rows:
        await uow.session.execute(insert(ReportFileRow).values(rows))
    return edition_id


def _deliveries(run: LeasedRun, made: Made, by_reader: Mapping[int, int], owners_edition: int) -> Iterator[Delivery]:
    def delivery(channel: Channel, address: str, user_id: int | None, edition_id: int) -> Delivery:
        return Delivery(
            ref=f"report_run:{run.id}",
            channel=channel,
            address=address,
            user_id=user_id,
            owner_id=run.owner_id,
            edition_ref=f"report_edition:{edition_id}",
            topic=f"report:{run.report_id}",
        )

    for user_id, address in made.people:
        yield delivery(Channel.EMAIL, address, user_id, by_reader[user_id])
        yield delivery(Channel.INBOX, "", user_id, by_reader[user_id])
    for address in made.outside.addresses:
        yield delivery(Channel.EMAIL, address, None, owners_edition)
    for url in made.outside.webhooks:
        yield delivery(Channel.WEBHOOK, url, run.owner_id, owners_edition)
