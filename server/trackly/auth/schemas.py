"""Logins on the wire."""

from dataclasses import dataclass
from datetime import UTC
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, StringConstraints

from trackly.kit.schema import In, Out, UtcTime
from trackly.users.facade import Role, UserOut

Scope = Literal["read", "write", "admin"]
SessionKind = Literal["browser", "program"]


def _sorted_once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


class LoginIn(In):
    email: Annotated[str, StringConstraints(min_length=1, max_length=320)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=1024)]


class LoginOut(Out):
    """`expires_in`: the seconds after which the login has to be renewed at /api/auth/refresh."""

    user: UserOut
    expires_in: int


class TokenForm(In):
    """RFC 6749: `username` is the mail address. What OAuth clients send besides is accepted and not used."""

    grant_type: Literal["password", "refresh_token"]
    username: Annotated[str, StringConstraints(max_length=320)] | None = None
    password: Annotated[str, StringConstraints(max_length=1024)] | None = None
    refresh_token: Annotated[str, StringConstraints(max_length=1024)] | None = None
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class TokenOut(Out):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int
    refresh_token: str


class SessionOut(Out):
    """`current`: the one that asks."""

    id: str
    kind: SessionKind
    created_at: UtcTime
    last_seen_at: UtcTime
    expires_at: UtcTime
    ip: str | None
    user_agent: str | None
    current: bool


class ApiTokenCreate(In):
    """`write` includes `read`. What only admins may do needs `admin` besides. Expires in 90 days unless told."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3), AfterValidator(_sorted_once)]
    expires_at: Annotated[AwareDatetime, AfterValidator(lambda at: at.astimezone(UTC))] | None = None


class ApiTokenOut(Out):
    id: str
    name: str
    scopes: list[Scope]
    created_at: UtcTime
    expires_at: UtcTime
    last_used_at: UtcTime | None


class NewApiToken(ApiTokenOut):
    """With the token itself, this once."""

    token: str


class DemoPerson(Out):
    """Somebody whom everybody may be, in demo mode."""

    email: str
    password: str
    name: str
    role: Role


class GoogleOffer(Out):
    enabled: bool
    name: str


class DemoOffer(Out):
    people: list[DemoPerson]


class Providers(Out):
    """The ways to log in besides mail address and password. `demo` is null outside demo mode."""

    google: GoogleOffer
    demo: DemoOffer | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A login that is good: who, and what the client keeps."""

    user: UserOut
    access_token: str
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Client:
    """Where a login comes from, as far as can be told."""

    ip: str
    user_agent: str | None = None


class ProfileOut(UserOut):
    """Oneself, with what only oneself sees."""

    preferences: dict[str, JsonValue]
