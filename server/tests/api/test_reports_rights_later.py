"""Editions, their files, links and deliveries after somebody lost what they had: the rights of now decide."""

from typing import Any

import pytest

from tests.support.app import App
from tests.support.issues import make_issue, send
from tests.support.logins import rows
from tests.support.people import add_member, make_project
from tests.support.reports import downloaded, editions_of, made_run, make_report, to
from trackly.notifications.facade import CannotCompose, Channel, DueDelivery
from trackly.users.facade import Actor, Role

KEYS = {"kind": "dataset", "dataset": "issues", "filter": "is:open", "columns": ["key", "title"]}
SECRET = "Only for who is in SEC"


async def statuses(app: App, actor: Actor, report: Any, run: Any, edition: Any) -> set[int]:
    """Of every way to what is in an edition."""
    file = next(one for one in edition["files"] if one["format"] == "csv")
    paths = (
        f"/api/reports/{report['id']}/editions/{edition['id']}",
        f"/api/runs/{run['id']}/download?format=csv",
        f"/api/runs/{run['id']}/download?file={file['id']}",
        f"/api/runs/{run['id']}/files/{file['id']}/shares",
    )
    return {(await send(app, actor, "GET", path)).status_code for path in paths}


async def change(app: App, method: str, path: str, body: Any = None) -> None:
    answer = await send(app, app.cast.admin, method, path, body)
    assert answer.status_code in (200, 204), answer.text


@pytest.fixture
async def secret(app: App) -> Any:
    """A run of a report on a private project, sent to its maintainer: report, run and the maintainer's edition."""
    cast = app.cast
    await make_project(app.work, cast.admin, "SEC", visibility="private")
    await add_member(app.work, cast.admin, "SEC", cast.maintainer, Role.MAINTAINER)
    await make_issue(app, cast.admin, project="SEC", title=SECRET)
    report = await make_report(app, cast.admin, source=KEYS, recipients=to(cast.maintainer))
    run = await made_run(app, cast.admin, report)
    (edition,) = await editions_of(app, cast.maintainer, run)
    assert SECRET in str(edition["head"])
    assert await statuses(app, cast.maintainer, report, run, edition) == {200}
    return report, run, edition


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/projects/SEC/members/{id}", None),
        ("PUT", "/api/projects/SEC/members/{id}", {"role": "REPORTER"}),
        ("PATCH", "/api/users/{id}", {"role": "REPORTER"}),
    ],
)
async def test_an_edition_is_for_who_would_see_its_rows_now(
    app: App, secret: Any, method: str, path: str, body: Any
) -> None:
    cast = app.cast
    link = await _share(app, cast.maintainer, *secret)
    await change(app, method, path.format(id=cast.maintainer.user_id), body)
    assert await statuses(app, cast.maintainer, *secret) == {404}
    assert await editions_of(app, cast.maintainer, secret[1]) == []
    shown = (await send(app, cast.maintainer, "GET", f"/api/runs/{secret[1]['id']}")).json()
    assert shown["files"] == []
    async with app.client() as nobody:
        assert (await nobody.get(link)).status_code == 404
    assert await statuses(app, cast.admin, *secret) == {200}


async def _share(app: App, actor: Actor, report: Any, run: Any, edition: Any) -> str:
    file = next(one for one in edition["files"] if one["format"] == "csv")
    answer = await send(app, actor, "POST", f"/api/runs/{run['id']}/files/{file['id']}/shares", {})
    assert answer.status_code == 201, answer.text
    async with app.client() as nobody:
        assert SECRET in (await nobody.get(answer.json()["url"])).text
    return str(answer.json()["url"])


async def test_what_somebody_keeps_they_go_on_to_see(app: App, secret: Any) -> None:
    """More rights, rights elsewhere lost, a project that is no more: nothing of it closes a receipt."""
    cast = app.cast
    await make_project(app.work, cast.admin, "NEW", visibility="private")
    await add_member(app.work, cast.admin, "NEW", cast.maintainer, Role.REPORTER)
    assert await statuses(app, cast.maintainer, *secret) == {200}
    await change(app, "PATCH", f"/api/users/{cast.maintainer.user_id}", {"role": "ADMIN"})
    assert await statuses(app, cast.maintainer, *secret) == {200}
    await change(app, "PATCH", f"/api/users/{cast.maintainer.user_id}", {"role": "MAINTAINER"})
    await change(app, "DELETE", "/api/issues/SEC-1")
    await change(app, "DELETE", "/api/projects/SEC")
    assert await statuses(app, cast.maintainer, *secret) == {200}


async def test_a_link_ends_with_the_account_of_who_made_it(app: App, secret: Any) -> None:
    link = await _share(app, app.cast.maintainer, *secret)
    await change(app, "PATCH", f"/api/users/{app.cast.maintainer.user_id}", {"active": False})
    async with app.client() as nobody:
        assert (await nobody.get(link)).status_code == 404


async def test_what_is_sent_later_goes_to_nobody_who_may_not_see_it_by_then(app: App, secret: Any) -> None:
    """Between the making of a run and its sending, or before it is sent again."""
    cast, (_, run, _) = app.cast, secret
    composer = app.asgi.state.composers["report_run"]
    waiting = await rows(app, "SELECT * FROM delivery WHERE ref = :ref", ref=f"report_run:{run['id']}")
    dues = [_due(row) for row in waiting if row.user_id == cast.maintainer.user_id]
    assert {due.channel for due in dues} == {Channel.EMAIL, Channel.INBOX}
    for due in dues:
        assert SECRET in (await composer.compose(due)).html
    await change(app, "DELETE", f"/api/projects/SEC/members/{cast.maintainer.user_id}")
    for due in dues:
        with pytest.raises(CannotCompose, match="may not see all of it any more"):
            await composer.compose(due)


def _due(row: Any) -> DueDelivery:
    return DueDelivery(
        ref=row.ref, channel=Channel(row.channel), user_id=row.user_id, edition_ref=row.edition_ref, topic=row.topic
    )


async def test_the_numbers_of_an_earlier_run_are_made_again_after_more_has_happened(app: App) -> None:
    cast = app.cast
    await make_issue(app, cast.maintainer, title="One")
    report = await make_report(app, cast.maintainer, source=KEYS, formats=["csv", "xlsx", "pdf"])
    first = await made_run(app, cast.maintainer, report)
    await make_issue(app, cast.maintainer, title="Two")
    now = await made_run(app, cast.maintainer, report)
    again = await made_run(app, cast.maintainer, report, as_of=first["as_of"])
    assert (again["error"], again["rows"], again["as_of"]) == (None, 1, first["as_of"])
    assert (now["rows"], now["as_of"] == first["as_of"]) == (2, False)
    for kind in ("csv", "xlsx", "pdf"):
        same = await downloaded(app, cast.maintainer, first, kind)
        assert await downloaded(app, cast.maintainer, again, kind) == same
