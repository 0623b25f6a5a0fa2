"""Mail servers that are down, slow, picky or cut off: each recipient's mail fares as if it were alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from tests.support.app import App
from tests.support.outbox import (
    MESSAGE,
    NOTHING_LEFT,
    QUICK,
    REF,
    Words,
    end_leases,
    make_due,
    rows,
    send_to,
    sender_of,
    tries,
)
from tests.support.postgres import TestPostgres
from tests.support.smtp import Sink, mail_sink
from trackly.notifications.facade import AttachedFile, resend_failed, suppress_pending

ANN, BOB, CEM = "ann@example.com", "bob@example.com", "cem@example.com"


@pytest.fixture
async def sink(app: App) -> AsyncIterator[Sink]:
    async with mail_sink() as sink:
        async with await app.as_(app.cast.admin) as admin:
            answer = await admin.post("/api/email-config", json=sink.config())
            assert answer.status_code == 201, answer.text
        yield sink


async def states(app: App) -> dict[str, str]:
    return {address: row.state for address, row in (await rows(app.work)).items()}


async def test_three_recipients_get_a_mail_each_over_one_connection(app: App, sink: Sink) -> None:
    words = Words()
    assert await send_to(app.work, ANN, BOB, CEM) == 3
    assert await send_to(app.work, ANN, BOB, CEM) == 0
    assert await sender_of(app, words).drain() == 3
    assert [mail.recipients for mail in sink.mails] == [(ANN,), (BOB,), (CEM,)]
    assert len({mail.message_id for mail in sink.mails}) == 3
    assert len({mail.connection for mail in sink.mails}) == 1
    assert await states(app) == {ANN: "sent", BOB: "sent", CEM: "sent"}
    (only,) = await tries(app.work, ANN)
    assert (only.outcome, only.step, only.code, only.answer) == ("sent", "accepted", 250, "2.0.0 Queued as 4XyZ")
    assert words.settled_refs == [REF]


async def test_one_that_is_refused_for_good_does_not_hold_up_the_others(app: App, sink: Sink) -> None:
    sink.rcpt[BOB] = "550 5.1.1 No such user"
    words = Words()
    await send_to(app.work, ANN, BOB, CEM)
    await sender_of(app, words).drain()
    assert await states(app) == {ANN: "sent", BOB: "failed", CEM: "sent"}
    (only,) = await tries(app.work, BOB)
    assert (only.outcome, only.step, only.code) == ("failed", "envelope", 550)
    assert only.answer == "550 5.1.1 No such user"
    assert words.settled_refs == [REF]
    await make_due(app.work)
    assert await sender_of(app, words).drain() == 0


async def test_one_that_is_refused_for_now_is_tried_again_alone(app: App, sink: Sink) -> None:
    sink.once[BOB] = ["451 4.7.1 Greylisted, come back"]
    words = Words()
    await send_to(app.work, ANN, BOB, CEM)
    await sender_of(app, words).drain()
    assert await states(app) == {ANN: "sent", BOB: "pending", CEM: "sent"}
    assert words.settled_refs == []
    await make_due(app.work)
    assert await sender_of(app, words).drain() == 1
    assert len(sink.mails) == 3
    assert [one.outcome for one in await tries(app.work, BOB)] == ["deferred", "sent"]
    assert words.settled_refs == [REF]


async def test_the_whole_mail_may_be_refused_too(app: App, sink: Sink) -> None:
    sink.after_data |= {ANN: "452 4.3.1 Disk full", BOB: "554 5.7.1 Looks like spam"}
    await send_to(app.work, ANN, BOB)
    await sender_of(app, Words()).drain()
    assert await states(app) == {ANN: "pending", BOB: "failed"}
    assert [one.answer for one in await tries(app.work, BOB)] == ["554 5.7.1 Looks like spam"]


async def test_an_answer_that_never_came_is_unknown_and_tried_once_more_as_the_same_mail(app: App, sink: Sink) -> None:
    sink.hang_up = 1
    words = Words()
    await send_to(app.work, ANN)
    await sender_of(app, words).drain()
    assert await states(app) == {ANN: "unknown"}
    assert words.settled_refs == []
    await make_due(app.work)
    assert await sender_of(app, words).drain() == 1
    first, second = sink.to(ANN)
    assert first.message_id == second.message_id
    assert await states(app) == {ANN: "sent"}
    assert [one.outcome for one in await tries(app.work, ANN)] == ["unknown", "sent"]


async def test_two_answers_that_never_came_are_the_end_until_somebody_says_again(app: App, sink: Sink) -> None:
    sink.hang_up = 2
    words = Words()
    await send_to(app.work, ANN)
    for _ in range(3):
        await sender_of(app, words).drain()
        await make_due(app.work)
    assert len(sink.mails) == 2
    assert await states(app) == {ANN: "unknown"}
    assert (await rows(app.work))[ANN].final_at is not None
    assert words.settled_refs == [REF]
    async with app.work.begin("test") as uow:
        assert await resend_failed(uow, REF) == 1
    await sender_of(app, words).drain()
    assert len({mail.message_id for mail in sink.mails}) == 1
    assert await states(app) == {ANN: "sent"}
    assert words.settled_refs == [REF, REF]


async def test_only_the_failed_are_sent_again(app: App, sink: Sink) -> None:
    sink.rcpt[BOB] = "550 5.1.1 No such user"
    await send_to(app.work, ANN, BOB)
    await sender_of(app, Words()).drain()
    sink.rcpt.clear()
    async with app.work.begin("test") as uow:
        assert await resend_failed(uow, REF) == 1
    await sender_of(app, Words()).drain()
    assert [mail.recipients for mail in sink.mails] == [(ANN,), (BOB,)]


async def test_a_server_that_is_down_is_waited_for(app: App) -> None:
    words = Words()
    async with mail_sink() as sink, await app.as_(app.cast.admin) as admin:
        await admin.post("/api/email-config", json=sink.config())
    await send_to(app.work, ANN, BOB, CEM)
    await sender_of(app, words).drain()
    assert await states(app) == {ANN: "pending", BOB: "pending", CEM: "pending"}
    (only,) = await tries(app.work, CEM)
    assert (only.outcome, only.step, only.answer) == ("deferred", "connect", "nothing listens there")
    async with mail_sink(port=sink.port) as again:
        await make_due(app.work)
        await sender_of(app, words).drain()
        assert len(again.mails) == 3
    assert words.settled_refs == [REF]


async def test_what_could_not_be_sent_in_a_day_has_failed(app: App) -> None:
    await send_to(app.work, ANN)
    async with mail_sink() as sink, await app.as_(app.cast.admin) as admin:
        await admin.post("/api/email-config", json=sink.config())
    async with app.work.begin("test") as uow:
        await uow.session.execute(text("UPDATE delivery SET give_up_at = now() + interval '30 s'"))
    await sender_of(app, Words()).drain()
    assert await states(app) == {ANN: "failed"}


async def test_a_crash_between_the_last_byte_and_the_answer(app: App, sink: Sink) -> None:
    """The sender is gone, its row says `sending`: when the lease ends nobody knows, and it is tried once more."""
    sink.wait_s = 30
    await send_to(app.work, ANN)
    crashing = asyncio.create_task(sender_of(app, Words()).drain())
    await sink.arrived.wait()
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    assert await states(app) == {ANN: "sending"}
    sink.wait_s = 0
    other = sender_of(app, Words())
    assert await other.drain() == 0
    await end_leases(app.work)
    await other.drain()
    assert await states(app) == {ANN: "unknown"}
    await make_due(app.work)
    await other.drain()
    assert await states(app) == {ANN: "sent"}
    assert len({mail.message_id for mail in sink.to(ANN)}) == 1
    assert [one.outcome for one in await tries(app.work, ANN)] == ["unknown", "sent"]


async def test_a_sender_that_is_ended_in_order_waits_for_the_answer(app: App, sink: Sink) -> None:
    sink.wait_s = 0.3
    await send_to(app.work, ANN)
    running = asyncio.create_task(sender_of(app, Words()).run())
    await sink.arrived.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await states(app) == {ANN: "sent"}


async def test_an_answer_is_not_lost_while_the_database_is_away(
    app: App, sink: Sink, postgres: TestPostgres, rows_url: str
) -> None:
    sink.wait_s = 0.2
    name = rows_url.split("@/")[1].split("?", maxsplit=1)[0]
    await send_to(app.work, ANN)
    sending = asyncio.create_task(sender_of(app, Words()).drain())
    await sink.arrived.wait()
    async with await psycopg.AsyncConnection.connect(postgres.superuser_url("postgres"), autocommit=True) as operator:
        await operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        await operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        await asyncio.sleep(0.6)
        assert not sending.done()
        await operator.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await sending
    assert await states(app) == {ANN: "sent"}
    assert len(sink.mails) == 1


async def test_what_is_sent_is_counted(app: App, sink: Sink) -> None:
    metrics = app.asgi.state.metrics
    sender = app.asgi.state.sender
    app.asgi.state.composers["report_run"] = Words()
    await send_to(app.work, ANN, BOB)
    sink.rcpt[BOB] = "550 5.1.1 No such user"
    await sender.drain()
    said = metrics.text().decode()
    for ending in ("sent", "failed"):
        assert f'trackly_delivery_tries_total{{channel="email",ending="{ending}"}} 1.0' in said


async def test_a_sender_that_has_lost_its_lease_sends_nothing(app: App, sink: Sink) -> None:
    slow, quick = sender_of(app, Words()), sender_of(app, Words())
    await send_to(app.work, ANN)
    lane = slow.lanes[0]
    (lease,) = await slow.outbox.claim(lane.channel, 5)
    await end_leases(app.work)
    await quick.drain()
    await slow._deliver(lane, lease)
    assert len(sink.mails) == 1
    assert [one.outcome for one in await tries(app.work, ANN)] == ["sent"]


SHORT = replace(QUICK, lease_s=1, renew_s=0.1)


async def test_a_lease_holds_as_long_as_its_sender_works(app: App, sink: Sink) -> None:
    """Two mails of one batch, each slower than a lease: nobody else takes them, and nobody takes them for lost."""
    sink.wait_s = 1.3
    await send_to(app.work, ANN, BOB)
    sending = asyncio.create_task(sender_of(app, Words(), SHORT).drain())
    await sink.arrived.wait()
    other = sender_of(app, Words(), SHORT)
    while not sending.done():
        assert await other.drain() == 0
        await asyncio.sleep(0.02)
    await sending
    assert await states(app) == {ANN: "sent", BOB: "sent"}
    assert len(sink.mails) == 2


async def test_the_mails_of_a_sender_that_died_are_taken_when_their_leases_end(app: App, sink: Sink) -> None:
    sink.wait_s = 30
    await send_to(app.work, ANN, BOB)
    crashing = asyncio.create_task(sender_of(app, Words(), SHORT).drain())
    await sink.arrived.wait()
    crashing.cancel()
    await asyncio.gather(crashing, return_exceptions=True)
    sink.wait_s = 0
    other = sender_of(app, Words(), SHORT)
    async with asyncio.timeout(10):
        while await states(app) != {ANN: "unknown", BOB: "sent"}:
            await other.drain()
            await asyncio.sleep(0.05)


async def test_what_is_gone_is_not_sent(app: App, sink: Sink) -> None:
    words = Words(by_address={ANN: NOTHING_LEFT, BOB: RuntimeError("a bug")})
    await send_to(app.work, ANN, BOB)
    await send_to(app.work, CEM)
    async with app.work.begin("test") as uow:
        assert await suppress_pending(uow, "report_run:13", "cancelled") == 0
    await sender_of(app, words).drain()
    assert await states(app) == {ANN: "failed", BOB: "pending", CEM: "sent"}
    found = await rows(app.work)
    assert found[ANN].answer == "the edition was removed"
    assert found[BOB].answer == "an error on our side: RuntimeError"
    async with app.work.begin("test") as uow:
        assert await suppress_pending(uow, REF, "cancelled by Ada Admin") == 1
    await sender_of(app, words).drain()
    assert (await rows(app.work))[BOB].state == "suppressed"
    assert words.settled_refs == [REF]


async def test_a_composer_that_could_not_be_told_is_told_again(app: App, sink: Sink) -> None:
    words = Words(fails_to_settle=1)
    await send_to(app.work, ANN)
    sender = sender_of(app, words)
    await sender.drain()
    await sender.drain()
    assert words.settled_refs == [REF]


async def test_without_a_mail_server_it_fails_with_the_reason(app: App) -> None:
    await send_to(app.work, ANN)
    await sender_of(app, Words()).drain()
    assert (await rows(app.work))[ANN].answer == "no mail server is set up, or it is switched off"


async def test_who_has_left_gets_nothing(app: App, sink: Sink) -> None:
    async with await app.as_(app.cast.admin) as admin:
        await admin.patch(f"/api/users/{app.cast.other.user_id}", json={"active": False})
    await send_to(app.work, app.cast.other.email, user_id=app.cast.other.user_id)
    await sender_of(app, Words()).drain()
    assert list((await states(app)).values()) == ["suppressed"]
    assert sink.mails == []


async def test_a_large_mail_with_lines_of_dots_arrives_as_it_was(app: App, sink: Sink) -> None:
    dots = "\n".join(["..", ".", "a", ".hidden", ""] * 3)
    content = bytes(range(256)) * 12_000

    async def read() -> bytes:
        return content

    message = replace(MESSAGE, text=dots, files=(AttachedFile("all.bin", "application/x-test", len(content), read),))
    await send_to(app.work, ANN, BOB)
    await sender_of(app, Words(message)).drain()
    assert await states(app) == {ANN: "sent", BOB: "sent"}
    (mail,) = sink.to(BOB)
    body = mail.parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == dots.splitlines()
    (file,) = mail.parsed.iter_attachments()
    assert file.get_payload(decode=True) == content
