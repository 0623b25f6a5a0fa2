"""What is told of data sources: to admins and to their owner. A password is in none of it."""

from trackly.events.envelope import ActorRef, Event
from trackly.sources.schemas import SourceGone, SourceOut


def source_created(source: SourceOut, actor: ActorRef) -> Event:
    return _event("created", source, source, actor)


def source_updated(source: SourceOut, actor: ActorRef) -> Event:
    """Its words, its address, its rows, or how its last test went."""
    return _event("updated", source, source, actor)


def source_deleted(source: SourceOut, actor: ActorRef) -> Event:
    return _event("deleted", source, SourceGone(id=source.id, name=source.name), actor)


def _event(what: str, source: SourceOut, body: SourceOut | SourceGone, actor: ActorRef) -> Event:
    return Event(
        type=f"source.{what}",
        entity=f"source:{source.id}",
        version=source.version,
        audience=frozenset({"f:admin", f"u:{source.owner.id}"}),
        body={"source": body, "version": source.version},
        actor=actor,
        project=source.project.key if source.project else None,
    )
