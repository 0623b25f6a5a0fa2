"""Webhooks: what a receiver gets, and what follows from what it says."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.app import App, running_app
from tests.support.certificates import make_certificates
from tests.support.outbox import REF, Words, ask, make_due, rows, sender_of, tries
from tests.support.receiver import Receiver, answer, receiver
from trackly.notifications.facade import Channel, Delivery
from trackly.notifications.outcomes import Ending
from trackly.notifications.webhook_addresses import Target
from trackly.notifications.webhook_calls import Call, post

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


@pytest.fixture
async def open_app(database_url: str, tmp_path: Path) -> AsyncIterator[App]:
    """One whose operator lets webhooks reach this machine."""
    async with running_app(database_url, tmp_path, WEBHOOK_ALLOWED_HOSTS="127.0.0.1") as app:
        yield app


@pytest.fixture
async def hook() -> AsyncIterator[Receiver]:
    async with receiver() as made:
        yield made


async def call(app: App, hook: Receiver, **options: object) -> str:
    """Ask for one call, and make it; returns its address."""
    url = f"http://127.0.0.1:{hook.port}/hook?x=1"
    owner = app.cast.maintainer.user_id
    await ask(app.work, [Delivery(REF, Channel.WEBHOOK, url, owner_id=owner, options=options)])
    await sender_of(app, Words()).drain()
    return url


async def test_a_call_is_signed_and_its_answer_is_kept(open_app: App, hook: Receiver) -> None:
    cast, services = open_app.cast, open_app.asgi.state.notifications
    url = f"http://127.0.0.1:{hook.port}/hook?x=1"
    async with open_app.work.begin("test") as uow:
        await services.keep_webhook_secret(uow, cast.maintainer, cast.maintainer.user_id, url, SECRET)
    assert await call(open_app, hook) == url
    (request,) = hook.requests
    assert (request.target, request.headers["host"]) == ("/hook?x=1", f"127.0.0.1:{hook.port}")
    told = json.loads(request.body)
    assert (told["type"], told["data"]) == ("report.ready", {"report": 1})
    signed = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    mac = hmac.digest(base64.b64decode(SECRET.removeprefix("whsec_")), signed, hashlib.sha256)
    assert request.headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    row = (await rows(open_app.work))[url]
    assert (row.state, row.answer) == ("sent", "200 ok")
    async with open_app.database.read_session() as session:
        assert SECRET not in str((await session.execute(text("SELECT * FROM webhook"))).all())


async def test_slack_s_form_and_no_signature_without_a_secret(open_app: App, hook: Receiver) -> None:
    await call(open_app, hook, body="slack")
    assert json.loads(hook.requests[0].body) == {"text": "*Weekly status*\n12 done"}
    assert "webhook-signature" not in hook.requests[0].headers


@pytest.mark.parametrize("said", [answer("500 Oops", b"later"), answer("429 Slow down"), answer("404 Nope"), None])
async def test_what_is_not_taken_is_sent_again_with_the_same_id(
    open_app: App, hook: Receiver, said: bytes | None
) -> None:
    hook.answers = [said, said]
    url = await call(open_app, hook)
    for _ in range(2):
        assert (await rows(open_app.work))[url].final_at is None
        await make_due(open_app.work)
        await sender_of(open_app, Words()).drain()
    assert len({request.headers["webhook-id"] for request in hook.requests}) == 1
    assert len(hook.requests) == 3
    assert (await rows(open_app.work))[url].state == "sent"


async def test_a_redirect_is_not_followed(open_app: App, hook: Receiver) -> None:
    async with receiver() as elsewhere:
        hook.answers = [answer("302 Found", b"", f"Location: http://127.0.0.1:{elsewhere.port}/")]
        url = await call(open_app, hook)
        assert elsewhere.requests == []
    assert (await tries(open_app.work, url))[0].code == 302
    assert (await rows(open_app.work))[url].state == "pending"


async def test_who_is_gone_is_not_called_again(open_app: App, hook: Receiver) -> None:
    hook.answers = [answer("410 Gone")]
    url = await call(open_app, hook)
    assert (await rows(open_app.work))[url].state == "failed"


async def test_of_a_long_answer_only_the_beginning_is_read(open_app: App, hook: Receiver) -> None:
    hook.answers = [answer("200 OK", b"a" * 5_000_000)]
    url = await call(open_app, hook)
    row = (await rows(open_app.work))[url]
    assert (row.state, len(row.answer)) == ("sent", 500)


async def test_nobody_listens_is_told_and_tried_again(open_app: App) -> None:
    async with receiver() as gone:
        pass
    url = await call(open_app, gone)
    assert (await rows(open_app.work))[url].state == "pending"
    assert (await tries(open_app.work, url))[0].step == "connect"


async def test_a_closed_address_is_refused_at_sending_too(app: App, hook: Receiver) -> None:
    url = await call(app, hook)
    row = (await rows(app.work))[url]
    assert (row.state, hook.requests) == ("failed", [])
    assert "is not in the public network" in row.answer


async def test_the_address_that_was_looked_at_is_the_one_that_is_called(hook: Receiver) -> None:
    """The name in the URL leads nowhere: what counts is where it led when it was looked at. The name stays in Host."""
    url = f"http://moved.invalid:{hook.port}/x"
    outcome = await post(Call(Target(url, "moved.invalid", hook.port, "127.0.0.1"), None, "msg_1", b"{}", 1))
    assert outcome.ending is Ending.SENT
    assert hook.requests[0].headers["host"] == f"moved.invalid:{hook.port}"


async def test_the_certificate_has_to_be_the_one_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_certificates(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.authority))
    async with receiver(made.server) as hook:
        for name, ending in (("localhost", Ending.SENT), ("moved.invalid", Ending.DEFERRED)):
            target = Target(f"https://{name}:{hook.port}/", name, hook.port, "127.0.0.1")
            assert (await post(Call(target, None, "msg_1", b"{}", 1))).ending is ending
    assert len(hook.requests) == 1
