"""A report as one reader may have it, with what is read besides its own row."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.reports.definition import Known
from trackly.reports.queries import FoundReport, signed_webhooks
from trackly.reports.schemas import ReportOut
from trackly.reports.views import definition_of, report_of
from trackly.users.facade import Actor, load_persons


async def show_report(session: AsyncSession, reader: Actor, found: FoundReport, now: datetime) -> ReportOut:
    """The whole of it, as far as it is the reader's to know."""
    definition = definition_of(found)
    people = await load_persons(session, definition.user_ids)
    signed = await signed_webhooks(session, found.row.owner_id, [one.url for one in definition.webhooks])
    names = {user_id: person.name for user_id, person in people.items()}
    return report_of(found, reader, Known(names, signed), now)
