"""Calling a webhook: signed as Standard Webhooks says, to the address that was looked at, and to no other."""

import asyncio
import base64
import binascii
import hashlib
import hmac
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpcore

from trackly.events.envelope import json_bytes
from trackly.kit.schema import utc_text
from trackly.notifications.messages import DueDelivery, Message
from trackly.notifications.outcomes import Ending, Outcome
from trackly.notifications.rules import shown
from trackly.notifications.webhook_addresses import Target

SECRET_PREFIX = "whsec_"  # noqa: S105 - how they begin, in the standard
_ANSWER_MAX_BYTES = 16 * 1024
_GONE = 410
_SLACK = "https://hooks.slack.com/"
_CONNECT_S, _CALL_S = 10.0, 30.0


def signature(secret: str, message_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of `webhook-signature`. Source: standardwebhooks.com, "Signature scheme"."""
    key = _key(secret)
    signed = b"%b.%d.%b" % (message_id.encode(), timestamp_s, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _key(secret: str) -> bytes:
    """`whsec_` and base64, or a text of any other form."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def body_of(due: DueDelivery, message: Message, moment: datetime) -> bytes:
    """Standard Webhooks' `{type, timestamp, data}`, or Slack's form, which Slack itself always gets."""
    if due.options.get("body") == "slack" or due.address.startswith(_SLACK):
        return json_bytes({"text": f"*{_for_slack(message.subject)}*\n{_for_slack(message.text)}"})
    return json_bytes({"type": message.type, "timestamp": utc_text(moment), "data": message.content})


def _for_slack(text: str) -> str:
    """So that no title calls everybody (`<!channel>`) or hides where a link leads. Source: docs.slack.dev."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `message_id` is the same in each retry: receivers know by it what they have."""

    target: Target
    secret: str | None
    message_id: str
    body: bytes
    timestamp_s: int

    @property
    def headers(self) -> Mapping[str, str]:
        told = {
            "Content-Type": "application/json",
            "User-Agent": "Trackly-Webhooks/1",
            "webhook-id": self.message_id,
            "webhook-timestamp": str(self.timestamp_s),
        }
        if self.secret is not None:
            told["webhook-signature"] = signature(self.secret, self.message_id, self.timestamp_s, self.body)
        return told


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to one address, whatever the name in the URL says now. The name stays in `Host`, and in TLS."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return await self._network.connect_tcp(self._address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


async def post(call: Call, tls: ssl.SSLContext | None = None) -> Outcome:
    """Send it. A redirect is not followed, it is an answer like any other that is not 2xx: tried again later.

    410 means that the receiver wants no more: failed. No exception leaves this."""
    extensions: dict[str, Any] = {"timeout": {"connect": _CONNECT_S}}
    try:
        async with (
            asyncio.timeout(_CALL_S),
            httpcore.AsyncConnectionPool(ssl_context=tls, network_backend=_Pinned(call.target.address)) as pool,
            pool.stream(
                "POST", call.target.url, headers=list(call.headers.items()), content=call.body, extensions=extensions
            ) as response,
        ):
            return _judged(response.status, await _head_of(response))
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.ProxyError) as error:
        return Outcome(Ending.DEFERRED, "connect", _reason(error, "no connection"))
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError) as error:
        return Outcome(Ending.UNKNOWN, "answer", _reason(error, "no answer"))


def _judged(status: int, words: str) -> Outcome:
    answer = f"{status} {words}".strip()
    if 200 <= status < 300:
        return Outcome(Ending.SENT, "answer", answer, status)
    return Outcome(Ending.FAILED if status == _GONE else Ending.DEFERRED, "answer", answer, status)


async def _head_of(response: httpcore.Response) -> str:
    """The beginning of the answer's body; the rest is never read."""
    held = b""
    async for chunk in response.aiter_stream():
        held += chunk
        if len(held) >= _ANSWER_MAX_BYTES:
            break
    return shown(held[:_ANSWER_MAX_BYTES].decode(errors="replace"))


def _reason(error: Exception, otherwise: str) -> str:
    return shown(str(error)) or otherwise
