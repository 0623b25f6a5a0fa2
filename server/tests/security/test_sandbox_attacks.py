"""What people might write to get more than their rows: nothing of it does, and nothing stays behind."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.support.sandbox import SHORT, WORD, Box, connected, copied, running_box, said
from tests.support.sandbox_attacks import EVERY, ORACLES
from tests.support.sandbox_attacks_on_memory import ENDLESS, MEMORY
from tests.support.sandbox_further_attacks import FURTHER
from tests.support.sandbox_odd_attacks import ODD
from trackly.sandbox.facade import CheckedSql, InvalidSql, check_sql, close_plan

ALL = (*EVERY, *ODD, *MEMORY, *FURTHER)
NAMED = [pytest.param(sql, id=f"{number:03}-{sql[:40]!a}") for number, sql in enumerate(ALL)]
FOR_EVER = [pytest.param(sql, id=f"e{number:02}-{sql[:40]!a}") for number, sql in enumerate(ENDLESS)]


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("sandbox")) as made:
        assert not await made.changed()
        yield made


def test_the_list_is_long_and_names_what_it_is_after() -> None:
    every = (*ALL, *ENDLESS)
    assert len(set(every)) == len(every) >= 490


async def test_what_is_hidden_is_there(box: Box) -> None:
    """The admin of everything sees in each view what the maintainer must never see in any."""
    for view in ("issues", "comments", "changes", "attachments", "issue_labels", "labels", "projects"):
        everything = "\n".join(await box.read(f"SELECT * FROM {view}", box.app.cast.admin))
        own = "\n".join(await box.read(f"SELECT * FROM {view}"))
        assert WORD in everything and "Alpha" in everything
        assert WORD not in own and "Alpha" in own


@pytest.mark.parametrize("sql", [*NAMED, *FOR_EVER])
async def test_as_a_report(box: Box, sql: str) -> None:
    checked = _read(sql)
    if isinstance(checked, InvalidSql):
        assert checked.line >= 1 and checked.column >= 1 and checked.reason
        return
    plan = await box.plan_checked(checked, None, {})
    try:
        async with connected(plan, timeout=SHORT) as connection:
            _ensure_nothing_of_b(sql, await copied(connection, plan.select))
    except psycopg.Error as error:
        _ensure_no_word(sql, error)
    finally:
        await close_plan(box.app.work, plan)
    assert await box.still_there() == []
    assert not await box.changed()


@pytest.mark.parametrize("sql", NAMED)
async def test_as_it_stands_on_a_connection_of_the_reader(box: Box, sql: str) -> None:
    """Without the gate: what is left of the layers holds by itself."""
    plan = await box.plan("SELECT 1")
    try:
        async with connected(plan, timeout=SHORT) as connection:
            _ensure_nothing_of_b(sql, await said(connection, sql))
            await close_plan(box.app.work, plan)
            with pytest.raises(psycopg.OperationalError):
                await connection.execute("SELECT 1")
    except (psycopg.Error, UnicodeError) as error:
        _ensure_no_word(sql, error)
    finally:
        await close_plan(box.app.work, plan)
    assert await box.still_there() == []
    assert not await box.changed()


def _read(sql: str) -> CheckedSql | InvalidSql:
    try:
        return check_sql(sql, {})
    except InvalidSql as refused:
        return refused


def _ensure_nothing_of_b(sql: str, answer: str) -> None:
    assert not any(word in answer for word in (WORD, "BBB", "argon2")), (
        f"a row of the other project was read by: {sql[:200]}"
    )


def _ensure_no_word(sql: str, error: Exception) -> None:
    assert WORD not in str(error) and "BBB" not in str(error), f"the refusal of {sql[:200]} tells of the other project"
    told = isinstance(error, psycopg.errors.DivisionByZero | psycopg.errors.InvalidTextRepresentation)
    assert not (sql in ORACLES and told), f"whether a hidden row is there can be told by: {sql[:200]}"
