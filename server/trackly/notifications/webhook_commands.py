"""The secrets that sign what is sent to webhooks: each person's own, by address. The only writer of their table."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.db import Database
from trackly.kit.secret_box import SecretBox, row_identity
from trackly.notifications.events import webhook_secret_kept
from trackly.notifications.messages import DueDelivery
from trackly.notifications.queries import find_webhook_secret
from trackly.notifications.tables import WebhookRow
from trackly.users.facade import Actor


async def keep_webhook_secret(
    uow: UnitOfWork, box: SecretBox, actor: Actor, owner_id: int, url: str, secret: str | None
) -> None:
    """What is sent to `url` for `owner_id` is signed with `secret` from now on; None: it is not signed.

    `whsec_` and base64, as Standard Webhooks has it, or any text, whose bytes are the key then."""
    values = {"owner_id": owner_id, "url": url, "created_at": uow.now, "updated_at": uow.now}
    row_id = await uow.session.scalar(
        insert(WebhookRow)
        .values(**values)
        .on_conflict_do_update(index_elements=["owner_id", "url"], set_={"updated_at": uow.now})
        .returning(WebhookRow.id)
    )
    sealed = None if secret is None else box.seal(_identity(row_id), secret)
    await uow.session.execute(update(WebhookRow).where(WebhookRow.id == row_id).values(secret=sealed))
    uow.record(webhook_secret_kept(int(row_id or 0), owner_id, url, secret is not None, actor))


@dataclass(frozen=True)
class WebhookSecrets:
    """For senders."""

    database: Database
    box: SecretBox

    async def of(self, due: DueDelivery) -> str | None:
        """The signing secret that the webhook's owner left for its address. Raises SecretUnreadable."""
        owner_id = due.user_id or due.owner_id
        async with self.database.read_session() as session:
            found = None if owner_id is None else await find_webhook_secret(session, owner_id, due.address)
        return None if found is None else self.box.open(_identity(found[0]), found[1])


def _identity(row_id: int | None) -> str:
    return row_identity("webhook", "secret", row_id)
