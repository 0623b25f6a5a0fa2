"""Who reads what by SQL: exactly what they see elsewhere, by a run token that is good once, here, and for a while."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from tests.support.issues import edit_issue, listed, make_issue, send
from tests.support.people import add_member, make_person, make_project
from tests.support.sandbox import WORD, Box, connected, copied, running_box
from trackly.exports.facade import Caps, preview
from trackly.sandbox import setup
from trackly.sandbox.catalog import VIEWS
from trackly.sandbox.commands import forget_runs, open_run
from trackly.sandbox.facade import ParameterType, check_sql, close_plan
from trackly.sandbox.queries import Rights
from trackly.sandbox.run_tokens import attaching, tokens_in
from trackly.users.facade import Actor, Role

QUERIES = """
SELECT project, status, count(*) FROM issues GROUP BY ROLLUP (project, status) ORDER BY 1 NULLS FIRST, 2;
SELECT key FROM issues WHERE title !~ 'x' AND NOT labels @> ARRAY['x'] AND id NOT IN (1) ORDER BY key DESC LIMIT 3;
SELECT DISTINCT ON (project) project, key FROM issues ORDER BY project, created_at DESC, key;
SELECT i.key, c.n FROM issues i LEFT JOIN LATERAL (SELECT count(*) n FROM comments c WHERE c.issue_id = i.id) c ON true
    WHERE c.n BETWEEN 1 AND 5 ORDER BY 1;
WITH moved AS (SELECT issue, max(at) AS at FROM transitions GROUP BY 1)
    SELECT count(*) FROM moved JOIN issues i ON i.key = moved.issue;
SELECT key, row_number() OVER (PARTITION BY project ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
    FROM issues ORDER BY key;
SELECT string_agg(DISTINCT status, ', ' ORDER BY status) FILTER (WHERE severity = 'HIGH') FROM issues;
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY id) FROM issues;
SELECT changed->'title'->>'new', changed #>> '{title,old}', changed ? 'title' FROM changes ORDER BY id;
SELECT 7 / 2, 7 % 3, 2 ^ 3 ^ 2, -2 ^ 2, 'a' || 'b', (1, 2) = (1, 2), (ARRAY[1, 2, 3])[2:3];
SELECT CASE status WHEN 'DONE' THEN 1 ELSE 0 END, coalesce(assignee, '-'), title LIKE 'a!%' ESCAPE '!' FROM issues
    ORDER BY key;
SELECT d::date FROM generate_series(date '2026-01-30', '2026-02-02', interval '1 day') d;
SELECT extract(isodow FROM date '2026-11-26'), date '2026-11-26' + 7, interval '1 day 2 hours' * 2,
    to_char(date '2026-11-26', 'IYYY-"W"IW FMDay');
SELECT substring('abcdef' FROM 2 FOR 3), substring('abcdef', 3), trim(BOTH 'x' FROM 'xax'), position('b' IN 'abc'),
    overlay('abcdef' PLACING 'X' FROM 2 FOR 3), regexp_replace('a1b2', '([0-9])', '<\\1>', 'g');
