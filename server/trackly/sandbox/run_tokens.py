"""Run tokens as text: made, bound to a connection, found again in a plan."""

import re
import secrets
from collections.abc import Iterable

_ATTACHES = re.compile(r"SELECT reporting\.attach\('([A-Za-z0-9_-]+)'\)")


def new_token() -> str:
    return secrets.token_urlsafe(32)


def attaching(token: str) -> tuple[str, ...]:
    """What binds a connection to its run token. It writes, so that it happens before the connection only reads."""
    return (
        "SET default_transaction_read_only = off",
        f"SELECT reporting.attach('{token}')",
        "SET default_transaction_read_only = on",
    )


def tokens_in(statements: Iterable[str]) -> list[str]:
    """The tokens that `statements` would bind."""
    return [found[1] for found in map(_ATTACHES.fullmatch, statements) if found]
