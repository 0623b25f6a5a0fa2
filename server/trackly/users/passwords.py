"""Passwords: argon2id, few at a time, off the event loop."""

import asyncio
from dataclasses import dataclass, field
from functools import cache

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from trackly.kit.ids import new_token

_AT_ONCE = 4
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, type=Type.ID)


@cache
def _hash_of_nobody() -> str:
    """What a password is compared with when there is no such person: of a word that nobody knows."""
    return _HASHER.hash(new_token())


@dataclass(frozen=True)
class Passwords:
    """Hashes and checks, at most four at once: each takes 19 MiB and a core (OWASP: m=19456, t=2, p=1)."""

    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    nobody: str = field(default_factory=_hash_of_nobody, repr=False)

    async def hash(self, password: str) -> str:
        async with self.gate:
            return await asyncio.to_thread(_HASHER.hash, password)

    async def verify_within_gate(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` is the one; takes as long when there is none. The caller holds a place in the gate."""
        right = await asyncio.to_thread(_matches, password_hash or self.nobody, password)
        return right and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made with other costs than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
