"""The inbox: what is in it, to whom it is told, and that a line comes once."""

import pytest

from tests.support.app import App
from tests.support.issues import send
from tests.support.outbox import REF, Words, ask, rows, sender_of
from tests.support.reducer import Json
from tests.support.smtp import mail_sink
from tests.support.verify import verify_command
from trackly.notifications.facade import Channel, Delivery, Notice, notify
from trackly.users.facade import Actor

NOTICE = Notice("schedule_paused", "Weekly status is paused", "Three runs failed", "/reports/1")


async def put(app: App, *people: Actor, notice: Notice = NOTICE, ref: str | None = None) -> int:
    async with app.work.begin("test") as uow:
        return await notify(uow, [person.user_id for person in people], notice, ref=ref)


async def inbox(app: App, reader: Actor, query: str = "") -> Json:
    answer = await send(app, reader, "GET", f"/api/notifications{query}")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_lines_come_newest_first_in_pages(app: App) -> None:
    for n in range(5):
        await put(app, app.cast.reporter, notice=Notice("report_ready", f"no {n}"))
    titles: list[str] = []
    query = "?limit=2"
    while True:
        page = await inbox(app, app.cast.reporter, query)
        assert page["unread"] == 5
        titles += [line["title"] for line in page["items"]]
        if page["next"] is None:
            break
        query = f"?limit=2&after={page['next']}"
    assert titles == [f"no {n}" for n in reversed(range(5))]
    bad = await send(app, app.cast.reporter, "GET", "/api/notifications?after=WyJ4Il0")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "after")


async def test_a_line_is_told_to_its_reader_alone(app: App) -> None:
    seen = await verify_command(app, lambda: put(app, app.cast.reporter), examples=["notification.created"])
    assert seen.types == ["notification.created"]
    assert {name for name, told in seen.told.items() if told} == {"Rea Reporter"}
    event = seen.events[0]
    assert event["unread"] == 1
    assert event["notification"] == (await inbox(app, app.cast.reporter))["items"][0]
    assert event["notification"]["title"] == "Weekly status is paused"
    assert (await inbox(app, app.cast.admin))["items"] == []


async def test_reading_some_and_reading_all(app: App) -> None:
    cast = app.cast
    for _ in range(3):
        await put(app, cast.reporter, cast.other)
    ids = [line["id"] for line in (await inbox(app, cast.reporter))["items"]]
    theirs = [line["id"] for line in (await inbox(app, cast.other))["items"]]

    async def read(body: Json) -> Json:
        answer = await send(app, cast.reporter, "POST", "/api/notifications/read", body)
        assert answer.status_code == 200, answer.text
        unread: Json = answer.json()
        return unread

    seen = await verify_command(app, lambda: read({"ids": [ids[0], theirs[0]]}), examples=["notification.read"])
    assert seen.answer == {"unread": 2}
    assert {name for name, told in seen.told.items() if told} == {"Rea Reporter"}
    assert seen.events[0]["read"]["ids"] == [ids[0]]
    again = await verify_command(app, lambda: read({"ids": [ids[0]]}))
    assert again.types == []
    rest = await verify_command(app, lambda: read({"all": True}))
    assert rest.events[0]["read"]["ids"] is None
    assert rest.events[0]["read"]["through"] == max(ids)
    assert rest.answer == {"unread": 0}
    assert (await inbox(app, cast.reporter, "?unread=true"))["items"] == []
    assert (await inbox(app, cast.other))["unread"] == 3


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": [0]}, {"ids": [1], "all": True}, {"all": False}, {"id": 1}])
async def test_what_is_not_clear_is_refused(app: App, body: Json) -> None:
    answer = await send(app, app.cast.reporter, "POST", "/api/notifications/read", body)
    assert answer.status_code == 422