SELECT true AND NOT false OR NULL, NULL IS NULL, 1 IS DISTINCT FROM NULL, 'a' IN ('a', 'b'), 1 NOT IN (2, 3);
SELECT 1 = 2 IS NULL, 'a' NOT LIKE 'b' IS TRUE, 1 NOT BETWEEN 2 AND 3 IS FALSE, NOT 1 = 2, 'x' !~ 'y' IS NULL;
SELECT u, n FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY AS t(u, n) UNION ALL (SELECT 'c', 3) ORDER BY 2 DESC;
SELECT sum(x) OVER w, lag(x, 1, 0) OVER w FROM (VALUES (1), (2), (3)) v(x) WINDOW w AS (ORDER BY x DESC);
SELECT max(created) - min(created), count(*) FILTER (WHERE in_open > 0) FROM daily_stats HAVING count(*) > 0
""".strip().split(";\n")
"""Of ordinary reports, one of each kind of thing that may be in them."""


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("rights")) as made:
        yield made


@pytest.mark.parametrize("sql", QUERIES, ids=range(len(QUERIES)))
async def test_what_runs_says_what_was_written(box: Box, sql: str) -> None:
    """The text that is made anew gives the rows of the text that was written."""
    plan = await box.plan(sql)
    async with connected(plan) as connection:
        assert await copied(connection, plan.select) == await copied_again(connection, sql)
    await close_plan(box.app.work, plan)


async def copied_again(connection: psycopg.AsyncConnection[object], sql: str) -> str:
    await connection.execute("ROLLBACK")
    return await copied(connection, sql)


async def test_sql_shows_the_issues_that_the_lists_show(box: Box) -> None:
    """For everybody: an admin, maintainers here and elsewhere, reporters who reported, who watch, and who see all."""
    app, cast = box.app, box.app.cast
    await make_project(app.work, cast.admin, "OPN", reporters_see_all=True)
    away = await make_person(app.work, "Mia Member", Role.REPORTER)
    await add_member(app.work, cast.admin, "AAA", away, Role.REPORTER)
    for author, project in ((cast.reporter, "TRK"), (cast.other, "TRK"), (cast.admin, "OPN"), (away, "AAA")):
        await make_issue(app, author, project=project, title=f"Of {author.name}")
    watched = await make_issue(app, cast.reporter, title="Watched")
    async with app.work.begin("test") as uow:
        values = f"SELECT id, {cast.other.user_id} FROM issue WHERE key = '{watched['key']}'"
        await uow.session.connection(execution_options={})
        await (await uow.session.connection()).exec_driver_sql(f"INSERT INTO watcher (issue_id, user_id) {values}")
    for person in (cast.admin, cast.maintainer, cast.reporter, cast.other, away):
        seen = sorted(await listed(app, person, limit=100))
        assert seen, person.name
        assert sorted(await box.read("SELECT key FROM issues", person)) == seen
        for view, column in (
            ("comments", "issue"),
            ("attachments", "issue"),
            ("issue_labels", "issue"),
            ("changes", "issue"),
        ):
            assert set(await box.read(f"SELECT DISTINCT {column} FROM {view}", person)) <= set(seen)
        changed = await box.read("SELECT DISTINCT issue FROM transitions", person)
        assert sorted(changed) == seen, person.name


async def test_projects_people_and_numbers_are_those_of_the_reader(box: Box) -> None:
    cast = box.app.cast
    assert "BBB" in await box.read("SELECT key FROM projects", cast.admin)
    for person, staff in ((cast.maintainer, True), (cast.reporter, False)):
        answer = await send(box.app, person, "GET", "/api/projects")
        assert sorted(await box.read("SELECT key FROM projects", person)) == sorted(
            p["key"] for p in answer.json()["items"]
        )
        people = await box.read("SELECT name FROM people", person)
        assert (cast.admin.name in people) is staff and person.name in people
        numbers = await box.read("SELECT DISTINCT project FROM daily_stats", person)
        assert numbers == (["AAA"] if staff else [])


async def test_a_deleted_issue_is_gone_and_its_changes_stay_for_maintainers(box: Box) -> None:
    issue = await make_issue(box.app, box.app.cast.admin, project="AAA", title="Short life")
    assert (await send(box.app, box.app.cast.admin, "DELETE", f"/api/issues/{issue['key']}")).status_code == 204
    assert await box.read(f"SELECT 1 FROM issues WHERE key = '{issue['key']}'") == []
    assert await box.read(f"SELECT type FROM changes WHERE issue = '{issue['key']}' ORDER BY id") == [
        "issue.created", "issue.deleted",
    ]  # fmt: skip
    stay = await box.read(f"SELECT status, left_at IS NOT NULL FROM time_in_status WHERE issue = '{issue['key']}'")
    assert stay == ["OPEN,t"]


async def test_what_changes_in_rights_counts_from_the_next_run(box: Box) -> None:
    app, admin = box.app, box.app.cast.admin
    assert await box.read("SELECT DISTINCT project FROM issues WHERE project = 'BBB'") == []
    await add_member(app.work, admin, "BBB", box.reader, Role.MAINTAINER)
    assert await box.read("SELECT DISTINCT project FROM issues WHERE project = 'BBB'") == ["BBB"]
    answer = await send(app, admin, "DELETE", f"/api/projects/BBB/members/{box.reader.user_id}")
    assert answer.status_code == 204
    assert await box.read("SELECT DISTINCT project FROM issues WHERE project = 'BBB'") == []


async def test_a_run_token_is_good_on_one_connection(box: Box) -> None:
    plan = await box.plan("SELECT count(*) FROM issues", box.app.cast.admin)
    (token,) = tokens_in(plan.before)
    async with connected(plan) as first, await psycopg.AsyncConnection.connect(plan.url, autocommit=True) as second:
        assert int(await copied(first, plan.select)) > 3
        await second.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
            await second.execute(attaching(token)[1].encode())
        await second.execute(f"SET reporting.run_token = '{token}'".encode())
        assert await copied(second, plan.select) == "0\n"
        await first.execute("ROLLBACK")
        await first.execute("SET reporting.run_token = 'another'")
        assert await copied(first, plan.select) == "0\n"
    await close_plan(box.app.work, plan)
    assert await box.superuser("SELECT * FROM sandbox_run") == []


async def test_a_run_token_ends_with_its_plan_and_with_its_time(box: Box) -> None:
    closed = await box.plan("SELECT 1")
    await close_plan(box.app.work, closed)
    await close_plan(box.app.work, closed)
    with pytest.raises(psycopg.errors.InvalidAuthorizationSpecification):
        async with connected(closed):
            pass
    old = await box.plan("SELECT count(*) FROM issues")
    async with connected(old) as connection:
        await box.superuser("UPDATE sandbox_run SET expires_at = now() - interval '1 s'")
        assert await copied(connection, old.select) == "0\n"
        async with box.app.work.begin("test") as uow:
            assert await forget_runs(uow) == 1
        with pytest.raises(psycopg.OperationalError):
            await connection.execute("SELECT 1")
    assert await box.still_there() == [] and await box.superuser("SELECT * FROM sandbox_run") == []


async def test_the_hash_of_a_token_is_kept_and_not_the_token(box: Box) -> None:
    async with box.app.work.begin("test") as uow:
        await open_run(uow, "a-token", Rights((1,), (), everybody=False), None, timedelta(minutes=1))
    ((row,),) = await box.superuser("SELECT to_jsonb(r)::text FROM sandbox_run r")
    assert "a-token" not in row
    await box.superuser("DELETE FROM sandbox_run")


async def test_values_come_as_they_are_typed(box: Box) -> None:
    types = {"project": ParameterType.PROJECT, "days": ParameterType.INTEGER, "who": ParameterType.PERSON}
    sql = (
        "SELECT count(*) FROM issues WHERE project = :project AND created_at::date > current_date - :days"
        " AND (:who::bigint IS NULL OR reporter_id = :who)"
    )
    checked = check_sql(sql, types)
    (all_of_it,) = await box.read("SELECT count(*) FROM issues WHERE project = 'AAA'")
    for project, count in (("AAA", all_of_it), ("x' OR true --", "0")):
        values = {"project": project, "days": 30}
        plan = await box.plan_checked(checked, None, values)
        async with connected(plan) as connection:
            assert await copied(connection, plan.select) == f"{count}\n"
        await close_plan(box.app.work, plan)


async def test_an_export_reads_by_the_plan(box: Box) -> None:
    plan = await box.plan("SELECT key, title FROM issues ORDER BY key")
    try:
        shown = await preview(plan, 2, Caps(rows=2, seconds=20.0))
    finally:
        await close_plan(box.app.work, plan)
    assert [column.name for column in shown.columns] == ["key", "title"]
    assert [row[0] for row in shown.rows] == ["AAA-1", "AAA-2"] and shown.truncated
    assert WORD not in str(shown.rows)


async def test_the_place_in_the_log_is_that_of_the_newest_event_about_work(box: Box) -> None:
    plan = await box.plan("SELECT 1")
    async with connected(plan) as connection:
        before = (await copied(connection, str(plan.position))).strip()
        await connection.execute("ROLLBACK")
        assert before.split(".")[1] == str(
            (await box.superuser("SELECT max(seq) FROM event_log WHERE type !~ '^sandbox'"))[0][0]
        )
        await box.sandbox.attack(box.app.cast.admin)
        assert (await copied(connection, str(plan.position))).strip() == before
        await edit_issue(box.app, box.app.cast.admin, "AAA-1", title="Anew")
        await connection.execute("ROLLBACK")
        assert int((await copied(connection, str(plan.position))).strip().split(".")[1]) > int(before.split(".")[1])
    await close_plan(box.app.work, plan)


@pytest.mark.parametrize("view", [view.name for view in VIEWS])
async def test_rights_are_asked_for_once_in_a_statement(box: Box, view: str) -> None:
    plan = await box.plan(f"SELECT * FROM {view}")
    async with connected(plan) as connection:
        rows = await (await connection.execute(f"EXPLAIN (VERBOSE) {plan.select}".encode())).fetchall()
    await close_plan(box.app.work, plan)
    lines = [line for (line,) in rows]
    asked = [number for number, line in enumerate(lines) if "rights" in line and "Function Scan" in line]
    assert asked and all("InitPlan" in lines[number - 1] for number in asked)
    assert not any("rights(" in line for line in lines if "Filter" in line or "Cond" in line)


async def test_the_catalog_says_what_is_in_the_database(box: Box) -> None:
    found = await box.superuser(
        "SELECT c.relname, obj_description(c.oid), array_agg(concat_ws('|', a.attname,"
        " format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)) ORDER BY a.attnum)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'reporting'::regnamespace AND c.relname <> 'own_issue' GROUP BY c.oid, c.relname"
    )
    assert {name: (note, columns) for name, note, columns in found} == {
        view.name: (view.note, [f"{one.name}|{one.type}|{one.note}" for one in view.columns]) for view in VIEWS
    }


async def test_somebody_with_no_project_at_all_reads_nothing(box: Box) -> None:
    nobody = Actor(box.app.cast.other.user_id, "", "Nobody", Role.REPORTER)
    await box.superuser("UPDATE project SET visibility = 'private'")
    try:
        for view in ("issues", "changes", "projects", "labels", "daily_stats", "comments"):
            assert await box.read(f"SELECT count(*) FROM {view}", nobody) == ["0"]
    finally:
        await box.superuser("UPDATE project SET visibility = 'open' WHERE key IN ('TRK', 'OPN')")


async def test_a_connection_is_closed_also_when_its_rollback_is_cancelled(
    rows_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        async with setup.connected(rows_url) as connection:
            monkeypatch.setattr(connection, "rollback", cancelled)
            raise ValueError("a statement failed")
    assert connection.closed
