"""What the log says of entities at an earlier event, for who comes back to it."""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Row, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.envelope import data_of

Recalled = tuple[str, Mapping[str, Any]]
"""The type of an event, and its data."""

_AFTER = text(
    "SELECT entity, type, body_full FROM event_log WHERE stream = 0 AND seq > :after"
    " AND type = ANY(:types) AND entity LIKE ANY(:entities) ORDER BY seq"
).bindparams(bindparam("types", type_=ARRAY(Text)), bindparam("entities", type_=ARRAY(Text)))
_LAST_UNTIL = text(
    "SELECT e.entity, l.type, l.body_full FROM unnest(:entities) AS e(entity)"
    " CROSS JOIN LATERAL (SELECT type, body_full FROM event_log WHERE stream = 0 AND entity = e.entity"
    " AND seq <= :until ORDER BY seq DESC LIMIT 1) AS l"
).bindparams(bindparam("entities", type_=ARRAY(Text)))


async def read_after(
    session: AsyncSession, after: int, types: Collection[str], entities: Collection[str]
) -> dict[str, list[Recalled]]:
    """The events of `types` after event `after`, for each entity that is like one of `entities` (patterns of LIKE),
    oldest first."""
    values = {"after": after, "types": sorted(types), "entities": sorted(entities)}
    found: dict[str, list[Recalled]] = {}
    for row in await session.execute(_AFTER, values):
        found.setdefault(row.entity, []).append(_recalled(row))
    return found


async def read_last_until(session: AsyncSession, until: int, entities: Collection[str]) -> dict[str, Recalled]:
    """The last event about each of `entities`, not beyond `until`; those without one are left out."""
    rows = await session.execute(_LAST_UNTIL, {"until": until, "entities": sorted(entities)})
    return {row.entity: _recalled(row) for row in rows}


def _recalled(row: Row[Any]) -> Recalled:
    return row.type, orjson.loads(data_of(bytes(row.body_full)))
