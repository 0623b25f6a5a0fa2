"""Deliveries and the inbox on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator

from trackly.kit.pages import Page
from trackly.kit.schema import In, Out, UtcTime
from trackly.notifications.messages import Channel, State

IDS_MAX = 100
NotificationId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class DeliveryAttemptOut(Out):
    """One try. `answer`: the other side's own words; `code` as SMTP or HTTP gave it."""

    number: int
    outcome: str
    step: str
    code: int | None
    answer: str
    began_at: UtcTime
    ended_at: UtcTime | None


class DeliveryAttempts(Out):
    """The first one first."""

    items: list[DeliveryAttemptOut]


class DeliveryOut(Out):
    """One recipient. `final`: nothing more will be tried; else `next_try_at` says when. Of a webhook's address only the
    host is told."""

    id: int
    ref: str
    channel: Channel
    address: str
    user_id: int | None
    state: State
    final: bool
    attempts: int
    answer: str | None
    message_id: str | None
    next_try_at: UtcTime | None
    sent_at: UtcTime | None
    version: int


class NotificationOut(Out):
    """One line of the inbox. `link` is a path of the client."""

    id: int
    kind: str
    title: str
    body: str
    link: str | None
    ref: str | None
    version: int
    created_at: UtcTime
    read_at: UtcTime | None


class Inbox(Page[NotificationOut]):
    """Newest first. `unread` counts the whole inbox."""

    unread: int = 0


class MarkRead(In):
    """Either some, or all that are there now."""

    ids: list[NotificationId] | None = Field(default=None, min_length=1, max_length=IDS_MAX)
    all: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> "MarkRead":
        if (self.ids is None) == (not self.all):
            raise ValueError("give either ids or all")
        return self


class Unread(Out):
    unread: int


class Subscription(Out):
    """What a link at the foot of a mail is about. `topic` such as `report:5`."""

    token: UUID
    address: str
    topic: str
    subscribed: bool
