"""A definition as it is kept: what was sent in, with everything resolved that does not depend on the day of a run."""

from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from trackly.reports.parts import (
    Catchup,
    Check,
    EmailRecipient,
    Format,
    Overlap,
    Parameter,
    Recipient,
    ReportDocument,
    RoleRecipient,
    Source,
    Templates,
    UserRecipient,
    WebhookRecipient,
)
from trackly.reports.schemas import RecipientOut, WebhookOut

__all__ = ["Definition", "KeptSchedule", "recipients_out"]


class KeptSchedule(BaseModel):
    """A schedule whose words were understood: only the cron that they mean is left of them."""

    model_config = ConfigDict(frozen=True)

    cron: str
    tz: str
    catchup: Catchup
    overlap: Overlap
    grace_s: int
    jitter_s: int
    wait_for: str | None
    wait_until: str | None
    pause_after: int


class Definition(BaseModel):
    """What `report.definition`, each version and each run keep. Of a webhook only the address is in it.

    Members that a later version of the product added are left alone, so that an older one can still read it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    description: str = ""
    source: Source
    parameters: tuple[Parameter, ...] = ()
    formats: tuple[Format, ...]
    schedule: KeptSchedule | None = None
    recipients: tuple[Recipient, ...] = ()
    templates: Templates = Templates()
    checks: tuple[Check, ...] = ()
    document: ReportDocument = ReportDocument()

    @property
    def kept(self) -> dict[str, JsonValue]:
        """As JSON: without what is a secret."""
        written: dict[str, Any] = self.model_dump(mode="json")
        for recipient in written["recipients"]:
            recipient.pop("secret", None)
        return written

    @property
    def tz(self) -> str:
        """The zone that its days are of."""
        return self.schedule.tz if self.schedule else "UTC"

    @property
    def types(self) -> dict[str, str]:
        """The types of its parameters, by name."""
        return {parameter.name: parameter.type for parameter in self.parameters}

    @property
    def webhooks(self) -> list[WebhookRecipient]:
        return [one for one in self.recipients if isinstance(one, WebhookRecipient)]


def recipients_out(definition: Definition, signed: frozenset[str]) -> list[RecipientOut]:
    """As they are shown; `signed`: the webhooks' addresses that have a secret."""
    return [
        one
        if isinstance(one, EmailRecipient | UserRecipient | RoleRecipient)
        else WebhookOut(kind="webhook", url=one.url, has_secret=one.url in signed)
        for one in definition.recipients
    ]
