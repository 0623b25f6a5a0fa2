"""Several senders, killed in the middle of their mails: everybody gets the mail, and nobody gets two different ones."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.support.app import App
from tests.support.forked import Forked
from tests.support.outbox import REF, rows, send_to, tries
from tests.support.sender_process import send
from tests.support.smtp import Sink, mail_sink

SENDERS, RECIPIENTS = 3, 60
KILLS = int(os.environ.get("DELIVERY_KILLS", "6"))
PATIENCE_S = 50


@pytest.fixture
async def sink(app: App) -> AsyncIterator[Sink]:
    async with mail_sink(Sink(wait_s=0.05)) as sink, await app.as_(app.cast.admin) as admin:
        assert (await admin.post("/api/email-config", json=sink.config())).status_code == 201
        yield sink


def start(app: App) -> Forked:
    return Forked(send, app.database.url, env=os.environ)


@contextmanager
def senders(app: App, count: int) -> Iterator[list[Forked]]:
    running = [start(app) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()


async def until_all_is_final(app: App) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while any(row.settled_at is None for row in (await rows(app.work)).values()):
            await asyncio.sleep(0.1)


async def test_senders_that_are_killed_lose_nothing_and_double_nothing(app: App, sink: Sink) -> None:
    dice = random.Random(7)
    addresses = [f"person{n}@example.com" for n in range(RECIPIENTS)]
    await send_to(app.work, *addresses)
    with senders(app, SENDERS) as running:
        for _ in range(KILLS):
            sink.arrived.clear()
            async with asyncio.timeout(PATIENCE_S):
                await sink.arrived.wait()
            at = dice.randrange(SENDERS)
            running[at].kill()
            running[at].wait()
            running[at] = start(app)
        await until_all_is_final(app)
    extra = 0
    for address in addresses:
        copies = sink.to(address)
        unanswered = sum(one.outcome == "unknown" for one in await tries(app.work, address))
        assert len({mail.message_id for mail in copies}) == 1, address
        assert len(copies) - 1 <= unanswered <= 2, address
        extra += len(copies) - 1
    states = {row.state for row in (await rows(app.work)).values()}
    assert states <= {"sent", "unknown"}
    print(f"{KILLS} kills, {RECIPIENTS} recipients, {extra} mails sent again under their first Message-ID")


async def test_senders_side_by_side_send_each_mail_once(app: App, sink: Sink) -> None:
    sink.wait_s = 0
    addresses = [f"person{n}@example.com" for n in range(RECIPIENTS)]
    await send_to(app.work, *addresses)
    with senders(app, SENDERS):
        await until_all_is_final(app)
    assert sorted(mail.recipients[0] for mail in sink.mails) == sorted(addresses)
    async with app.database.read_session() as session:
        names = (await session.scalars(text("SELECT DISTINCT sender FROM delivery_attempt"))).all()
    assert {row.state for row in (await rows(app.work, REF)).values()} == {"sent"}
    assert names
