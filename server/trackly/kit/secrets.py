"""Secrets of this installation: strong enough, kept where only we can read them."""

import contextlib
import ipaddress
import os
import re
import secrets
from itertools import pairwise
from pathlib import Path

HOW_TO_MAKE_ONE = "at least 32 random bytes are needed, `openssl rand -hex 32` makes some"
_MIN_BYTES = 32
_MIN_DISTINCT = 10
_MIN_BEYOND_WORDS = 24
_WORDS = re.compile(
    "production|placeholder|development|characters|something|password|insecure|changeme|default|example|replace|trackly|"
    "minimum|please|random|secret|string|change|super|token|least|your|this|test|here|long|very|must|weak|jwt|key|dev|"
    "not|the|for|me|my|in|[^a-z0-9]"
)


def ensure_strong(secret: str) -> None:
    """Raises ValueError with the reason when somebody could guess `secret`."""
    if len(secret.encode()) < _MIN_BYTES:
        raise ValueError(f"is too short: {HOW_TO_MAKE_ONE}")
    if len(set(secret)) < _MIN_DISTINCT or _repeats(secret) or _counts_up(secret):
        raise ValueError(f"follows a pattern: {HOW_TO_MAKE_ONE}")
    if len(_WORDS.sub("", secret.lower())) < _MIN_BEYOND_WORDS:
        raise ValueError(f"looks like a placeholder: {HOW_TO_MAKE_ONE}")


def _repeats(text: str) -> bool:
    """Whether `text` is some shorter text again and again, the last time perhaps cut off."""
    return any(text.startswith(text[period:]) for period in range(1, len(text) // 2 + 1))


def _counts_up(text: str) -> bool:
    """Whether most characters are the neighbour of, or the same as, the one before."""
    steps = [abs(ord(b) - ord(a)) for a, b in pairwise(text)]
    return sum(step <= 1 for step in steps) > len(steps) // 2


def kept_secret(path: Path) -> str:
    """The secret in `path`; on the first call a random one is written there, readable by its owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        return path.read_text().strip()
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
    return path.read_text().strip()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`. Names other than `localhost` count as not."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
