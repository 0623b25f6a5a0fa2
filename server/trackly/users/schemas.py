"""People on the wire."""

from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints

from trackly.kit.schema import In, Out, UtcTime, unset
from trackly.users.actor import Role

PASSWORD_MIN, PASSWORD_MAX = 12, 1024
PREFERENCES_MAX_BYTES = 8 * 1024
_HOST_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_EMAIL = rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_HOST_LABEL}(?:\.{_HOST_LABEL})*$"


def _not_too_large(preferences: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if len(orjson.dumps(preferences)) > PREFERENCES_MAX_BYTES:
        raise ValueError(f"must not exceed {PREFERENCES_MAX_BYTES} bytes of JSON")
    return preferences


def _storable(preferences: Any) -> Any:
    """Numbers beyond 64 bits are JSON, and yet nobody here can keep them."""
    try:
        orjson.dumps(preferences)
    except TypeError:
        raise ValueError("must hold numbers of at most 64 bits") from None
    return preferences


Email = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=254, pattern=_EMAIL)]
"""As browsers understand it; in lower case throughout: one person, one spelling. A domain of an intranet is fine."""
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
NewPassword = Annotated[str, StringConstraints(min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)]
Preferences = Annotated[dict[str, JsonValue], BeforeValidator(_storable), AfterValidator(_not_too_large)]


class Person(Out):
    """Who it was, as everybody who sees their work may know them."""

    id: int
    name: str


class UserOut(Out):
    id: int
    email: str
    name: str
    role: Role
    active: bool
    version: int
    created_at: UtcTime


class UserCount(Out):
    count: int
    active: int
    by_role: dict[Role, int]


class UserCreate(In):
    """Without a password, the person can sign in at the identity provider only, until an admin sets one."""

    email: Email
    name: PersonName
    role: Role = Role.REPORTER
    password: NewPassword | None = None


class UserPatch(In):
    """What an admin may change of a person. A new password ends all of their sessions."""

    email: Email = Field(default_factory=unset)
    name: PersonName = Field(default_factory=unset)
    role: Role = Field(default_factory=unset)
    active: bool = Field(default_factory=unset)
    password: NewPassword = Field(default_factory=unset)


class MePatch(In):
    """What people may change of themselves. `preferences` replaces what was there, whole.

    A new password needs the current one and ends the other sessions."""

    name: PersonName = Field(default_factory=unset)
    preferences: Preferences = Field(default_factory=unset)
    password: NewPassword = Field(default_factory=unset)
    current_password: Annotated[str, StringConstraints(min_length=1, max_length=PASSWORD_MAX)] = Field(
        default_factory=unset
    )
