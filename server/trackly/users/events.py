"""What is told about people: to admins and to the person."""

from trackly.events.envelope import Event
from trackly.users.actor import Actor
from trackly.users.schemas import UserOut


def _event(kind: str, user: UserOut, actor: Actor | None) -> Event:
    return Event(
        type=f"user.{kind}",
        entity=f"user:{user.id}",
        version=user.version,
        audience=frozenset({"f:admin", f"u:{user.id}"}),
        body={"user": user, "version": user.version},
        actor=actor.ref if actor else None,
    )


def user_created(user: UserOut, actor: Actor | None) -> Event:
    return _event("created", user, actor)


def user_updated(user: UserOut, actor: Actor | None) -> Event:
    return _event("updated", user, actor)


def user_deleted(user: UserOut, actor: Actor | None) -> Event:
    return _event("deleted", user, actor)
