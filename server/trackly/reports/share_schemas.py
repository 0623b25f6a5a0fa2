"""Links for who has no login, on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from trackly.kit.schema import In, Out, UtcTime
from trackly.users.facade import Person

HOURS_MOST = 30 * 24


class ShareNew(In):
    """How long the link is good."""

    expires_in_h: Annotated[int, Field(ge=1, le=HOURS_MOST)] = 7 * 24


class ShareOut(Out):
    """A link to one file. Over when `expires_at` has passed or `revoked_at` is set."""

    id: UUID
    file_id: UUID
    created_by: Person
    created_at: UtcTime
    expires_at: UtcTime
    revoked_at: UtcTime | None
    downloads: int


class ShareMade(ShareOut):
    """With the address, which is shown this once."""

    url: str
