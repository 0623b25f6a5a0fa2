"""Who acts: the person behind a request, as commands and queries need to know them."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache, wraps
from typing import TypeVar
from uuid import UUID

from trackly.events.envelope import ActorRef

Built = TypeVar("Built")
_KEPT = 1024


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


def built_once(build: Callable[[Actor], Built]) -> Callable[[Actor], Built]:
    """For an expression of SQL that depends on the actor's id and role alone: the same object for the same person.

    Expressions are never changed, so statements may share them. To build that of a reader's rights takes 0.5 ms, a
    tenth of a request; it is kept for the last 1,024 people."""

    @lru_cache(maxsize=_KEPT)
    def built(user_id: int, role: Role) -> Built:
        return build(Actor(user_id, "", "", role))

    @wraps(build)
    def found(actor: Actor, /) -> Built:
        return built(actor.user_id, actor.role)

    return found
