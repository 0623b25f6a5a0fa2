"""What the routes of deliveries need beside the actor and the transaction."""

from typing import Annotated

from fastapi import Depends, Request

from trackly.notifications.services import NotificationServices


async def _services(request: Request) -> NotificationServices:
    services: NotificationServices = request.app.state.notifications
    return services


Notifications = Annotated[NotificationServices, Depends(_services)]