async def test_a_delivery_to_an_inbox_is_one_line(app: App) -> None:
    cast, words = app.cast, Words()
    mine = Delivery(REF, Channel.INBOX, user_id=cast.reporter.user_id, owner_id=cast.maintainer.user_id)
    assert await ask(app.work, [mine]) == 1
    assert await ask(app.work, [mine]) == 0
    assert await sender_of(app, words).drain() == 1
    assert await sender_of(app, words).drain() == 0
    (line,) = (await inbox(app, cast.reporter))["items"]
    assert (line["kind"], line["title"], line["ref"]) == ("report_ready", "Weekly status is here", REF)
    assert words.settled_refs == [REF]
    (row,) = (await rows(app.work)).values()
    assert (row.state, row.attempts, row.answer) == ("sent", 1, "in the inbox")


async def test_a_delivery_is_told_to_its_owner_and_to_admins(app: App) -> None:
    cast = app.cast
    mine = Delivery(REF, Channel.INBOX, user_id=cast.reporter.user_id, owner_id=cast.maintainer.user_id)
    asked = await verify_command(app, lambda: ask(app.work, [mine]), examples=["delivery.updated"])
    assert {name for name, told in asked.told.items() if told} == {"Ada Admin", "Max Maintainer"}
    sent = await verify_command(app, sender_of(app, Words()).drain)
    assert sent.types == ["delivery.updated", "notification.created"]
    assert [event["delivery"]["state"] for event in asked.events + sent.events[:1]] == ["pending", "sent"]
    path = f"/api/deliveries/{asked.events[0]['delivery']['id']}/attempts"
    for reader, status in ((cast.admin, 200), (cast.maintainer, 200), (cast.reporter, 404), (cast.other, 404)):
        assert (await send(app, reader, "GET", path)).status_code == status
    (one,) = (await send(app, cast.maintainer, "GET", path)).json()["items"]
    assert (one["number"], one["outcome"], one["answer"]) == (1, "sent", "in the inbox")


async def test_who_unsubscribes_gets_no_more_of_it(app: App) -> None:
    words, ann = Words(), "ann@example.com"
    async with mail_sink() as sink:
        await send(app, app.cast.admin, "POST", "/api/email-config", sink.config())
        await ask(app.work, [Delivery(REF, Channel.EMAIL, ann, topic="report:5")])
        await sender_of(app, words).drain()
        header = str(sink.mails[0].parsed["List-Unsubscribe"])
        token = header.removesuffix(">").rpartition("/")[2]
        assert header == f"<http://127.0.0.1:8000/api/notifications/unsubscribe/{token}>"
        async with app.client() as anybody:
            looked = await anybody.get(f"/api/notifications/unsubscribe/{token}")
            assert (looked.status_code, looked.headers["location"]) == (
                303,
                f"http://127.0.0.1:8000/unsubscribe/{token}",
            )
            found = await anybody.get(f"/api/notifications/subscriptions/{token}")
            assert found.json() == {"token": token, "address": ann, "topic": "report:5", "subscribed": True}
            one_click = {"List-Unsubscribe": "One-Click"}
            done = await anybody.post(f"/api/notifications/unsubscribe/{token}", data=one_click)
            assert (done.status_code, done.json()["subscribed"]) == (200, False)
            unknown = await anybody.post("/api/notifications/unsubscribe/00000000-0000-4000-8000-000000000000")
            assert unknown.json()["code"] == "unsubscribe_link_unknown"
        other = "report_run:13"
        await ask(app.work, [Delivery(other, Channel.EMAIL, ann, topic="report:5")])
        await ask(app.work, [Delivery("report_run:14", Channel.EMAIL, ann, topic="report:6")])
        await sender_of(app, words).drain()
        assert (await rows(app.work, other))[ann].answer == "the recipient unsubscribed"
        assert len(sink.mails) == 2
        async with app.client() as anybody:
            await anybody.post(f"/api/notifications/subscribe/{token}")
        await ask(app.work, [Delivery("report_run:15", Channel.EMAIL, ann, topic="report:5")])
        await sender_of(app, words).drain()
        assert len(sink.mails) == 3
