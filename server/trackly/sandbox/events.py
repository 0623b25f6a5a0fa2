"""What is noted about SQL: who may write it, which that person and admins are told at once, and how the self-attack
went. All of it is in the audit trail."""

from collections.abc import Sequence

from trackly.events.envelope import AUDIT, Event
from trackly.sandbox.schemas import LayerOut, WriterOut
from trackly.users.facade import Actor


def _writer_event(what: str, writer: WriterOut, actor: Actor) -> Event:
    """Whose right it is and admins hear of it; nobody else, not even in the same project."""
    return Event(
        type=f"sandbox.writer_{what}",
        entity=f"user:{writer.user.id}",
        version=1,
        audience=AUDIT | {"f:admin", f"u:{writer.user.id}"},
        body={"user": writer.user},
        actor=actor.ref,
    )


def writer_granted(writer: WriterOut, actor: Actor) -> Event:
    return _writer_event("granted", writer, actor)


def writer_revoked(writer: WriterOut, actor: Actor) -> Event:
    return _writer_event("revoked", writer, actor)


def attacked(layers: Sequence[LayerOut], actor: Actor | None) -> Event:
    """`actor` None: the server did it by itself."""
    states = [{"number": layer.number, "state": layer.state.value, "reason": layer.reason} for layer in layers]
    return Event("sandbox.attacked", "sandbox", 1, AUDIT, {"layers": states}, actor.ref if actor else None)
