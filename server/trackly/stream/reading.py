"""A page of the log as one reader may see it now."""

from collections.abc import Sequence

from trackly.events.broadcaster import Narrowing
from trackly.events.pages import read_back, read_page
from trackly.events.relay import PAGE
from trackly.events.ring import Entry
from trackly.stream import frames
from trackly.stream.connection import is_personal
from trackly.stream.hub import Hub

Block = tuple[str, bytes]
"""A cursor and the event's frame, in the reader's view."""


async def read_events(
    hub: Hub, user_id: int, narrowing: Narrowing, after: int, until: int, limit: int
) -> tuple[list[Block], int] | None:
    """Up to `limit` blocks after event `after`, oldest first, and the number up to which all is told.

    None when the user sees other things now than at `after`: what they have is no base to build on."""
    rights, differ = await hub.present_rights(user_id, after)
    if differ:
        return None
    tokens = rights.tokens if rights else frozenset()
    found: list[Block] = []
    reached, epoch = after, hub.epochs.current
    while reached < until:
        entries = await read_page(hub.database, reached, until, tokens, epoch)
        for entry, block in await _visible(hub, user_id, narrowing, tokens, entries, forgets=True):
            found.append((f"{epoch}.{entry.seq}", block))
            if len(found) == limit:
                return found, entry.seq
        reached = entries[-1].seq if len(entries) == PAGE else until
    return found, until


async def read_events_back(
    hub: Hub, user_id: int, narrowing: Narrowing, before: int, limit: int
) -> tuple[list[Block], int]:
    """Up to `limit` blocks before event `before`, newest first, and the number before which to go on (1: no more)."""
    rights, _ = await hub.present_rights(user_id)
    tokens = rights.tokens if rights else frozenset()
    found: list[Block] = []
    epoch = hub.epochs.current
    while before > 1:
        entries = await read_back(hub.database, before - 1, tokens, epoch, PAGE)
        for entry, block in await _visible(hub, user_id, narrowing, tokens, entries):
            found.append((f"{epoch}.{entry.seq}", block))
            if len(found) == limit:
                return found, entry.seq
        before = entries[-1].seq if len(entries) == PAGE else 1
    return found, 1


async def _visible(
    hub: Hub,
    user_id: int,
    narrowing: Narrowing,
    tokens: frozenset[str],
    entries: Sequence[Entry],
    *,
    forgets: bool = False,
) -> list[tuple[Entry, bytes]]:
    """`forgets`: say where an issue left the user's sight."""
    doubtful = {e.issue for e in entries if e.issue and is_personal(e, tokens)}
    lost = doubtful - await hub.visible(user_id, doubtful) if doubtful else set()
    found = []
    for entry in entries:
        view = entry.view(tokens) if narrowing.lets_pass(entry) else None
        if entry.issue in lost and is_personal(entry, tokens) and entry.type != "issue.deleted":
            view = frames.forget([entry.issue]) if forgets and entry.type == "watcher.removed" else None
        if view is not None:
            found.append((entry, view))
    return found
