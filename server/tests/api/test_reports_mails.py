"""What is sent of an edition: mail with pictures and files to a real mail server, the inbox, and what programs get."""

import asyncio
import re
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.app import App
from tests.support.issues import edit_issue, make_issue, send
from tests.support.logins import rows
from tests.support.outbox import QUICK
from tests.support.reports import downloaded, editions_of, made_run, make_report, make_run, to
from tests.support.smtp import Mail, Sink, mail_sink
from trackly.notifications.facade import CannotCompose, Channel, DueDelivery
from trackly.users.facade import Actor

KEYS: dict[str, Any] = {"kind": "dataset", "dataset": "issues", "filter": "is:open", "columns": ["key", "title", "due"]}


@asynccontextmanager
async def sending(app: App, sink: Sink):
    """Mail goes to the sink, and a real sender runs."""
    answer = await send(app, app.cast.admin, "POST", "/api/email-config", sink.config())
    assert answer.status_code in (200, 201), answer.text
    state = app.asgi.state
    task = asyncio.create_task(state.notifications.sender(state.composers, pace=QUICK).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def settled(app: App, actor: Actor, run: Any) -> Any:
    """The run once all of its deliveries are final."""
    async with asyncio.timeout(20):
        while True:
            found = (await send(app, actor, "GET", f"/api/runs/{run['id']}")).json()
            if found["finished_at"]:
                return found
            await asyncio.sleep(0.05)


def parts(mail: Mail) -> dict[str, Any]:
    """By content type; pictures and files by name."""
    found: dict[str, Any] = {}
    for part in mail.parsed.walk():
        if not part.is_multipart():
            found[part.get_filename() or part["Content-ID"] or part.get_content_type()] = part.get_content()
    return found


async def test_a_report_arrives(app: App) -> None:
    cast = app.cast
    await make_issue(app, cast.maintainer, title="It prints <b>twice</b>")
    hers_key = (await make_issue(app, cast.reporter, title="Rea's own"))["key"]
    await edit_issue(app, cast.maintainer, hers_key, due_on="2020-01-01")
    report = await make_report(
        app,
        cast.maintainer,
        name="Open & <late>",
        source=KEYS,
        formats=["csv", "pdf", "xlsx"],
        recipients=[*to(cast.maintainer, cast.reporter), {"kind": "email", "address": "board@example.org"}],
        templates={
            "subject": "{{report}}: {{rows}} open, {{overdue}} overdue",
            "intro": "Hello **all**, of {{owner}}. ![x](https://evil.example/x.png)",
        },
    )
    async with mail_sink() as sink, sending(app, sink):
        run = await settled(app, cast.maintainer, await made_run(app, cast.maintainer, report))
        assert (run["status"], run["sent"], run["addressed"]) == ("SUCCESS", 5, 5)
        assert len(sink.mails) == 3
        (to_owner,) = sink.to(cast.maintainer.email)
        (to_reporter,) = sink.to(cast.reporter.email)
        (to_board,) = sink.to("board@example.org")
    assert to_owner.parsed["Subject"] == "Open & <late>: 2 open, 1 overdue"
    assert to_reporter.parsed["Subject"] == "Open & <late>: 1 open, 1 overdue"
    mine, hers, outside = parts(to_owner), parts(to_reporter), parts(to_board)
    html = mine["text/html"]
    assert "It prints &lt;b&gt;twice&lt;/b&gt;" in html
    assert "Hello <strong>all</strong>, of Max Maintainer." in html
    _holds_its_pictures(html, mine)
    assert f"/reports/{report['id']}?run={run['id']}" in html
    assert "It prints" not in str(hers["text/plain"]) + hers["text/html"]
    assert "1 project, as Rea Reporter sees them" in hers["text/plain"]
    assert "It prints <b>twice</b>" in outside["text/plain"]
    await _holds_the_files(app, run, mine)
    assert to_owner.parsed["List-Unsubscribe"]
    inbox = (await send(app, cast.reporter, "GET", "/api/notifications")).json()["items"]
    assert [(one["kind"], one["title"]) for one in inbox] == [("report_ready", "Open & <late>: 1 open, 1 overdue")]
    assert inbox[0]["link"] == f"/reports/{report['id']}?run={run['id']}"


def _holds_its_pictures(html: str, held: dict[str, Any]) -> None:
    """Each picture of the page is in the mail, and there are no others."""
    names = re.findall(r'src="cid:([^"]+)"', html)
    assert len(names) == len(re.findall("<img", html)) == 2
    for name in names:
        found = [content for key, content in held.items() if key.strip("<>").startswith(name)]
        assert any(isinstance(content, bytes) and content.startswith(b"\x89PNG") for content in found)


async def _holds_the_files(app: App, run: Any, held: dict[str, Any]) -> None:
    """The attached files are those of the run."""
    for kind in ("csv", "pdf", "xlsx"):
        name = next(key for key in held if key.endswith(f".{kind}"))
        content = held[name].encode() if isinstance(held[name], str) else held[name]
        whole = await downloaded(app, app.cast.maintainer, run, kind)
        assert content.split() == whole.split() if kind == "csv" else content == whole


async def test_one_of_three_is_refused_and_the_others_have_it(app: App) -> None:
    await make_issue(app, app.cast.maintainer)
    addresses = [{"kind": "email", "address": f"{name}@example.org"} for name in ("a", "b", "c")]
    report = await make_report(app, app.cast.maintainer, source=KEYS, recipients=addresses)
    sink = Sink(rcpt={"b@example.org": "550 5.1.1 No such user"})
    async with mail_sink(sink), sending(app, sink):
        run = await settled(app, app.cast.maintainer, await made_run(app, app.cast.maintainer, report))
    assert (run["status"], run["sent"], run["addressed"]) == ("PARTIAL", 2, 3)
    assert {one["address"]: one["state"] for one in run["deliveries"]} == {
        "a@example.org": "sent",
        "b@example.org": "failed",
        "c@example.org": "sent",
    }


async def test_my_week_is_another_one_for_each(app: App) -> None:
    """`me` in a filter: everybody gets an edition of their own, the owner too."""
    cast = app.cast
    for actor in (cast.admin, cast.maintainer):
        await make_issue(app, cast.admin, title=f"For {actor.name}", assignee_id=actor.user_id)
    report = await make_report(
        app, cast.admin, source={**KEYS, "filter": "is:open assignee:me"}, recipients=to(cast.maintainer, cast.admin)
    )
    run = await made_run(app, cast.admin, report)
    editions = await editions_of(app, cast.admin, run)
    assert [(one["scope_label"], [row[1] for row in one["head"]]) for one in editions] == [
        ("for Ada Admin", ["For Ada Admin"]),
        ("for Max Maintainer", ["For Max Maintainer"]),
    ]
    assert b"For Max" in await downloaded(app, cast.maintainer, run, "csv")


async def test_words_are_tried_before_they_are_saved(app: App) -> None:
    wanted = {
        "name": "Weekly",
        "source": {**KEYS},
        "declared": [{"name": "team", "type": "text", "default": "north"}],
        "templates": {"subject": "{{report}} for {{team}}: {{overdue}}", "intro": "{{nope}} and **{{rows}}**"},
    }
    answer = await send(app, app.cast.maintainer, "POST", "/api/reports/template/preview", wanted)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert shown["subject"].startswith("Weekly for north: ")
    assert [(one["field"], "{{nope}} at line 1, column 1" in one["message"]) for one in shown["errors"]] == [
        ("templates.intro", True)
    ]
    names = {one["name"]: one["example"] for one in shown["variables"]}
    assert names["team"] == "north"
    assert {"report", "rows", "changed", "open", "overdue", "critical"} <= set(names)
    assert "<html" in shown["html"]
    assert "1 new, 1 changed since" in shown["text"]
    refused = await send(app, app.cast.reporter, "POST", "/api/reports/template/preview", wanted)
    assert (refused.status_code, refused.json()["code"]) == (403, "may_not_report")


async def test_a_file_too_large_for_a_mail_is_a_link_that_works(app: App) -> None:
    """Without a login for an address outside, and to the page of files for a person."""
    content = b"x" * 10_000_001
    report = await make_report(app, app.cast.maintainer)
    made = await make_run(app, report, [app.cast.maintainer.user_id], content)
    composer, edition = app.asgi.state.composers["report_run"], f"report_edition:{made['edition']}"
    outside = DueDelivery("report_run:1", Channel.EMAIL, "a@example.org", edition_ref=edition)
    (file,) = (await composer.compose(outside)).files
    assert (file.name, file.size_bytes) == ("open-issues.csv", len(content))
    async with app.client() as nobody:
        answer = await nobody.get(file.link)
    assert (answer.status_code, answer.content) == (200, content)
    inside = DueDelivery("report_run:1", Channel.EMAIL, "b@example.org", user_id=1, edition_ref=edition)
    (own,) = (await composer.compose(inside)).files
    assert own.link.endswith(f"/api/runs/{made['run']}/download?format=csv")
    (shared,) = await rows(app, "SELECT created_by, expires_at - created_at AS span FROM report_share")
    assert (shared.created_by, shared.span.days) == (app.cast.maintainer.user_id, 30)


async def test_what_is_gone_can_t_be_sent(app: App) -> None:
    report = await make_report(app, app.cast.maintainer)
    made = await make_run(app, report, [app.cast.maintainer.user_id])
    composer = app.asgi.state.composers["report_run"]
    due = DueDelivery("report_run:1", Channel.EMAIL, "a@example.org", edition_ref=f"report_edition:{made['edition']}")
    (file,) = (await composer.compose(due)).files
    await app.asgi.state.blobs.delete(made["stored"])
    with pytest.raises(CannotCompose, match="removed by age or quota"):
        await file.read()
    with pytest.raises(CannotCompose, match="gone"):
        await composer.compose(
            DueDelivery("report_run:1", Channel.EMAIL, "a@example.org", edition_ref="report_edition:99")
        )
