"""The mail server on the wire. Its password goes in and never comes out."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from trackly.kit.hosts import ascii_host
from trackly.kit.schema import In, Out, UtcTime
from trackly.notifications.errors import InvalidAddress
from trackly.notifications.rules import ensure_mail_address
from trackly.notifications.smtp import Step

SECRET_MAX = 1000


def _host(text: str) -> str:
    """A name as DNS has it, or an IP address."""
    host = text.strip().strip("[]").rstrip(".")
    if ":" in host and all(char in "0123456789abcdefABCDEF:." for char in host):
        return host
    name = ascii_host(host)
    if name is None:
        raise ValueError("must be the name or the address of a host")
    return name


def _address(text: str) -> str:
    try:
        return ensure_mail_address(text)
    except InvalidAddress as error:
        raise ValueError(error.detail) from None


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable characters")
    return text.strip()


Host = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_host)]
MailAddress = Annotated[str, StringConstraints(min_length=3, max_length=320), AfterValidator(_address)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
Security = Literal["starttls", "tls", "none"]


class EmailConfigIn(In):
    """The whole configuration. `password` left out: the stored one is kept, as long as it goes to the same server and
    user. `plain_text_allowed` is needed for `security: none` to any host but this machine."""

    preset: Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9_-]+$")] = "custom"
    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)]
    security: Security = "starttls"
    plain_text_allowed: bool = False
    username: (
        Annotated[str, StringConstraints(min_length=1, max_length=SECRET_MAX), AfterValidator(_one_line)] | None
    ) = None
    password: (
        Annotated[str, StringConstraints(min_length=1, max_length=SECRET_MAX), AfterValidator(_one_line)] | None
    ) = None
    from_address: MailAddress
    from_name: Line = "Trackly"
    reply_to: MailAddress | None = None
    is_active: bool = True


class EmailConfigOut(Out):
    """`has_password`: one is stored. `test_ok` is how the last test of what is stored went; null: none since."""

    preset: str
    host: str
    port: int
    security: Security
    plain_text_allowed: bool
    username: str | None
    has_password: bool
    from_address: str
    from_name: str
    reply_to: str | None
    is_active: bool
    tested_at: UtcTime | None
    test_ok: bool | None
    version: int
    updated_at: UtcTime


class EmailPreset(Out):
    """What a provider needs. `supported` false: it can't be used, and `note` says why."""

    name: str
    title: str
    host: str
    port: int
    security: Security
    username_hint: str
    password_hint: str
    note: str
    supported: bool
    link: str | None


class EmailPresets(Out):
    """`configured`: a mail server is set up, whichever it is."""

    items: tuple[EmailPreset, ...]
    configured: bool


class EmailTrialIn(In):
    """`config`: what is in the form; left out: what is stored. `to`: who gets a test mail; left out: oneself.

    `dry`: everything but the mail itself."""

    config: EmailConfigIn | None = None
    to: MailAddress | None = None
    dry: bool = False


class TrialStep(Out):
    """One step of a test. `answer`: the server's own words, or ours when it said nothing. `ms`: how long it took."""

    step: Step
    ok: bool
    answer: str
    code: int | None
    ms: int


class EmailTrial(Out):
    """The steps in their order, up to the first that failed."""

    ok: bool
    to: str
    steps: list[TrialStep]
