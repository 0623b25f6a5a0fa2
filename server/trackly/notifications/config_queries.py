"""Reading the mail server's configuration. The password leaves the database only for the connection itself."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.kit.secret_box import SecretBox, row_identity
from trackly.notifications.config_schemas import EmailConfigOut
from trackly.notifications.errors import EmailConfigMissing
from trackly.notifications.smtp import MailServer
from trackly.notifications.tables import EmailConfigRow

PASSWORD_OF = row_identity("email_config", "password", 1)


async def get_config(session: AsyncSession) -> EmailConfigOut:
    """What is stored, for an admin. EmailConfigMissing."""
    return config_of(await load_config(session))


async def load_config(session: AsyncSession, *, lock: bool = False) -> EmailConfigRow:
    """The row. `lock`: nobody else changes it until the transaction ends. EmailConfigMissing."""
    row = await find_config(session, lock=lock)
    if row is None:
        raise EmailConfigMissing
    return row


async def find_config(session: AsyncSession, *, lock: bool = False) -> EmailConfigRow | None:
    statement = select(EmailConfigRow)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one_or_none()


async def has_mail_server(session: AsyncSession) -> bool:
    """Whether one is set up and switched on."""
    return bool(await session.scalar(select(EmailConfigRow.is_active)))


async def find_mail_server(session: AsyncSession, box: SecretBox) -> MailServer | None:
    """Where mail goes; None when nothing is set up or it is switched off. Raises SecretUnreadable."""
    row = await find_config(session)
    return server_of(row, box) if row is not None and row.is_active else None


def server_of(row: EmailConfigRow, box: SecretBox) -> MailServer:
    """With the password in it. Raises SecretUnreadable."""
    return MailServer(
        host=row.host,
        port=row.port,
        security=row.security,
        sender=row.from_address,
        sender_name=row.from_name,
        reply_to=row.reply_to,
        username=row.username,
        password=None if row.password is None else box.open(PASSWORD_OF, row.password),
    )


def config_of(row: EmailConfigRow) -> EmailConfigOut:
    return EmailConfigOut(
        preset=row.preset,
        host=row.host,
        port=row.port,
        security=row.security,
        plain_text_allowed=row.plain_text_allowed,
        username=row.username,
        has_password=row.password is not None,
        from_address=row.from_address,
        from_name=row.from_name,
        reply_to=row.reply_to,
        is_active=row.is_active,
        tested_at=row.tested_at,
        test_ok=row.test_ok,
        version=row.version,
        updated_at=row.updated_at,
    )
