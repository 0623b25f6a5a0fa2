"""What is noted about logins: for the audit trail, and for streams that must end with their session."""

from uuid import UUID

from trackly.auth.schemas import ApiTokenOut, Client, SessionKind
from trackly.events.envelope import AUDIT, NOBODY, ActorRef, Event


def _audit(
    type_: str, entity: str, user_id: int | None, actor: ActorRef | None, client: Client, **body: object
) -> Event:
    whose = {"user_id": user_id, "ip": client.ip, "user_agent": client.user_agent}
    return Event(type_, entity, 1, AUDIT, {**whose, **body}, actor)


def session_started(session_id: UUID, kind: SessionKind, client: Client, actor: ActorRef) -> Event:
    entity = f"session:{session_id}"
    return _audit("session.started", entity, actor.id, actor, client, session_id=str(session_id), kind=kind)


def session_ended(session_id: UUID, user_id: int, actor: ActorRef | None) -> Event:
    """Ends the streams of the session: recorded for them, and read by nobody else."""
    body = {"session_id": str(session_id), "user_id": user_id}
    return Event("session.ended", f"session:{session_id}", 2, NOBODY, body, actor)


def reuse_detected(session_id: UUID, user_id: int, client: Client) -> Event:
    entity = f"session:{session_id}"
    return _audit("session.reuse_detected", entity, user_id, None, client, session_id=str(session_id))


def login_failed(user_id: int | None, reason: str, client: Client) -> Event:
    """`user_id` None: nobody has this mail address, which is not written down; it may be a password."""
    entity = "login" if user_id is None else f"user:{user_id}"
    return _audit("login.failed", entity, user_id, None, client, reason=reason)


def token_created(token: ApiTokenOut, client: Client, actor: ActorRef) -> Event:
    return _audit("token.created", f"token:{token.id}", actor.id, actor, client, token=token)


def token_revoked(token: ApiTokenOut, user_id: int, client: Client, actor: ActorRef) -> Event:
    return _audit("token.revoked", f"token:{token.id}", user_id, actor, client, token=token)


def password_changed(user_id: int, client: Client, actor: ActorRef) -> Event:
    return _audit("password.changed", f"user:{user_id}", user_id, actor, client)
