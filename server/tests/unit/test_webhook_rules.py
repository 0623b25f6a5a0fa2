"""Where webhooks may go, and how what is sent there is signed."""

import asyncio
import base64
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from trackly.kit.hosts import AllowedHosts
from trackly.notifications.errors import WebhookHostUnknown, WebhookRefused
from trackly.notifications.messages import Channel, DueDelivery, Message
from trackly.notifications.webhook_addresses import check_webhook_url
from trackly.notifications.webhook_calls import Call, body_of, signature

Answers = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What the name service says, in place of the one of this machine."""

    def say(**addresses: list[str]) -> None:
        async def getaddrinfo(self: Any, host: str, port: int, **_: Any) -> list[Any]:
            found = addresses.get(host.replace(".", "_"))
            if found is None:
                raise socket.gaierror(-2, "Name or service not known")
            return [(0, 0, 0, "", (address, port)) for address in found]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    return say


CLOSED = (
    *("127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.1", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "100.100.100.200", "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.0.0.1"),
    *("::1", "::", "fc00::1", "fd12::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1"),
    *("2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fd00:ec2::254", "100::1"),
)


@pytest.mark.parametrize("address", CLOSED)
async def test_a_name_of_a_closed_address_is_refused(names: Answers, address: str) -> None:
    names(hooks_example=[address])
    with pytest.raises(WebhookRefused, match="not in the public network"):
        await check_webhook_url("https://hooks.example/x")


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "172.32.0.1", "100.128.0.1"])
async def test_a_name_of_a_public_address_is_resolved_once_and_kept(names: Answers, address: str) -> None:
    names(hooks_example=[address])
    target = await check_webhook_url("https://hooks.example:8443/x?y=1")
    assert (target.host, target.port, target.address) == ("hooks.example", 8443, address)


async def test_one_closed_address_among_open_ones_is_refused(names: Answers) -> None:
    names(hooks_example=["8.8.8.8", "10.0.0.1"])
    with pytest.raises(WebhookRefused):
        await check_webhook_url("https://hooks.example/")


async def test_a_name_that_nobody_knows(names: Answers) -> None:
    names()
    with pytest.raises(WebhookHostUnknown):
        await check_webhook_url("https://hooks.example/")


@pytest.mark.parametrize(
    "url",
    ["", "hooks.example", "ftp://hooks.example/", "https://", "https://:443/", "file:///etc/passwd", "//hooks.example/"]
    + ["https://me:pw@hooks.example/", "https://hooks.example/#x", "https://hooks.example/a b", "javascript:alert(1)"]
    + ["https://hooks.example:0/", "https://hooks.example:99999/", "https://hooks.example/\r\nX: y", "https://[::1/"]
    + ["https://bücher.example/", "https://hooks.example/" + "x" * 2000, "http://hooks.example/", "https:\\\\x.y"],
)
async def test_what_is_no_good_address_is_refused(names: Answers, url: str) -> None:
    names(hooks_example=["8.8.8.8"])
    with pytest.raises(WebhookRefused):
        await check_webhook_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1/", "https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/"]
    + [
        "https://[::ffff:127.0.0.1]/",
        "https://localhost/",
        "https://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
async def test_every_way_to_write_this_machine_is_refused(url: str) -> None:
    with pytest.raises(WebhookRefused):
        await check_webhook_url(url)


@pytest.mark.parametrize("allowed", [["hooks.lan"], ["10.0.0.0/8"], ["10.1.2.3"]])
async def test_what_the_operator_allows_is_reached_and_by_plain_http(names: Answers, allowed: list[str]) -> None:
    names(hooks_lan=["10.1.2.3"], other_lan=["192.168.0.1"])
    hosts = AllowedHosts.of(allowed)
    assert (await check_webhook_url("http://hooks.lan/", hosts)).address == "10.1.2.3"
    with pytest.raises(WebhookRefused):
        await check_webhook_url("https://other.lan/", hosts)


@pytest.mark.parametrize("entry", ["", "a b", "10.0.0.0/33", "http://x", "1.2.3", "*.lan", "x/y"])
def test_what_is_no_host_can_not_be_allowed(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host name nor a network"):
        AllowedHosts.of([entry])


def test_the_signature_is_the_one_of_the_standard() -> None:
    """The example of the specification's reference implementation."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_any_text_can_be_the_secret() -> None:
    whole = "whsec_" + base64.b64encode(b"k" * 32).decode()
    assert signature(whole, "m", 1, b"x") == signature("k" * 32, "m", 1, b"x")
    assert signature("whsec_not base64!", "m", 1, b"x") != signature("whsec_other", "m", 1, b"x")


def test_unsigned_means_without_the_header() -> None:
    target = None
    call = Call(target, None, "msg_1", b"{}", 1)  # type: ignore[arg-type]
    assert "webhook-signature" not in call.headers


def test_slack_gets_what_slack_shows() -> None:
    message = Message("Weekly <!channel>", "12 done", content={"rows": 12})
    moment = datetime(2026, 11, 26, 9, tzinfo=UTC)
    plain = DueDelivery(ref="r:1", channel=Channel.WEBHOOK)
    slack = DueDelivery(ref="r:1", channel=Channel.WEBHOOK, options={"body": "slack"})
    assert body_of(slack, message, moment) == b'{"text":"*Weekly &lt;!channel&gt;*\\n12 done"}'
    assert body_of(plain, message, moment) == (
        b'{"type":"report.ready","timestamp":"2026-11-26T09:00:00.000000Z","data":{"rows":12}}'
    )
