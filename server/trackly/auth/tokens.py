"""Access tokens: the one place that knows python-jose, and what it lets through (security.md, "Forged tokens")."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
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
_OPTIONS = {f"verify_{name}": False for name in ("iat", "exp", "nbf", "at_hash")}


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a genuine token says. Whether its session goes on is a question for the database."""

    user_id: int
    session_id: UUID
    expires_at: datetime


@dataclass(frozen=True)
class TokenSigner:
    """Signs with the first key and accepts every key, so that a key can be replaced while tokens are out."""

    keys: dict[str, Any]
    signing: str
    lifetime_s: int

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
            return self._verified(token, now.timestamp())
        except Exception:
            raise NotAuthenticated from None

    def _verified(self, token: str, now_s: float) -> AccessClaims:
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
        return _checked(claims, now_s)


def _checked(claims: dict[str, Any], now_s: float) -> AccessClaims:
    """python-jose accepts missing claims and texts for times: every claim is checked here, times by the given clock."""
    if claims.keys() != _CLAIMS or claims["iss"] != ISSUER or claims["aud"] != AUDIENCE:
        raise ValueError("not our claims")
    expires, issued, starts = (_whole(claims[name]) for name in ("exp", "iat", "nbf"))
    if not (issued - _SKEW_S <= now_s and starts - _SKEW_S <= now_s < expires):
        raise ValueError("not its time")
    subject, session, token_id = (_text(claims[name]) for name in ("sub", "sid", "jti"))
    if not re.fullmatch(r"[1-9][0-9]{0,17}", subject, re.ASCII) or not token_id:
        raise ValueError("not a person of ours")
    session_id = UUID(session)
    if str(session_id) != session:
        raise ValueError("not a session of ours")
    return AccessClaims(int(subject), session_id, datetime.fromtimestamp(expires, UTC))


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
