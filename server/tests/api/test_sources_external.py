"""A PostgreSQL elsewhere: registered by admins, tested in steps, read and never written, never our own."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support.app import App
from tests.support.elsewhere import DATABASE, PASSWORD, READER, postgres_elsewhere, tunnel
from tests.support.issues import send
from tests.support.logins import rows
from tests.support.people import make_person, make_project
from tests.support.server import free_port
from tests.support.verify import verify_command
from trackly.datasets.facade import InvalidSource
from trackly.exports.facade import ExportFailed, ReadPlan, preview
from trackly.kit.db import libpq_url
from trackly.sandbox.facade import InvalidSql
from trackly.sources.facade import SourceNotFound, check_external, plan_external
from trackly.users.facade import Role


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with postgres_elsewhere() as found:
        yield found


def shop(on_port: int, **over: Any) -> dict[str, Any]:
    address = {"host": "127.0.0.1", "port": on_port, "database": DATABASE, "username": READER, "password": PASSWORD}
    return {"name": "Shop", **address, **over}


async def made(app: App, on_port: int, **over: Any) -> Any:
    answer = await send(app, app.cast.admin, "POST", "/api/data-sources", shop(on_port, **over))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def try_it(app: App, source_id: int) -> Any:
    answer = await send(app, app.cast.admin, "POST", f"/api/data-sources/{source_id}/test")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def planned(app: App, source_id: int, sql: str, types: Any = None, values: Any = None) -> ReadPlan:
    async with app.database.read_session() as session:
        box = app.asgi.state.sources.box
        return await plan_external(session, box, app.cast.admin, source_id, sql, types or {}, values or {})


async def test_it_is_tested_in_steps_with_the_words_of_the_server(app: App, port: int) -> None:
    source = await made(app, port)
    assert source["postgresql"]["test_ok"] is None
    trial = await try_it(app, source["id"])
    assert [(step["step"], step["ok"]) for step in trial["steps"]] == [
        *(("resolve", True), ("connect", True), ("identity", True), ("read_only", True), ("read", True)),
    ]
    said = [step["answer"] for step in trial["steps"]]
    assert said[0] == "127.0.0.1"
    assert said[2].startswith("PostgreSQL 18")
    assert said[2].endswith(f"{READER} in {DATABASE}")
    assert said[3:] == ["transaction_read_only is on", "2 tables and views can be read"]
    kept = (await send(app, app.cast.admin, "GET", f"/api/data-sources/{source['id']}")).json()
    assert (kept["postgresql"]["test_ok"], kept["version"]) == (True, 2)


@pytest.mark.parametrize(
    ("over", "step", "words"),
    [
        ({"password": "wrong, and nowhere to be read"}, "connect", "password authentication failed"),
        ({"password": None}, "connect", "no password supplied"),
        ({"database": "nothing"}, "connect", 'database "nothing" does not exist'),
        ({"port": 1}, "connect", "Connection refused"),
        ({"host": "nowhere.invalid"}, "resolve", ""),
        ({"sslmode": "require"}, "connect", "SSL"),
    ],
)
async def test_what_goes_wrong_is_the_last_step(
    app: App, port: int, over: dict[str, Any], step: str, words: str
) -> None:
    source = await made(app, port, **over)
    trial = await try_it(app, source["id"])
    assert not trial["ok"]
    assert trial["steps"][-1]["step"] == step
    assert [one["ok"] for one in trial["steps"]] == [True] * (len(trial["steps"]) - 1) + [False]
    assert words in trial["steps"][-1]["answer"]
    assert "nowhere to be read" not in str(trial)


async def test_the_password_is_sealed_and_never_shown(app: App, port: int) -> None:
    source = await made(app, port)
    admin = app.cast.admin
    said = [str(source), str(await try_it(app, source["id"]))]
    said += [(await send(app, admin, "GET", path)).text for path in ("/api/data-sources", "/api/users")]
    stored = await rows(app, "SELECT d::text AS row, password FROM data_source d")
    log = await rows(app, "SELECT convert_from(body_full, 'UTF8') AS body FROM event_log")
    said += [stored[0].row, *(row.body for row in log)]
    assert stored[0].password
    assert source["postgresql"]["has_password"] is True
    assert not any(PASSWORD in text or PASSWORD[:6] in text for text in said)


async def test_a_password_never_goes_where_it_did_not_go_before(app: App, port: int) -> None:
    source = await made(app, port)
    path = f"/api/data-sources/{source['id']}"
    await try_it(app, source["id"])
    for change in ({"host": "localhost"}, {"port": 5433}, {"username": "other"}, {"sslmode": "disable"}):
        answer = await send(app, app.cast.admin, "PATCH", path, change)
        assert (answer.status_code, answer.json()["code"]) == (422, "password_needed"), change
    moved = await send(app, app.cast.admin, "PATCH", path, {"host": "localhost", "password": PASSWORD})
    assert moved.json()["postgresql"]["test_ok"] is None
    assert (await try_it(app, source["id"]))["ok"]
    renamed = await send(app, app.cast.admin, "PATCH", path, {"name": "Other"})
    assert renamed.json()["postgresql"]["test_ok"] is True


async def test_what_can_be_read_there(app: App, port: int) -> None:
    source = await made(app, port)
    answer = await send(app, app.cast.admin, "GET", f"/api/data-sources/{source['id']}/schema")
    tables = {table["name"]: table for table in answer.json()["tables"]}
    assert set(tables) == {"sale", "large_sale"}
    assert (tables["sale"]["kind"], tables["large_sale"]["kind"]) == ("table", "view")
    assert tables["sale"]["description"] == "What was sold"
    amount = next(column for column in tables["sale"]["columns"] if column["name"] == "amount")
    assert amount == {"name": "amount", "type": "numeric", "nullable": True, "description": "In euros"}


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"port": 1}, "Connection refused"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"host": "nowhere.invalid"}, ""),
    ],
)
async def test_a_schema_that_can_not_be_read(app: App, port: int, over: dict[str, Any], words: str) -> None:
    source = await made(app, port, **over)
    answer = await send(app, app.cast.admin, "GET", f"/api/data-sources/{source['id']}/schema")
    assert (answer.status_code, answer.json()["code"]) == (503, "data_source_unreachable")
    assert words in answer.json()["detail"]


async def test_it_is_read_with_parameters(app: App, port: int) -> None:
    source = await made(app, port)
    sql = "SELECT item, amount FROM sale WHERE item = :item OR amount > :least ORDER BY id"
    types = {"item": "text", "least": "number"}
    for item, expected in (("item 2", ["item 2", "item 10"]), ("' OR true --", ["item 10"])):
        plan = await planned(app, source["id"], sql, types, {"item": item, "least": 14})
        found = await preview(plan)
        assert [row[0] for row in found.rows] == expected


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM sale",
        "SELECT 1; DROP TABLE sale",
        "COPY sale TO PROGRAM 'id'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM pg_catalog.pg_authid",
        "SELECT pg_sleep(100)",
        "WITH gone AS (DELETE FROM sale RETURNING *) SELECT * FROM gone",
    ],
)
async def test_what_is_no_reading_is_refused_before_it_is_sent(app: App, port: int, sql: str) -> None:
    source = await made(app, port)
    async with app.database.read_session() as session:
        with pytest.raises(InvalidSql) as refused:
            await check_external(session, app.cast.admin, source["id"], sql, {})
    assert [error.field for error in refused.value.errors] == ["source.sql"]


async def test_the_connection_itself_writes_nothing(app: App, port: int) -> None:
    """Also without the gate: by what is set on it before anything is read."""
    source = await made(app, port)
    plan = await planned(app, source["id"], "SELECT 1 AS one")
    with psycopg.connect(plan.url, autocommit=True) as connection:
        for statement in plan.before:
            connection.execute(statement.encode())
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TABLE mine (n int)")
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("statement_timeout", "lock_timeout")]
        assert shown == [("1min",), ("1s",)]
        assert connection.info.get_parameters()["application_name"] == "trackly reports"


async def test_an_error_there_says_nothing_of_where_it_is(app: App, port: int) -> None:
    source = await made(app, port)
    for sql, words in (("SELECT * FROM secret", "permission denied"), ("SELECT * FROM nothing", "does not exist")):
        with pytest.raises(ExportFailed) as failed:
            await preview(await planned(app, source["id"], sql))
        assert words in failed.value.message
        assert not any(word in failed.value.message for word in (READER, "127.0.0.1", str(port), DATABASE))


async def test_our_own_database_is_refused_by_every_name(app: App) -> None:
    """By its address when it is registered; by what it is when it is tested, looked at, or read."""
    own = psycopg.conninfo.conninfo_to_dict(libpq_url(app.database.url))
    services = app.asgi.state.sources
    async with tunnel(libpq_url(app.database.url)) as port:
        address = {"host": "127.0.0.1", "port": port, "database": own["dbname"], "username": own["user"]}
        named = f"postgresql://trackly@localhost:{port}/{own['dbname']}"
        app.asgi.state.sources = _Named(services, named)
        answer = await send(app, app.cast.admin, "POST", "/api/data-sources", {"name": "Own", **address})
        assert (answer.status_code, answer.json()["code"]) == (422, "own_database")
        app.asgi.state.sources = services
        source = (await send(app, app.cast.admin, "POST", "/api/data-sources", {"name": "Own", **address})).json()
        trial = await try_it(app, source["id"])
        assert (trial["steps"][-1]["step"], trial["ok"]) == ("identity", False)
        assert "own database" in trial["steps"][-1]["answer"]
        schema = await send(app, app.cast.admin, "GET", f"/api/data-sources/{source['id']}/schema")
        assert (schema.status_code, schema.json()["code"]) == (422, "own_database")
        with pytest.raises(ExportFailed) as failed:
            await preview(await planned(app, source["id"], "SELECT email FROM user_account"))
        assert "own database" in failed.value.message


class _Named:
    """The services, with another address of our own database."""

    def __init__(self, services: Any, own_url: str) -> None:
        self.box, self.own_url = services.box, own_url


async def test_a_maintainer_uses_what_is_shared_and_does_not_see_where_it_is(app: App, port: int) -> None:
    await make_project(app.work, app.cast.admin, "PRV", visibility="private")
    shared = await made(app, port, project="TRK")
    other = await made(app, port, project="PRV", name="Not for them")
    maintainer = await make_person(app.work, "Mia Maintainer", Role.MAINTAINER)
    seen = (await send(app, maintainer, "GET", f"/api/data-sources/{shared['id']}")).json()
    assert (seen["postgresql"], seen["can_edit"], seen["name"]) == (None, False, "Shop")
    listed = (await send(app, maintainer, "GET", "/api/data-sources")).json()
    assert [one["id"] for one in listed["items"]] == [shared["id"]]
    assert (await send(app, maintainer, "GET", f"/api/data-sources/{shared['id']}/schema")).status_code == 200
    async with app.database.read_session() as session:
        await check_external(session, maintainer, shared["id"], "SELECT * FROM sale", {})
        with pytest.raises(InvalidSource) as refused:
            await check_external(session, maintainer, other["id"], "SELECT * FROM sale", {})
        assert refused.value.errors[0].field == "source.data_source_id"
        with pytest.raises(SourceNotFound):
            await plan_external(session, app.asgi.state.sources.box, maintainer, other["id"], "SELECT 1", {}, {})


@pytest.mark.parametrize("host", ["/tmp", "a,b", "a b", "@evil", "host=x", "", "a\nb", "http://a", "[::1]", "a:5432"])
async def test_a_host_is_one_machine(app: App, host: str) -> None:
    answer = await send(app, app.cast.admin, "POST", "/api/data-sources", shop(5432, host=host))
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["host"]


async def test_a_database_has_no_columns_to_describe(app: App, port: int) -> None:
    source = await made(app, port)
    change = {"columns": {"amount": "In euros"}}
    answer = await send(app, app.cast.admin, "PATCH", f"/api/data-sources/{source['id']}", change)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "columns.amount")


async def test_its_life_is_told_to_admins(app: App, port: int) -> None:
    path = "/api/data-sources"
    async with await app.as_(app.cast.admin) as client:
        seen = await verify_command(app, lambda: client.post(path, json=shop(free_port())))
        assert {name for name, events in seen.told.items() if events} == {"Ada Admin"}
        path = f"{path}/{seen.answer.json()['id']}"
        tried = await verify_command(app, lambda: client.post(f"{path}/test"))
        assert tried.types == ["source.updated"]
        stale = await client.patch(path, json={"name": "Late"}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        await verify_command(app, lambda: client.patch(path, json={"description": "Sales", "project": "TRK"}))
        await verify_command(app, lambda: client.delete(path))
