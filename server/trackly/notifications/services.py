"""What deliveries need to work, made once for each process from settings and passed in."""

import ipaddress
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.kit.hosts import AllowedHosts
from trackly.kit.ids import new_token
from trackly.kit.secret_box import SecretBox
from trackly.notifications.figures import DeliveryFigures
from trackly.notifications.mailer import Mailer
from trackly.notifications.messages import Channel, Composer
from trackly.notifications.outbox import Outbox
from trackly.notifications.outcomes import Pace
from trackly.notifications.sender import Lane, Sender
from trackly.notifications.smtp import SmtpTimes
from trackly.notifications.ways import InboxWay, MailWay, WebhookWay
from trackly.notifications.webhook_commands import WebhookSecrets, keep_webhook_secret
from trackly.users.facade import Actor

_MAIL_LANES, _MAIL_BATCH = 2, 5
_WEBHOOK_LANES = 4
_INBOX_BATCH = 20


@dataclass(frozen=True)
class NotificationServices:
    """`allowed_hosts` is for `check_webhook_url`."""

    work: UnitsOfWork
    box: SecretBox
    allowed_hosts: AllowedHosts
    public_url: str

    @classmethod
    def build(
        cls, work: UnitsOfWork, secrets_keys: Sequence[str], public_url: str, webhook_allowed_hosts: Sequence[str]
    ) -> Self:
        """`secrets_keys`: the newest first. `public_url`: of this installation, for links and in Message-IDs.

        Raises ValueError when an allowed host is none."""
        return cls(work, SecretBox(secrets_keys), AllowedHosts.of(webhook_allowed_hosts), public_url)

    def sender(
        self,
        composers: Mapping[str, Composer],
        *,
        pace: Pace | None = None,
        registry: CollectorRegistry | None = None,
        times: SmtpTimes | None = None,
    ) -> Sender:
        """A sender for this process: two mail connections, four webhooks at once, and the inbox. `composers` by the
        part of a `ref` before its colon; more may be added to them before it runs. `registry`: for its figures."""
        name = f"{socket.gethostname()}/{os.getpid()}/{new_token(4)}"
        outbox = Outbox(self.work, name, f"{self.public_url}/api/notifications/unsubscribe", pace or Pace())
        clock, database = self.work.clock, self.work.database
        mail = [
            MailWay(database, self.box, Mailer(self.ehlo_name, times or SmtpTimes()), self.public_url, clock)
            for _ in range(_MAIL_LANES)
        ]
        webhook = WebhookWay(WebhookSecrets(database, self.box), self.allowed_hosts, self.public_url, clock)
        lanes = [
            *(Lane(Channel.EMAIL, way, _MAIL_BATCH) for way in mail),
            *(Lane(Channel.WEBHOOK, webhook, 1) for _ in range(_WEBHOOK_LANES)),
            Lane(Channel.INBOX, InboxWay(), _INBOX_BATCH),
        ]
        return Sender(outbox, composers, lanes, DeliveryFigures(registry) if registry else None)

    async def keep_webhook_secret(
        self, uow: UnitOfWork, actor: Actor, owner_id: int, url: str, secret: str | None
    ) -> None:
        """What is sent to `url` for `owner_id` is signed with `secret` from now on; None: it is not signed."""
        await keep_webhook_secret(uow, self.box, actor, owner_id, url, secret)

    @property
    def ehlo_name(self) -> str:
        """What we call ourselves to mail servers: the name in our address, or an address literal (RFC 5321, 4.1.3)."""
        host = urlsplit(self.public_url).hostname or "localhost"
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return host.encode("idna").decode()
        return f"[{'IPv6:' if address.version == 6 else ''}{address}]"
