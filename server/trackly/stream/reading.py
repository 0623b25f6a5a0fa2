"""A page of the log as one reader may see it now."""

from collections.abc import Sequence

from trackly.events.broadcaster import Narrowing
from trackly.events.pages import read_back, read_page
from trackly.events.relay import PAGE
from trackly.events.ring import Entry
from trackly.stream.connection import is_personal
from trackly.stream.hub import Hub

Block = tuple[str, bytes]
"""A cursor and the event's frame, in the reader's view."""


async def read_events(
    hub: Hub, user_id: int, narrowing: Narrowing, after: int, until: int, limit: int
) -> tuple[list[Block], int]:
    """Up to `limit` blocks after event `after`, oldest first, and the number up to which all is told."""
    tokens = await _tokens(hub, user_id)
    found: list[Block] = []
    reached, epoch = after, hub.epochs.current
    while reached < until:
        entries = await read_page(hub.database, reached, until, tokens, epoch)
        for entry, block in await _visible(hub, user_id, narrowing, tokens, entries):
            found.append((f"{epoch}.{entry.seq}", block))
            if len(found) == limit:
                return found, entry.seq
        reached = entries[-1].seq if len(entries) == PAGE else until
    return found, until


async def read_events_back(
    hub: Hub, user_id: int, narrowing: Narrowing, before: int, limit: int
) -> tuple[list[Block], int]:
    """Up to `limit` blocks before event `before`, newest first, and the number before which to go on (1: no more)."""
    tokens = await _tokens(hub, user_id)
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


async def _tokens(hub: Hub, user_id: int) -> frozenset[str]:
    rights = await hub.present_rights(user_id)
    return rights.tokens if rights else frozenset()


async def _visible(
    hub: Hub, user_id: int, narrowing: Narrowing, tokens: frozenset[str], entries: Sequence[Entry]
) -> list[tuple[Entry, bytes]]:
    doubtful = {e.issue for e in entries if e.issue and is_personal(e, tokens)}
    lost = doubtful - await hub.visible(user_id, doubtful) if doubtful else set()
    found = []
    for entry in entries:
        hidden = entry.issue in lost and is_personal(entry, tokens) and entry.type != "issue.deleted"
        view = entry.view(tokens)
        if view is not None and not hidden and narrowing.lets_pass(entry):
            found.append((entry, view))
    return found
