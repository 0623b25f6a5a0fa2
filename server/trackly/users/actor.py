"""Who acts: the person behind a request, as commands and queries need to know them."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from trackly.events.envelope import ActorRef


class Role(StrEnum):
    ADMIN = "ADMIN"
    MAINTAINER = "MAINTAINER"
    REPORTER = "REPORTER"


@dataclass(frozen=True, slots=True)
class Actor:
    """An active person, with their role for the whole instance. `session_id` is None for an API token and for jobs.

    `scopes` None means everything that the person may do; otherwise the token was narrowed to these."""

    user_id: int
    email: str
    name: str
    role: Role
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None

    @property
    def is_admin(self) -> bool:
        return self.role is Role.ADMIN

    @property
    def ref(self) -> ActorRef:
        return ActorRef(self.user_id, self.name)
