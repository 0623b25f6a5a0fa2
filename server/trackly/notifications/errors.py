"""Why something about deliveries is refused."""

from trackly.kit.errors import AppError, Kind


class InvalidAddress(AppError):
    kind, code, title = Kind.INVALID, "invalid_address", "This is no address that mail can be sent to"


class WebhookRefused(AppError):
    kind, code, title = Kind.INVALID, "webhook_refused", "This address can't be called"


class WebhookHostUnknown(WebhookRefused):
    code, title = "webhook_host_unknown", "The name service does not know this host"


class DeliveryNotFound(AppError):
    kind, code, title = Kind.NOT_FOUND, "delivery_not_found", "There is no such delivery"


class EmailConfigMissing(AppError):
    kind, code, title = Kind.NOT_FOUND, "email_config_missing", "No mail server is set up"


class EmailConfigExists(AppError):
    kind, code, title = Kind.CONFLICT, "email_config_exists", "A mail server is set up already"


class UnencryptedMail(AppError):
    kind, code, title = Kind.INVALID, "unencrypted_mail", "Mail would leave this machine without encryption"


class PasswordNeeded(AppError):
    kind, code, title = Kind.INVALID, "password_needed", "The password has to be given again"


class UnsubscribeLinkUnknown(AppError):
    kind, code, title = Kind.NOT_FOUND, "unsubscribe_link_unknown", "This link is not known any more"
