"""One's own inbox, the tries of one's deliveries, and the links at the foot of mails."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse
from pydantic import StringConstraints

from trackly.auth.deps import CurrentActor
from trackly.http.deps import EntityId, ReadSession, SnapshotSession, Uow
from trackly.http.problem import problems
from trackly.http.route import CommandRoute, StrictRoute
from trackly.kit.pages import DEFAULT_LIMIT, Limit
from trackly.notifications import commands, config_routes, queries
from trackly.notifications.deps import Notifications
from trackly.notifications.errors import DeliveryNotFound, UnsubscribeLinkUnknown
from trackly.notifications.schemas import DeliveryAttempts, Inbox, MarkRead, Subscription, Unread

router = APIRouter(prefix="/api", tags=["notifications"], route_class=CommandRoute)
links = APIRouter(prefix="/api/notifications", tags=["notifications"], route_class=StrictRoute)
"""Without a login: the token in the address is what one has."""


@router.get("/notifications")
async def list_notifications(
    session: SnapshotSession,
    actor: CurrentActor,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None,
    unread: Annotated[bool, Query(description="Only what was not read")] = False,
) -> Inbox:
    """Your inbox, newest first."""
    return await queries.list_notifications(session, actor, after, limit, unread_only=unread)


@router.post("/notifications/read")
async def read_notifications(body: MarkRead, uow: Uow, actor: CurrentActor) -> Unread:
    """Mark lines of your inbox as read. Ids that are not yours are passed over."""
    return await commands.mark_read(uow, actor, body)


@router.get("/deliveries/{delivery_id}/attempts", responses=problems(DeliveryNotFound))
async def list_delivery_attempts(delivery_id: EntityId, session: ReadSession, actor: CurrentActor) -> DeliveryAttempts:
    """Every try of a delivery of yours, with the other side's words."""
    return await queries.get_attempts(session, actor, delivery_id)


@links.get("/unsubscribe/{token}", status_code=303, responses=problems(UnsubscribeLinkUnknown))
async def open_unsubscribe_link(token: UUID, session: ReadSession, services: Notifications) -> RedirectResponse:
    """To the page that asks. A look at the link changes nothing: programs look at links too."""
    await queries.get_subscription(session, token)
    return RedirectResponse(f"{services.public_url}/unsubscribe/{token}", status_code=303)


@links.get("/subscriptions/{token}", responses=problems(UnsubscribeLinkUnknown))
async def get_subscription(token: UUID, session: ReadSession) -> Subscription:
    """What the link at the foot of a mail is about."""
    return await queries.get_subscription(session, token)


@links.post("/unsubscribe/{token}", responses=problems(UnsubscribeLinkUnknown))
async def unsubscribe(token: UUID, uow: Uow) -> Subscription:
    """No more mails of this kind to this address. Mail programs send this by themselves (RFC 8058)."""
    return await commands.change_subscription(uow, token, subscribed=False)


@links.post("/subscribe/{token}", responses=problems(UnsubscribeLinkUnknown))
async def subscribe_again(token: UUID, uow: Uow) -> Subscription:
    """Undo it."""
    return await commands.change_subscription(uow, token, subscribed=True)


ROUTERS = (router, links, config_routes.router, config_routes.steps)
