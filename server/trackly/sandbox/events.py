"""What is noted about SQL, for the audit trail: who may write it, and how the self-attack went."""

from collections.abc import Sequence

from trackly.events.envelope import AUDIT, Event
from trackly.sandbox.schemas import LayerOut, WriterOut
from trackly.users.facade import Actor


def writer_granted(writer: WriterOut, actor: Actor) -> Event:
    return Event("sandbox.writer_granted", f"user:{writer.user.id}", 1, AUDIT, {"user": writer.user}, actor.ref)


def writer_revoked(writer: WriterOut, actor: Actor) -> Event:
    return Event("sandbox.writer_revoked", f"user:{writer.user.id}", 1, AUDIT, {"user": writer.user}, actor.ref)


def attacked(layers: Sequence[LayerOut], actor: Actor | None) -> Event:
    """`actor` None: the server did it by itself."""
    states = [{"number": layer.number, "state": layer.state.value, "reason": layer.reason} for layer in layers]
    return Event("sandbox.attacked", "sandbox", 1, AUDIT, {"layers": states}, actor.ref if actor else None)
