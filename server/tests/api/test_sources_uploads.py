"""Tables that people upload: how a file is read, and that its rows are a dataset."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.support.app import App
from tests.support.datasets import Found, read
from tests.support.issues import send
from tests.support.logins import rows, stop_clock
from tests.support.people import add_member, make_person, make_project
from tests.support.verify import verify_command
from tests.support.workbooks import Cell, workbook
from trackly.datasets.facade import DatasetSource, InvalidSource
from trackly.kit.db import libpq_url
from trackly.sources.facade import SourceNotFound, check_dataset, list_catalog, plan_dataset, upload_tables
from trackly.users.facade import Actor, Role

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
CSV = (
    "Team;Größe (m²);Seit;Aktiv;PLZ\n"
    "Nord;12,5;01.02.2026;yes;01067\n"
    'Süd;-3;15.11.2026;no;"20095"\n'
    '"Ost; West";0,25;;yes;10115\n'
)


async def upload(app: App, actor: Actor, content: bytes | str, name: str = "Teams", **query: str) -> httpx.Response:
    async with await app.as_(actor) as client:
        return await client.post(
            "/api/data-sources/uploads", params={"name": name, **query}, files={"file": ("teams.csv", content)}
        )


async def uploaded(app: App, content: bytes | str = CSV, **query: str) -> Any:
    answer = await upload(app, app.cast.maintainer, content, **query)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def found(app: App, source_id: int, reader: Actor | None = None, **over: Any) -> Found:
    source = DatasetSource(dataset=f"upload:{source_id}", **over)
    async with app.database.read_session() as session:
        plan = await plan_dataset(session, reader or app.cast.maintainer, source, {}, NOW, libpq_url(app.database.url))
    return read(plan)


async def test_encoding_delimiter_and_types_are_found(app: App) -> None:
    source = await uploaded(app, CSV.encode("cp1252"))
    facts = source["upload"]
    assert facts["note"] == "cp1252, semicolon"
    assert [(one["name"], one["title"], one["type"]) for one in facts["columns"]] == [
        ("team", "Team", "text"),
        ("grosse_m2", "Größe (m²)", "decimal"),
        ("seit", "Seit", "date"),
        ("aktiv", "Aktiv", "boolean"),
        ("plz", "PLZ", "text"),
    ]
    there = await found(app, source["id"])
    assert there.rows == [
        {"team": "Nord", "grosse_m2": Decimal("12.5"), "seit": date(2026, 2, 1), "aktiv": True, "plz": "01067"},
        {"team": "Süd", "grosse_m2": Decimal(-3), "seit": date(2026, 11, 15), "aktiv": False, "plz": "20095"},
        {"team": "Ost; West", "grosse_m2": Decimal("0.25"), "seit": None, "aktiv": True, "plz": "10115"},
    ]
    assert [column.head for column in there.plan.plan.columns or ()][1] == "Größe (m²)"


async def test_a_workbook_keeps_what_excel_knew(app: App) -> None:
    cells: list[list[Cell]] = [
        ["Name", "Count", "Ratio", "Day", "At", "Code", None],
        ["=1+1", 3, 0.5, date(2026, 11, 1), datetime(2026, 11, 1, 9, 30, tzinfo=UTC), "007", None],
        ["b\tc\\n", 4, 2, None, datetime(2026, 11, 2, tzinfo=UTC), "8", None],
        [None, None, None, None, None, None, None],
    ]
    source = await uploaded(app, workbook(cells))
    assert source["upload"]["note"] == "sheet Sheet1"
    there = await found(app, source["id"])
    assert there.rows == [
        {
            "name": "=1+1",
            "column_count": 3,
            "ratio": Decimal("0.5"),
            "day": date(2026, 11, 1),
            "at": datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
            "code": "007",
        },
        {
            "name": "b\tc\\n",
            "column_count": 4,
            "ratio": Decimal(2),
            "day": None,
            "at": datetime(2026, 11, 2, tzinfo=UTC),
            "code": "8",
        },
    ]


@pytest.mark.parametrize(
    ("asked", "teams"),
    [
        ({"filter": "grosse_m2>0"}, ["Nord", "Ost; West"]),
        ({"filter": "team:nord"}, ["Nord"]),
        ({"filter": "team:*t*"}, ["Ost; West"]),
        ({"filter": "seit>=2026-11-01"}, ["Süd"]),
        ({"filter": "seit:none"}, ["Ost; West"]),
        ({"filter": "-aktiv:yes"}, ["Süd"]),
        ({"filter": "west OR plz:01067"}, ["Nord", "Ost; West"]),
        ({"filter": "%"}, []),
        ({"sort": ["-grosse_m2"]}, ["Nord", "Ost; West", "Süd"]),
        ({"sort": ["seit"]}, ["Nord", "Süd", "Ost; West"]),
    ],
)
async def test_it_is_filtered_and_sorted_as_a_dataset(app: App, asked: dict[str, Any], teams: list[str]) -> None:
    source = await uploaded(app)
    assert (await found(app, source["id"], columns=["team"], **asked)).column("team") == teams


async def test_it_is_grouped_and_measured(app: App) -> None:
    source = await uploaded(app)
    measures = ["count", "sum_grosse_m2", "average_grosse_m2", "max_grosse_m2"]
    there = await found(app, source["id"], group_by=["aktiv"], columns=measures, sort=["-count"])
    assert there.rows[0] == {
        "aktiv": True,
        "count": 2,
        "sum_grosse_m2": Decimal("12.75"),
        "average_grosse_m2": Decimal("6.4"),
        "max_grosse_m2": Decimal("12.5"),
    }
    months = await found(app, source["id"], group_by=["seit_month"], columns=["count"])
    assert months.column("seit_month") == [date(2026, 2, 1), date(2026, 11, 1), None]


@pytest.mark.parametrize(
    ("content", "status", "code", "words"),
    [
        (b"", 422, "invalid_input", "is empty"),
        (b"\n\n ; ;\n", 422, "unreadable_table", "nothing in it"),
        (b"a,b\n1,2\n3,4,5\n", 422, "unreadable_table", "line 3 has 3 values, there are 2 titles"),
        (b'a,b\n"1,2\n', 422, "unreadable_table", "line 2"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 422, "unreadable_table", "neither text nor a workbook"),
        (b"PK\x03\x04 but no archive", 422, "unreadable_table", "can't be read as a table"),
        (b"\xd0\xcf\x11\xe0 but no workbook", 422, "unreadable_table", "can't be read as a table"),
        ((",".join(map(str, range(201))) + "\n").encode(), 413, "table_too_large", "201 columns"),
        (b"a\n" + b"1\n" * 200_001, 413, "table_too_large", "more than 200,000 rows"),
    ],
)
async def test_what_is_no_table_is_refused_and_leaves_nothing(
    app: App, content: bytes, status: int, code: str, words: str
) -> None:
    answer = await upload(app, app.cast.maintainer, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert words in answer.json()["detail"]
    assert await rows(app, "SELECT id FROM data_source") == []
    assert await tables(app) == []


async def tables(app: App) -> list[str]:
    statement = "SELECT relname FROM pg_class WHERE relnamespace = 'uploads'::regnamespace AND relkind = 'r'"
    return [row.relname for row in await rows(app, statement)]


async def test_a_new_file_replaces_the_rows_whole(app: App) -> None:
    source = await uploaded(app)
    path = f"/api/data-sources/{source['id']}/content"
    before = await found(app, source["id"])
    async with await app.as_(app.cast.maintainer) as client:
        bad = await client.put(path, files={"file": ("x.csv", b"a,b\n1,2,3\n")})
        assert bad.status_code == 422
        assert (await found(app, source["id"])).rows == before.rows
        good = await client.put(path, files={"file": ("new.csv", b"n\n1\n2\n")})
        assert good.status_code == 200
    assert (good.json()["version"], good.json()["upload"]["file_name"]) == (2, "new.csv")
    assert (await found(app, source["id"])).column("n") == [1, 2]
    assert read(before.plan).rows == before.rows, "who was reading the old rows reads them to their end"
    assert (await found(app, source["id"])).position != before.position


async def test_its_columns_are_described_and_a_new_file_keeps_the_words(app: App) -> None:
    source = await uploaded(app)
    path = f"/api/data-sources/{source['id']}"
    async with await app.as_(app.cast.maintainer) as client:
        told = (await client.patch(path, json={"columns": {"plz": "  Where it is. ", "team": ""}})).json()
        assert {one["name"]: one["description"] for one in told["upload"]["columns"] if one["description"]} == {
            "plz": "Where it is."
        }
        again = await client.patch(path, json={"columns": {"plz": "Where it is."}})
        assert again.json()["version"] == told["version"]
        offered = (await client.get("/api/datasets")).json()["items"]
        columns = next(one for one in offered if one["name"] == f"upload:{source['id']}")["columns"]
        assert {one["name"]: one["description"] for one in columns}["plz"] == "Where it is."
        assert {one["name"]: one["description"] for one in columns}["team"] == "The column Team of the file."
        seen = (await client.get(f"{path}/schema")).json()["tables"][0]["columns"]
        assert {one["name"]: one["description"] for one in seen}["plz"] == "Where it is."
        new = await client.put(f"{path}/content", files={"file": ("new.csv", b"plz,other\n1,2\n")})
        assert [one["description"] for one in new.json()["upload"]["columns"]] == ["Where it is.", ""]


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"nothing": "x"}, "columns.nothing"),
        ({"plz": "x" * 501}, "columns.plz"),
        ({"plz": None}, "columns.plz"),
        (None, "columns"),
    ],
)
async def test_words_about_columns_that_are_refused(app: App, columns: Any, field: str) -> None:
    source = await uploaded(app)
    async with await app.as_(app.cast.maintainer) as client:
        answer = await client.patch(f"/api/data-sources/{source['id']}", json={"columns": columns})
        assert answer.status_code == 422
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert (await client.get(f"/api/data-sources/{source['id']}")).json()["version"] == 1


async def test_replaced_tables_are_dropped_when_nobody_reads_them_any_more(app: App) -> None:
    clock = stop_clock(app)
    state = app.asgi.state
    services = state.sources = replace(state.sources, work=state.work)
    source = await uploaded(app)
    async with await app.as_(app.cast.maintainer) as client:
        await client.put(f"/api/data-sources/{source['id']}/content", files={"file": ("n.csv", b"n\n1\n")})
        assert len(await tables(app)) == 2
        await services.drop_retired()
        assert len(await tables(app)) == 2
        clock.advance(minutes=16)
        await services.drop_retired()
        assert len(await tables(app)) == 1
        assert (await client.delete(f"/api/data-sources/{source['id']}")).status_code == 204
    clock.advance(minutes=16)
    await services.drop_retired()
    assert await tables(app) == []
    assert await rows(app, "SELECT table_name FROM retired_table") == []


async def test_who_may_use_it(app: App) -> None:
    """Its owner, admins, and the maintainers of the project that it is shared with."""
    cast = app.cast
    await make_project(app.work, cast.admin, "PRV", visibility="private")
    await add_member(app.work, cast.admin, "PRV", cast.maintainer, Role.MAINTAINER)
    outside = await make_person(app.work, "Nele Neighbour", Role.MAINTAINER)
    alone = await uploaded(app, name="Alone")
    shared = await uploaded(app, name="Shared", project="TRK")
    private = await uploaded(app, name="Private", project="PRV")
    expected = {outside: {"Shared"}, cast.admin: {"Alone", "Shared", "Private"}}
    for reader, names in expected.items():
        async with await app.as_(reader) as client:
            listed = (await client.get("/api/data-sources")).json()
            assert {one["name"] for one in listed["items"]} == names
            offered = (await client.get("/api/datasets")).json()["items"]
            assert {one["title"] for one in offered if one["name"].startswith("upload:")} == names
        async with app.database.read_session() as session:
            assert {table.title for table in await upload_tables(session, reader)} == names
            assert len(await list_catalog(session, reader)) == 7 + len(names)
    for source, may in ((alone, False), (shared, True), (private, False)):
        asked = DatasetSource(dataset=f"upload:{source['id']}")
        async with app.database.read_session() as session:
            if may:
                await check_dataset(session, outside, asked, {})
                continue
            with pytest.raises(InvalidSource) as refused:
                await check_dataset(session, outside, asked, {})
            assert refused.value.errors[0].field == "source.dataset"
        with pytest.raises(SourceNotFound):
            await found(app, source["id"], outside)


async def test_a_project_that_is_not_theirs_to_know_of_is_not_found(app: App) -> None:
    await make_project(app.work, app.cast.admin, "PRV", visibility="private")
    answer = await upload(app, app.cast.maintainer, CSV, project="PRV")
    assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found")


async def test_the_same_key_and_file_make_one_source(app: App) -> None:
    async with await app.as_(app.cast.maintainer) as client:
        client.headers["Idempotency-Key"] = "once"
        answers = [
            await client.post("/api/data-sources/uploads?name=A", files={"file": ("a.csv", b"a\n1\n")})
            for _ in range(2)
        ]
        other = await client.post("/api/data-sources/uploads?name=A", files={"file": ("a.csv", b"a\n2\n")})
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert answers[1].headers["Idempotent-Replay"] == "true"
    assert other.status_code == 422
    assert len(await tables(app)) == 1


async def test_its_life_is_told_to_its_owner_and_to_admins(app: App) -> None:
    made: dict[str, int] = {}

    async def create() -> Any:
        source = await uploaded(app, name="Told")
        made["id"] = source["id"]
        return source

    seen = await verify_command(app, create, examples=["source.created"])
    assert {name for name, events in seen.told.items() if events} == {"Ada Admin", "Max Maintainer"}
    path = f"/api/data-sources/{made['id']}"
    async with await app.as_(app.cast.maintainer) as client:
        await verify_command(app, lambda: client.patch(path, json={"name": "New"}), examples=["source.updated"])
        again = await verify_command(app, lambda: client.patch(path, json={"name": "New"}))
        assert again.types == []
        await verify_command(app, lambda: client.put(f"{path}/content", files={"file": ("n.csv", b"n\n1\n")}))
        await verify_command(app, lambda: client.delete(path), examples=["source.deleted"])


async def test_its_table_is_where_only_we_read(app: App) -> None:
    await uploaded(app)
    public = "SELECT has_schema_privilege('public', oid, 'USAGE') AS may FROM pg_namespace WHERE nspname = 'uploads'"
    assert [row.may for row in await rows(app, public)] == [False]


async def test_names_that_mean_something_to_a_database_are_columns_too(app: App) -> None:
    """`ctid` and its like are in every table of PostgreSQL, whatever its columns are."""
    titles = ["ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", *("oid", "user", "select", "order", "id", "q", "r")]
    made = await uploaded(app, f"{','.join(titles)}\n{','.join(str(n) for n, _ in enumerate(titles))}\n")
    names = [column["name"] for column in made["upload"]["columns"]]
    assert names[:2] == ["column_ctid", "column_xmin"]
    assert names[6:] == titles[6:]
    source = {"kind": "dataset", "dataset": f"upload:{made['id']}", "filter": "user>=1 column_ctid:0", "sort": ["-oid"]}
    answer = await send(app, app.cast.maintainer, "POST", "/api/reports/preview", {"source": source})
    assert (answer.status_code, answer.json().get("rows")) == (200, [list(range(len(titles)))]), answer.text
