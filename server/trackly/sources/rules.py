"""Who may do what with data sources, and which database may be one. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from trackly.kit.errors import InvalidInput
from trackly.sources.errors import NotYourSource, OwnDatabase
from trackly.sources.schemas import UploadColumn
from trackly.users.facade import Actor, Forbidden, Role

GOES_TO = ("host", "port", "database", "username", "sslmode")
"""What says where a password is sent, and how it is protected on its way."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def ensure_staff(actor: Actor) -> None:
    """Data sources are for who makes reports. Raises Forbidden."""
    if actor.role is Role.REPORTER:
        raise Forbidden("Only maintainers and admins may see data sources.")


def can_edit(actor: Actor, kind: str, owner_id: int) -> bool:
    """An upload: its owner and admins. A database: admins."""
    return actor.is_admin or (kind == "upload" and actor.user_id == owner_id)


def ensure_may_edit(actor: Actor, kind: str, owner_id: int) -> None:
    """Raises NotYourSource."""
    if not can_edit(actor, kind, owner_id):
        raise NotYourSource


def ensure_not_own(address: Mapping[str, Any], own_url: str) -> None:
    """The address is not that of Trackly's own database. Raises OwnDatabase.

    The server itself is asked besides, whenever it is read: it may have other names."""
    own = conninfo_to_dict(own_url)
    same_host = _machine(address["host"]) == _machine(str(own.get("host", "localhost")))
    same_port = int(address["port"]) == int(own.get("port") or 5432)
    if same_host and same_port and address["database"] == own.get("dbname"):
        raise OwnDatabase("This is Trackly's own database: reports read it by datasets, or by SQL in the sandbox.")


def described(columns: Sequence[UploadColumn], words: Mapping[str, str]) -> list[UploadColumn]:
    """The columns with `words` about them, by name; the others keep theirs. InvalidInput on other names."""
    names = {column.name for column in columns}
    for name in words:
        if name not in names:
            raise InvalidInput.of(f"columns.{name[:100]}", "there is no such column")
    return [column.model_copy(update={"description": words.get(column.name, column.description)}) for column in columns]


def redescribed(columns: Sequence[UploadColumn], before: Sequence[UploadColumn]) -> list[UploadColumn]:
    """The columns of a new file, with the words about those of the same name in the file before."""
    kept = {column.name: column.description for column in before}
    return [column.model_copy(update={"description": kept.get(column.name, "")}) for column in columns]


def _machine(host: str) -> str:
    return "localhost" if host.lower() in _LOOPBACK else host.lower()
