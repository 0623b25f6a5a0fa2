"""Random names and secrets."""

import hashlib
import secrets
import uuid


def new_token(n_bytes: int = 32) -> str:
    """A secret of `n_bytes` random bytes, safe in URLs and cookies."""
    return secrets.token_urlsafe(n_bytes)


def hash_token(token: str) -> bytes:
    """SHA-256 of a token. Enough for tokens of 256 random bits; never for passwords."""
    return hashlib.sha256(token.encode()).digest()


def new_uuid() -> uuid.UUID:
    return uuid.uuid4()
