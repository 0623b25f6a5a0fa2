"""The stream's facts as a polling API: the same events, the same rights, a page at a time."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trackly.auth.deps import CurrentActor
from trackly.auth.facade import NotAuthenticated
from trackly.events.broadcaster import Narrowing
from trackly.events.envelope import data_of, type_of
from trackly.events.log import Position
from trackly.http.deps import CURSOR_HEADER
from trackly.http.problem import problems
from trackly.kit.errors import InvalidInput
from trackly.stream.endpoint import PATH, narrowing_of, resume_point
from trackly.stream.hub import Hub
from trackly.stream.reading import Block, read_events, read_events_back

router = APIRouter(tags=["stream"])


class EventPage(BaseModel):
    """Events, each with its cursor as `id`. With `after`: oldest first, and `next` is what to give as `after` then,
    also when there is nothing new. With `before`: newest first, and `next` is None when there is nothing older.

    `reset` says why nothing can be resumed from the cursor that was given: fetch anew, then go on from `next`.
    An item of the type `forget` names `entities` that are no longer the reader's to see."""

    items: list[dict[str, Any]]
    next: str | None
    reset: str | None = None


@router.get(
    PATH,
    response_model=EventPage,
    responses={
        200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **problems(NotAuthenticated, InvalidInput),
    },
)
async def list_events(
    request: Request,
    response: Response,
    actor: CurrentActor,
    after: Annotated[str | None, Query(description="A cursor; absent: from now")] = None,
    before: Annotated[str | None, Query(description="A cursor, or `now`: the newest first (JSON only)")] = None,
    project: Annotated[str | None, Query(description="Only this project's events")] = None,
    issue: Annotated[str | None, Query(description="Only this issue's events")] = None,
    types: Annotated[str | None, Query(description="Patterns such as issue.*,comment.created")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> EventPage:
    """A stream of Server-Sent Events, or with `Accept: application/json` a page of the same events."""
    hub: Hub = request.app.state.hub
    head, narrowing = hub.head, narrowing_of(request)
    response.headers[CURSOR_HEADER] = str(head)
    if before is not None:
        return await _page_back(hub, actor.user_id, narrowing, before, limit)
    if after is None:
        return EventPage(items=[], next=str(head))
    start, reason = resume_point(hub, after)
    if start is None:
        return EventPage(items=[], next=str(head), reset=reason)
    found = await read_events(hub, actor.user_id, narrowing, start.seq, head.seq, limit)
    if found is None:
        return EventPage(items=[], next=str(head), reset="rights_changed")
    blocks, reached = found
    return EventPage(items=_items(blocks), next=f"{head.epoch}.{reached}")


async def _page_back(hub: Hub, user_id: int, narrowing: Narrowing, before: str, limit: int) -> EventPage:
    head = hub.head
    start = Position(head.epoch, head.seq + 1) if before == "now" else Position.parse(before)
    if before != "now" and not hub.epochs.holds(start, head.seq):
        return EventPage(items=[], next=None, reset="another_epoch")
    blocks, reached = await read_events_back(hub, user_id, narrowing, start.seq, limit)
    return EventPage(items=_items(blocks), next=f"{head.epoch}.{reached}" if reached > 1 else None)


def _items(blocks: list[Block]) -> list[dict[str, Any]]:
    return [{"id": cursor, "type": type_of(block), **orjson.loads(data_of(block))} for cursor, block in blocks]
