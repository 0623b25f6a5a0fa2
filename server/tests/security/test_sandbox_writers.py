"""Who may write SQL, and what the editor is told: admins, and maintainers whom an admin gave the right."""

from typing import Any

import pytest
from sqlalchemy import text

from tests.support.app import App
from tests.support.issues import send
from tests.support.people import add_member, make_person, make_project
from tests.support.verify import verify_command
from trackly.sandbox.catalog import VIEWS
from trackly.sandbox.facade import may_write_sql
from trackly.sandbox.vocabulary import ALLOWED
from trackly.users.facade import Actor, Role


async def ask(app: App, actor: Actor, method: str, path: str = "", body: Any = None) -> Any:
    return await send(app, actor, method, f"/api/sandbox{path}", body)


async def may(app: App, actor: Actor) -> bool:
    async with app.database.read_session() as session:
        return await may_write_sql(session, actor)


async def audit(app: App) -> list[tuple[str, str, int]]:
    async with app.database.read_session() as session:
        noted = "type LIKE 'sandbox.%' AND 'audit' = ANY(audience)"
        query = text(f"SELECT type, entity, actor FROM event_log WHERE {noted} ORDER BY seq")
        return [tuple(row) for row in await session.execute(query)]


async def test_an_admin_gives_a_maintainer_the_right_and_takes_it_back(app: App) -> None:
    admin, maintainer = app.cast.admin, app.cast.maintainer
    place = f"/writers/{maintainer.user_id}"
    assert await may(app, admin) and not await may(app, maintainer)
    assert (await ask(app, maintainer, "POST", "/check", {"sql": "SELECT 1"})).json()["code"] == "may_not_write_sql"
    given = await ask(app, admin, "PUT", place)
    assert given.status_code == 200 and given.json()["user"]["name"] == maintainer.name
    assert given.json()["granted_by"] == admin.user_id
    assert (await ask(app, admin, "PUT", place)).json() == given.json()
    assert (await ask(app, admin, "GET", "/writers")).json() == [given.json()]
    assert await may(app, maintainer)
    assert (await ask(app, maintainer, "POST", "/check", {"sql": "SELECT 1"})).status_code == 200
    assert (await ask(app, maintainer, "GET", "/schema")).status_code == 200
    assert (await ask(app, maintainer, "GET")).status_code == 403
    assert (await ask(app, admin, "DELETE", place)).status_code == 204
    assert (await ask(app, admin, "DELETE", place)).status_code == 204
    assert not await may(app, maintainer)
    assert await audit(app) == [
        (f"sandbox.{what}", f"user:{maintainer.user_id}", admin.user_id)
        for what in ("writer_granted", "writer_revoked")
    ]


async def test_the_change_is_told_to_admins_and_to_whose_right_it_is_alone(app: App) -> None:
    cast = app.cast
    stranger = await make_person(app.work, "Sten Stranger", Role.MAINTAINER)
    readers = (cast.admin, cast.maintainer, cast.reporter, cast.other, stranger)
    for method, what in (("PUT", "granted"), ("DELETE", "revoked")):

        async def change(method: str = method) -> Any:
            return await ask(app, cast.admin, method, f"/writers/{cast.maintainer.user_id}")

        type_ = f"sandbox.writer_{what}"
        verified = await verify_command(app, change, readers=readers, examples=(type_,))
        heard = {name for name, events in verified.told.items() if [one["type"] for one in events] == [type_]}
        assert (verified.types, heard) == ([type_], {cast.admin.name, cast.maintainer.name})
        assert verified.events[0]["user"] == {"id": cast.maintainer.user_id, "name": cast.maintainer.name}
        assert (await verify_command(app, change, readers=readers)).types == []


async def test_the_right_is_for_maintainers_and_ends_when_they_are_none(app: App) -> None:
    admin = app.cast.admin
    member = await make_person(app.work, "Mia Member", Role.REPORTER)
    assert (await ask(app, admin, "PUT", f"/writers/{member.user_id}")).json()["code"] == "not_a_maintainer"
    assert (await ask(app, admin, "PUT", "/writers/999999")).json()["code"] == "user_not_found"
    await make_project(app.work, admin, "ONE", visibility="private")
    await add_member(app.work, admin, "ONE", member, Role.MAINTAINER)
    assert (await ask(app, admin, "PUT", f"/writers/{member.user_id}")).status_code == 200
    assert await may(app, member)
    await add_member(app.work, admin, "ONE", member, Role.REPORTER)
    assert not await may(app, member)
    assert (await ask(app, member, "GET", "/schema")).status_code == 403


async def test_a_token_of_an_admin_without_the_scope_writes_no_sql(app: App) -> None:
    async with await app.as_(app.cast.admin) as client:
        made = await client.post("/api/auth/tokens", json={"name": "A program", "scopes": ["read", "write"]})
    async with app.client(Authorization=f"Bearer {made.json()['token']}") as program:
        assert (await program.post("/api/sandbox/check", json={"sql": "SELECT 1"})).status_code == 403
        assert (await program.put(f"/api/sandbox/writers/{app.cast.maintainer.user_id}")).status_code == 403


async def test_the_editor_is_told_what_sql_means_or_where_it_is_wrong(app: App) -> None:
    body = {
        "sql": "SELECT key FROM issues WHERE created_at >= :day",
        "parameters": [{"name": "day", "type": "date"}, {"name": "label", "type": "label"}],
    }
    right = await ask(app, app.cast.admin, "POST", "/check", body)
    assert right.json() == {
        "sql": 'SELECT "key" FROM "reporting"."issues" WHERE "created_at" >= :day',
        "tables": ["issues"],
        "parameters": ["day"],
        "unused": ["label"],
    }
    wrong = await ask(app, app.cast.admin, "POST", "/check", {"sql": "SELECT key,\n  titel FROM issues"})
    assert wrong.status_code == 422
    problem = wrong.json()
    assert (problem["code"], problem["line"], problem["column"]) == ("invalid_sql", 2, 3)
    assert problem["reason"] == "there is no column titel, is title meant?"
    assert problem["errors"] == [{"field": "sql", "message": problem["reason"]}]


@pytest.mark.parametrize(
    "body",
    [
        {"sql": "SELECT 1", "parameters": [{"name": "Day", "type": "date"}]},
        {"sql": "SELECT 1", "parameters": [{"name": "day", "type": "moment"}]},
        {"sql": "SELECT 1", "parameters": [{"name": "day", "type": "date"}] * 2},
        {"sql": "SELECT 1", "run": True},
        {"sql": "x" * 100_001},
        {},
    ],
)
async def test_what_is_no_question_is_refused(app: App, body: Any) -> None:
    assert (await ask(app, app.cast.admin, "POST", "/check", body)).status_code == 422


async def test_the_editor_is_told_of_every_table_column_and_function(app: App) -> None:
    schema = (await ask(app, app.cast.admin, "GET", "/schema")).json()
    assert [table["name"] for table in schema["tables"]] == [view.name for view in VIEWS]
    assert all(column["description"] and column["type"] for table in schema["tables"] for column in table["columns"])
    assert {name for group in schema["functions"] for name in group["names"]} == ALLOWED


async def test_where_sql_reports_are_off_the_page_says_why_and_what_to_run(app: App) -> None:
    for method in ("GET", "POST"):
        state = (await ask(app, app.cast.admin, method)).json()
        assert state["available"] is False and "may not make roles" in state["reason"]
        assert "CREATE ROLE trackly_report_" in state["script"] and state["layers"] == []
