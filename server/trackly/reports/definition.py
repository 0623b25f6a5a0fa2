"""A definition as it is kept: what was sent in, with everything resolved that does not depend on the day of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, JsonValue

from trackly.reports.parts import (
    Catchup,
    Check,
    Format,
    Overlap,
    Parameter,
    Recipient,
    ReportDocument,
    Source,
    Templates,
    UserRecipient,
    WebhookRecipient,
)
from trackly.reports.schemas import RecipientOut, UserRecipientOut, WebhookOut

__all__ = ["Definition", "KeptSchedule", "Known", "recipients_out"]


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
    def user_ids(self) -> set[int]:
        """The people whom it names one by one."""
        return {one.user_id for one in self.recipients if isinstance(one, UserRecipient)}

    @property
    def webhooks(self) -> list[WebhookRecipient]:
        return [one for one in self.recipients if isinstance(one, WebhookRecipient)]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of recipients besides: the names of people, and the addresses of webhooks that have a secret."""

    names: Mapping[int, str]
    signed: frozenset[str]


def recipients_out(definition: Definition, known: Known) -> list[RecipientOut]:
    """As they are shown."""
    return [_recipient_out(one, known) for one in definition.recipients]


def _recipient_out(one: Recipient, known: Known) -> RecipientOut:
    if isinstance(one, UserRecipient):
        return UserRecipientOut(kind="user", user_id=one.user_id, name=known.names.get(one.user_id, ""))
    if isinstance(one, WebhookRecipient):
        return WebhookOut(kind="webhook", url=one.url, has_secret=one.url in known.signed)
    return one
