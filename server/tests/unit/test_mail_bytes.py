"""The bytes of a mail: what may be in its headers, and how its parts lie in each other."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default

import pytest

from trackly.notifications.errors import InvalidAddress
from trackly.notifications.messages import AttachedFile, Channel, DueDelivery, Message, Picture
from trackly.notifications.mime import Envelope, delivery_key, mail_bytes
from trackly.notifications.rules import ensure_mail_address, header_text, shown_address

DUE = DueDelivery(ref="report_run:12", channel=Channel.EMAIL, address="ann@example.com")
ENVELOPE = Envelope("trackly@example.org", "Trackly", "ann@example.com")
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"


async def made(message: Message, due: DueDelivery = DUE, envelope: Envelope = ENVELOPE) -> tuple[bytes, EmailMessage]:
    raw = await mail_bytes(message, due, envelope, "k@example.org", NOW)
    parsed = email.message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    return raw, parsed


def attached(name: str, size: int, link: str | None = "https://t.example/f/1") -> AttachedFile:
    async def read() -> bytes:
        return b"x" * size

    return AttachedFile(name, "text/csv", size, read, link)


def shape(part: EmailMessage) -> object:
    kind = part.get_content_type()
    return (kind, [shape(one) for one in part.iter_parts()]) if part.is_multipart() else kind  # type: ignore[arg-type]


async def test_the_parts_lie_in_each_other_as_mail_programs_want_them() -> None:
    html = '<p>Hello</p><img src="cid:chart-1">'
    message = Message("S", "Hello", html, (Picture("chart-1", PNG),), (attached("all.csv", 5),))
    raw, parsed = await made(message)
    related = ("multipart/related", ["text/html", "image/png"])
    assert shape(parsed) == ("multipart/mixed", [("multipart/alternative", ["text/plain", related]), "text/csv"])
    picture = next(part for part in parsed.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<chart-1>"
    assert picture.get_payload(decode=True) == PNG
    assert all(len(line) <= 998 and line.isascii() for line in raw.split(b"\r\n"))


async def test_text_alone_is_text_alone() -> None:
    _, parsed = await made(Message("S", "Grüße, 日本"))
    assert shape(parsed) == "text/plain"
    assert parsed.get_content().rstrip() == "Grüße, 日本"


async def test_files_beyond_ten_megabytes_are_links() -> None:
    big, small = attached("big & <b>.csv", 9_000_000), attached("small.csv", 1_500_000)
    _, parsed = await made(Message("S", "Hello", "<html><body><p>Hi</p></body></html>", files=(big, small)))
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["big & <b>.csv"]
    text, html = (parsed.get_body((kind,)).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
    assert "small.csv (2 MB) is too large for a mail: https://t.example/f/1" in text
    assert '<p><a href="https://t.example/f/1">small.csv (2 MB) is too large for a mail</a></p></body>' in html


@pytest.mark.parametrize(
    "evil",
    [
        "=?UTF-8?Q?=0ABcc:victim=40example.com=0A?=",
        "==??UTF-8?Q?=0D=0ABcc:victim=40example.com?==",
        "Report\r\nBcc: victim@example.com",
        "Report\nBcc: victim@example.com\n\n<b>body</b>",
        "Report\rBcc: victim@example.com",
        "Report\x0b\x0c\x1c\x1d\x85\u2028\u2029Bcc: victim@example.com",
        "Report " * 200,
    ],
)
async def test_nothing_in_a_title_becomes_a_header(evil: str) -> None:
    message = Message(evil, "Hello", files=(attached(evil, 1),))
    raw, parsed = await made(message, envelope=Envelope("t@example.org", evil, "ann@example.com", "r@example.org"))
    head = raw.partition(b"\r\n\r\n")[0]
    assert not any(line.lower().startswith((b"bcc:", b"victim")) for line in raw.splitlines())
    assert parsed["Bcc"] is None
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    assert sorted(parsed.keys()) == sorted(set(parsed.keys()))
    assert "=?" not in header_text(evil)
    assert [str(one) for one in parsed["To"].addresses] == ["ann@example.com"]


async def test_a_title_in_any_language_is_read_back() -> None:
    title = "Отчёт за неделю — " + "ü" * 150
    _, parsed = await made(Message(title, "Hello"))
    assert parsed["Subject"] == title


async def test_the_way_out_is_in_the_head_of_the_mail() -> None:
    url = "https://issues.a-rather-long-name-of-a-company.example.org/api/notifications/unsubscribe/" + "0" * 36
    due = DueDelivery(ref="r:1", channel=Channel.EMAIL, address="ann@example.com", unsubscribe_url=url)
    raw, parsed = await made(Message("S", "Hello"), due)
    assert f"\r\nList-Unsubscribe: <{url}>\r\n".encode() in raw
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert raw.startswith(b"Message-ID: <k@example.org>\r\n")
    plain, _ = await made(Message("S", "Hello"))
    assert b"List-Unsubscribe" not in plain


async def test_addresses_of_every_alphabet() -> None:
    assert ensure_mail_address("Ann@BÜCHER.example") == "Ann@xn--bcher-kva.example"
    domain = Envelope("t@example.org", "T", ensure_mail_address("ann@bücher.example"))
    assert not domain.needs_utf8
    whole = Envelope("t@example.org", "T", ensure_mail_address("käthe@bücher.example"))
    assert whole.needs_utf8
    raw, _ = await made(Message("S", "Hello"), envelope=whole)
    assert "To: käthe@xn--bcher-kva.example\r\n".encode() in raw


@pytest.mark.parametrize(
    "text",
    ["", "ann", "@example.com", "ann@", "a b@example.com", "ann@exa mple.com", "ann@-x.example", "ann@x..example"]
    + ["ann\r\nBcc: x@y.example@example.com", "a" * 65 + "@example.com", "<ann@example.com>", "ann@[127.0.0.1]"]
    + [".ann@example.com", "a..n@example.com", "ann,bob@example.com", "ann@example.com>", '"a b"@example.com'],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        ensure_mail_address(text)


def test_the_key_of_a_mail_depends_on_what_it_is_and_to_whom() -> None:
    keys = {
        delivery_key(origin, DueDelivery(ref=ref, channel=Channel.EMAIL, address=address))
        for origin in ("https://a.example", "https://b.example")
        for ref in ("r:1", "r:2")
        for address in ("ann@example.com", "bob@example.com")
    }
    assert len(keys) == 8
    assert delivery_key("o", DUE) == delivery_key("o", DUE)


def test_of_a_webhook_only_the_host_is_shown() -> None:
    assert shown_address("webhook", "https://hooks.slack.com/services/T0/B0/secret") == "https://hooks.slack.com/…"
    assert shown_address("email", "ann@example.com") == "ann@example.com"
