"""What admins do with the mail server's configuration. The only writer of its table."""

from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import FieldError, InvalidInput, StaleVersion
from trackly.kit.secret_box import SecretBox
from trackly.kit.secrets import is_loopback
from trackly.notifications.config_queries import PASSWORD_OF, config_of, find_config, load_config, server_of
from trackly.notifications.config_schemas import EmailConfigIn, EmailConfigOut
from trackly.notifications.errors import EmailConfigExists, EmailConfigMissing, PasswordNeeded, UnencryptedMail
from trackly.notifications.events import email_config_changed
from trackly.notifications.presets import PRESETS
from trackly.notifications.smtp import MailServer
from trackly.notifications.tables import EmailConfigRow
from trackly.users.facade import Actor

_GOES_TO = ("host", "port", "security", "username")


async def create_config(uow: UnitOfWork, actor: Actor, box: SecretBox, new: EmailConfigIn) -> EmailConfigOut:
    """Set the mail server up. Raises EmailConfigExists, UnencryptedMail, InvalidInput."""
    if await find_config(uow.session) is not None:
        raise EmailConfigExists
    row = EmailConfigRow(id=1, created_at=uow.now, version=0)
    uow.session.add(row)
    return await _write(uow, actor, box, row, new, new.password)


async def replace_config(
    uow: UnitOfWork, actor: Actor, box: SecretBox, new: EmailConfigIn, if_match: int | None
) -> EmailConfigOut:
    """Replace it whole; see EmailConfigIn for the password.

    Raises EmailConfigMissing, StaleVersion, PasswordNeeded, UnencryptedMail, InvalidInput. Locks: the row."""
    row = await load_config(uow.session, lock=True)
    if if_match is not None and if_match != row.version:
        raise StaleVersion(f"The configuration is at version {row.version} now.", fields={"version": row.version})
    return await _write(uow, actor, box, row, new, _password_for(row, new, box))


async def delete_config(uow: UnitOfWork, actor: Actor) -> None:
    """Forget it, with the password; mail that is due fails from now on. Raises EmailConfigMissing."""
    gone = await uow.session.execute(delete(EmailConfigRow).returning(EmailConfigRow.id))
    if gone.one_or_none() is None:
        raise EmailConfigMissing
    uow.record(email_config_changed("removed", None, actor))


async def server_to_try(
    session: AsyncSession, box: SecretBox, wanted: EmailConfigIn | None
) -> tuple[MailServer, int | None]:
    """The server that a test is about, and the version of the stored one if it is that.

    Raises EmailConfigMissing, PasswordNeeded, UnencryptedMail, InvalidInput."""
    row = await find_config(session)
    if wanted is None:
        if row is None:
            raise EmailConfigMissing
        return server_of(row, box), row.version
    _ensure_fit(wanted, "config.")
    server = MailServer(
        host=wanted.host,
        port=wanted.port,
        security=wanted.security,
        sender=wanted.from_address,
        sender_name=wanted.from_name,
        reply_to=wanted.reply_to,
        username=wanted.username,
        password=_password_for(row, wanted, box, "config.") if row is not None else wanted.password,
    )
    return server, row.version if row is not None and server_of(row, box) == server else None


async def note_trial(uow: UnitOfWork, version: int, ok: bool) -> None:
    """Keep how the test of the stored configuration went, unless it was changed meanwhile."""
    noted = update(EmailConfigRow).where(EmailConfigRow.version == version)
    await uow.session.execute(noted.values(tested_at=uow.now, test_ok=ok))


async def _write(
    uow: UnitOfWork, actor: Actor, box: SecretBox, row: EmailConfigRow, new: EmailConfigIn, password: str | None
) -> EmailConfigOut:
    _ensure_fit(new)
    values: dict[str, Any] = new.model_dump(exclude={"password"})
    for name, value in values.items():
        setattr(row, name, value)
    row.password = None if password is None or new.username is None else box.seal(PASSWORD_OF, password)
    row.tested_at = row.test_ok = None
    row.updated_at, row.version = uow.now, row.version + 1
    await uow.session.flush()
    written = config_of(row)
    uow.record(email_config_changed("updated" if row.version > 1 else "created", written, actor))
    return written


def _password_for(row: EmailConfigRow, new: EmailConfigIn, box: SecretBox, at: str = "") -> str | None:
    """The one that was given, else the stored one: but that never goes anywhere it did not go before."""
    if new.password is not None or new.username is None or row.password is None:
        return new.password
    if any(getattr(row, name) != getattr(new, name) for name in _GOES_TO):
        said = "The server, its port, the encryption or the user name changed: enter the password again."
        raise PasswordNeeded(said, errors=[FieldError(f"{at}password", said)])
    return box.open(PASSWORD_OF, row.password)


def _ensure_fit(new: EmailConfigIn, at: str = "") -> None:
    preset = next((one for one in PRESETS if one.name == new.preset), None)
    if preset is None:
        raise InvalidInput.of(f"{at}preset", f"must be one of {', '.join(one.name for one in PRESETS)}")
    if not preset.supported:
        raise InvalidInput.of(f"{at}preset", preset.note)
    if new.security == "none" and not new.plain_text_allowed and not is_loopback(new.host):
        said = f"{new.host} is another machine: use STARTTLS or TLS, or choose explicitly to send without encryption."
        raise UnencryptedMail(said, errors=[FieldError(f"{at}security", said)])
