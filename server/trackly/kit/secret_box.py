"""Secrets of others that we have to keep and give back (a mail password, a signing key): sealed in the database.

The row's identity is sealed in with the secret, so that a value that was moved to another row does not open there."""

import base64
import json
from collections.abc import Iterator, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import MetaData, Text, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from trackly.kit.db import Base
from trackly.kit.operators import OperatorError

_SEALED = "sealed"
_CANARY = "secret_canary"
_WORD = "the bird sings"


class SecretUnreadable(Exception):
    """Sealed with another key, changed, or moved here from another row."""


class WrongSecretsKey(OperatorError):
    """SECRETS_KEY is not the key of this database."""

    exit_code = 2


def row_identity(table: str, column: str, key: object) -> str:
    """What is sealed in with the secret in `column` of the row `key` of `table`."""
    return f"{table}.{column}:{key}"


def sealed_column() -> Mapped[str | None]:
    """A nullable column of sealed text, found by `reseal_all`. Its table has a primary key of one column."""
    return mapped_column(Text, info={_SEALED: True})


class SecretBox:
    """`keys`: strong texts, the newest first. The first one seals, all of them open."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derived(key)) for key in keys])

    def seal(self, identity: str, secret: str) -> str:
        """`secret` for the row `identity` (see `row_identity`); ASCII, another text each time."""
        return self._fernet.encrypt(json.dumps([identity, secret]).encode()).decode()

    def open(self, identity: str, sealed: str) -> str:
        """The secret. Raises SecretUnreadable."""
        try:
            owner, secret = json.loads(self._fernet.decrypt(sealed.encode()))
        except (InvalidToken, ValueError, TypeError):
            raise SecretUnreadable("was sealed with another key, or changed") from None
        if owner != identity:
            raise SecretUnreadable("belongs to another row")
        return str(secret)


def _derived(key: str) -> bytes:
    """A Fernet key from a text of any form. RFC 5869."""
    hkdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"trackly secret box")
    return base64.urlsafe_b64encode(hkdf.derive(key.encode()))


async def ensure_canary(session: AsyncSession, box: SecretBox) -> None:
    """On the first start seal the canary, on every other open it. Raises WrongSecretsKey."""
    identity = row_identity(_CANARY, _SEALED, 1)
    await session.execute(
        text("INSERT INTO secret_canary (id, sealed) VALUES (1, :sealed) ON CONFLICT DO NOTHING"),
        {"sealed": box.seal(identity, _WORD)},
    )
    try:
        box.open(identity, str(await session.scalar(text("SELECT sealed FROM secret_canary"))))
    except SecretUnreadable:
        raise WrongSecretsKey(
            "SECRETS_KEY: the secrets in this database were sealed with another key; set that one,"
            " or give it as SECRETS_KEY_PREVIOUS and run `trackly rotate-secrets`"
        ) from None


async def reseal_all(session: AsyncSession, box: SecretBox, metadata: MetaData = Base.metadata) -> int:
    """Seal every secret anew with the newest key, in the transaction of `session`; returns how many.

    Locks all rows with secrets. Raises SecretUnreadable with the place when one does not open: nothing is changed."""
    count = 0
    for table, key, column in [(_CANARY, "id", _SEALED), *_sealed_columns(metadata)]:
        query = f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY {key} FOR UPDATE"  # noqa: S608 - names of our own tables
        for row_key, sealed in (await session.execute(text(query))).all():
            identity = row_identity(table, column, row_key)
            try:
                secret = box.open(identity, sealed)
            except SecretUnreadable as error:
                raise SecretUnreadable(f"{identity} {error}") from None
            change = f"UPDATE {table} SET {column} = :sealed WHERE {key} = :key"  # noqa: S608 - names of our own tables
            await session.execute(text(change), {"sealed": box.seal(identity, secret), "key": row_key})
            count += 1
    return count


def _sealed_columns(metadata: MetaData) -> Iterator[tuple[str, str, str]]:
    """Table, primary key and column of every sealed column, in the order of their names."""
    for table in sorted(metadata.tables.values(), key=lambda table: table.name):
        for column in table.columns:
            if column.info.get(_SEALED):
                (key,) = table.primary_key.columns
                yield table.name, key.name, column.name
