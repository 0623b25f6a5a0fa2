"""What is to be sent and what it says: the words that other domains use to have something delivered."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from trackly.events.unit_of_work import UnitOfWork

NO_MAIL_SERVER = "no mail server is set up, or it is switched off"
"""The answer of a mail that could not even begin to leave."""


class Channel(StrEnum):
    EMAIL = "email"
    INBOX = "inbox"
    WEBHOOK = "webhook"


class State(StrEnum):
    """`unknown`: the bytes left us and no answer came; such a mail is tried once more as the same mail."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing for one recipient. The same `ref`, `channel` and `address` are delivered once, whoever asks again.

    `ref` says what it belongs to, `kind:id`, such as `report_run:12`; the part before the colon finds its composer.
    `edition_ref` says which of several contents, such as `report_edition:7`; it is the composer's own.
    `address`: a mail address, the URL of a webhook, or empty for the inbox.
    `user_id`: the person who gets it; required for the inbox, None for an outside address. For a webhook: its owner.
    `owner_id`: whose sending it is; beside admins they alone are told how it went.
    `topic`: what a recipient may unsubscribe from, such as `report:5`; None: no unsubscribing.
    `options`: small JSON that the composer gets back as it was. `{"body": "slack"}` makes a webhook's call Slack's.
    """

    ref: str
    channel: Channel
    address: str = ""
    user_id: int | None = None
    owner_id: int | None = None
    edition_ref: str | None = None
    topic: str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DueDelivery(Delivery):
    """A delivery that is being sent now. `attempts` were made before; `unsubscribe_url` is for the foot of the mail."""

    id: int = 0
    attempts: int = 0
    unsubscribe_url: str | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture inside the HTML, where `<img src="cid:{name}">` is. `name`: letters, digits, `-`, `_`, `.`."""

    name: str
    png: bytes


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of the mail. `read` gives all of its bytes, when it is attached; beyond 10 MB in all `link` is there."""

    name: str
    content_type: str
    size_bytes: int
    read: Callable[[], Awaitable[bytes]]
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What the inbox shows. `kind`: report_ready, report_failed, schedule_paused. `link`: a path of the client."""

    kind: str
    title: str
    body: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a delivery says. The channel takes what it needs: mail `subject`, `text`, `html`, `pictures`, `files`; a
    webhook `type` and `content` (Slack: `subject`, `text`); the inbox `notice`.

    Subject and names may hold anything: what could end a header line is taken out here, not by the composer."""

    subject: str
    text: str
    html: str | None = None
    pictures: tuple[Picture, ...] = ()
    files: tuple[AttachedFile, ...] = ()
    notice: Notice | None = None
    type: str = "report.ready"
    content: Mapping[str, Any] = field(default_factory=dict)


class CannotCompose(Exception):
    """There is nothing to send any more: the delivery fails with these words and is not tried again."""


class Composer(Protocol):
    """Given by the domain whose `ref` it is."""

    async def compose(self, delivery: DueDelivery) -> Message:
        """What `delivery` says now. Raises CannotCompose; any other exception is a failure that is tried again."""
        ...

    async def settled(self, uow: UnitOfWork, ref: str) -> None:
        """All deliveries of `ref` are final; `list_deliveries` says how. What it writes is kept with the note that it
        was told: a crash or an exception has it told again, and once more after some were sent anew."""
        ...
