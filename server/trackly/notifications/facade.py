"""The door to deliveries: have something sent, say what it says, learn how it went."""

from trackly.kit.hosts import AllowedHosts
from trackly.notifications.commands import enqueue, forget_deliveries, notify, resend_failed, suppress_pending
from trackly.notifications.config_queries import has_mail_server
from trackly.notifications.errors import InvalidAddress, WebhookRefused
from trackly.notifications.jobs import forget_old_deliveries
from trackly.notifications.messages import (
    NO_MAIL_SERVER,
    AttachedFile,
    CannotCompose,
    Channel,
    Composer,
    Delivery,
    DueDelivery,
    Message,
    Notice,
    Picture,
    State,
)
from trackly.notifications.queries import count_states, list_attempts, list_deliveries
from trackly.notifications.rules import ATTACHED_MAX_BYTES, ensure_mail_address
from trackly.notifications.schemas import DeliveryAttemptOut, DeliveryOut
from trackly.notifications.sender import Sender
from trackly.notifications.services import NotificationServices
from trackly.notifications.webhook_addresses import check_webhook_url
from trackly.notifications.webhook_commands import keep_webhook_secret

__all__ = [
    "ATTACHED_MAX_BYTES",
    "NO_MAIL_SERVER",
    "AllowedHosts",
    "AttachedFile",
    "CannotCompose",
    "Channel",
    "Composer",
    "Delivery",
    "DeliveryAttemptOut",
    "DeliveryOut",
    "DueDelivery",
    "InvalidAddress",
    "Message",
    "Notice",
    "NotificationServices",
    "Picture",
    "Sender",
    "State",
    "WebhookRefused",
    "check_webhook_url",
    "count_states",
    "enqueue",
    "ensure_mail_address",
    "forget_deliveries",
    "forget_old_deliveries",
    "has_mail_server",
    "keep_webhook_secret",
    "list_attempts",
    "list_deliveries",
    "notify",
    "resend_failed",
    "suppress_pending",
]
