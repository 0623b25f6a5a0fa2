"""Access tokens: the one place that knows python-jose, and what it lets through (security.md, "Forged tokens")."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

from jose import jwk, jwt

from trackly.auth.errors import NotAuthenticated
from trackly.kit.ids import new_uuid
from trackly.kit.secrets import ensure_strong

MAX_BYTES = 2048
ISSUER = "trackly"
AUDIENCE = "trackly-api"
_ALGORITHM = "HS256"
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)
_CLAIMS = frozenset({"iss", "aud", "exp", "iat", "nbf", "sub", "sid", "jti"})
_SKEW_S = 5
_KEPT = 4096
"""Tokens whose signature is known to be good: each is looked at in full once, not with every request of its life."""
_OPTIONS = {f"verify_{name}": False for name in ("iat", "exp", "nbf", "at_hash")}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a genuine token says. Whether its session goes on is a question for the database."""

    user_id: int
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Said:
    """A token that we signed, at whatever time. Times in seconds since 1970."""

    claims: AccessClaims
    starts: int
    expires: int

    def holds_at(self, now_s: float) -> bool:
        return self.starts - _SKEW_S <= now_s < self.expires


@dataclass(frozen=True)
class TokenSigner:
    """Signs with the first key and accepts every key, so that a key can be replaced while tokens are out."""

    keys: dict[str, Any]
    signing: str
    lifetime_s: int
    _said: Callable[[str], _Said] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_said", lru_cache(maxsize=_KEPT)(self._read))

    @classmethod
    def of(cls, secrets: Sequence[str], lifetime_s: int) -> Self:
        """Raises ValueError for a secret that is short or guessable, and for none."""
        for secret in secrets:
            ensure_strong(secret)
        keys = {_key_id(secret): jwk.construct(secret.encode(), _ALGORITHM) for secret in secrets}
        if not keys:
            raise ValueError("a key to sign with is missing")
        return cls(keys, _key_id(secrets[0]), lifetime_s)

    def issue(self, user_id: int, session_id: UUID, now: datetime) -> str:
        issued = int(now.timestamp())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "exp": issued + self.lifetime_s,
            "iat": issued,
            "nbf": issued,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": new_uuid().hex,
        }
        key = self.keys[self.signing]
        return str(jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": self.signing}))

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """What the token says, if we signed it and it is its time. Raises NotAuthenticated, and nothing else."""
        try:
            said = self._said(token)
        except Exception:
            raise NotAuthenticated from None
        if not said.holds_at(now.timestamp()):
            raise NotAuthenticated
        return said.claims

    def _read(self, token: str) -> _Said:
        if len(token) > MAX_BYTES or not _COMPACT.fullmatch(token):
            raise ValueError("not a compact token")
        header = jwt.get_unverified_header(token)
        if header != {"alg": _ALGORITHM, "typ": "JWT", "kid": header.get("kid")}:
            raise ValueError("not our header")
        claims = jwt.decode(
            token,
            self.keys[header["kid"]],
            algorithms=[_ALGORITHM],
            audience=AUDIENCE,
            issuer=ISSUER,
            options=dict(_OPTIONS),
        )
        return _checked(claims)


def _checked(claims: dict[str, Any]) -> _Said:
    """python-jose accepts missing claims and texts for times: every claim is checked here, times when they are used."""
    if claims.keys() != _CLAIMS or claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
        raise ValueError("not our claims")
    expires, issued, starts = (_whole(claims[name]) for name in ("exp", "iat", "nbf"))
    subject, session, token_id = (_text(claims[name]) for name in ("sub", "sid", "jti"))
    if not re.fullmatch(r"[1-9][0-9]{0,17}", subject, re.ASCII) or not token_id:
        raise ValueError("not a person of ours")
    session_id = UUID(session)
    if str(session_id) != session:
        raise ValueError("not a session of ours")
    known = AccessClaims(int(subject), session_id, datetime.fromtimestamp(expires, UTC))
    return _Said(known, max(issued, starts), expires)


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise ValueError("a time is not a whole number")
    return value


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ValueError("a name is not a text")
    return value


def _key_id(secret: str) -> str:
    return hashlib.sha256(b"trackly key id\n" + secret.encode()).hexdigest()[:16]
