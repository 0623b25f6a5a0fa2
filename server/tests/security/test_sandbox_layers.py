"""The self-attack is green when all layers stand, and red where one is switched off: each of them is, here."""

from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.support.sandbox import Box, running_box
from tests.support.sandbox_switches import SWITCHES, Switch
from trackly.kit.db import libpq_url
from trackly.kit.migrations import FOLDER
from trackly.sandbox.facade import SqlReportsOff
from trackly.sandbox.schemas import LayerState
from trackly.sandbox.vocabulary import ALLOWED

REPORTING = FOLDER / "sql" / "reporting.sql"


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("layers")) as made:
        yield made


async def test_all_layers_stand(box: Box) -> None:
    state = await box.sandbox.attack()
    assert [(layer.number, layer.state, layer.reason) for layer in state.layers] == [
        (number, LayerState.GREEN, None) for number in range(1, 8)
    ]
    assert state.available and state.reason is None and state.script is None
    assert await box.still_there() == []


@pytest.mark.parametrize("switch", SWITCHES, ids=lambda switch: f"{switch.layer}-{switch.off[:50]}")
async def test_a_layer_that_is_switched_off_is_red(box: Box, switch: Switch) -> None:
    names = {"reader": box.role, "owner": box.role.replace("report", "reporting"), "database": box.database}
    await box.superuser(switch.off.format(**names))
    try:
        state = await box.sandbox.attack()
        layer = state.layers[switch.layer - 1]
        assert layer.state is LayerState.RED, [(one.number, one.state, one.reason) for one in state.layers]
        assert any(switch.reason in (one.reason or "") for one in layer.attacks), [one.reason for one in layer.attacks]
        assert not state.available and state.reason and "does not hold" in state.reason
        with pytest.raises(SqlReportsOff):
            await box.plan("SELECT 1")
    finally:
        await box.superuser(switch.on.format(**names))
        again = await box.sandbox.attack(repair=True)
    assert again.available, again.reason


async def test_a_gate_that_lets_more_through_is_red(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trackly.sandbox.functions.ALLOWED", ALLOWED | {"pg_sleep"})
    state = await box.sandbox.attack()
    assert state.layers[4].state is LayerState.RED
    assert state.layers[4].reason == "the gate lets through: SELECT pg_sleep(60)"


@pytest.mark.parametrize(
    "damage", ["ALTER ROLE {0} SET statement_timeout = 0", "ALTER ROLE {0} PASSWORD 'known'", "DROP OWNED BY {0}"]
)
async def test_what_a_connection_could_do_to_its_own_role_is_mended(box: Box, damage: str) -> None:
    await box.superuser(damage.format(box.role))
    assert (await box.sandbox.attack(repair=True)).available


async def test_a_start_mends_what_was_opened_while_no_server_ran(box: Box) -> None:
    await box.superuser(f"ALTER ROLE {box.role} SET statement_timeout = 0")
    box.sandbox = box.another()
    box.sandbox.start()
    try:
        assert await box.read("SELECT 1") == ["1"]
    finally:
        await box.sandbox.close()


async def test_what_could_not_be_tried_is_tried_again(box: Box) -> None:
    await box.superuser(f"ALTER ROLE {box.role} NOLOGIN")
    state = await box.sandbox.attack()
    assert not state.available and "it could not be tried" in str(state.reason)
    await box.superuser(f"ALTER ROLE {box.role} LOGIN")
    box.sandbox._looked_at = float("-inf")
    assert await box.read("SELECT 1") == ["1"]


async def test_a_schema_that_is_made_anew_is_set_up_by_the_next_start(box: Box) -> None:
    await box.superuser("DROP SCHEMA reporting CASCADE")
    assert not (await box.sandbox.attack()).available
    async with await psycopg.AsyncConnection.connect(libpq_url(box.app.work.database.url)) as connection:
        await connection.execute(REPORTING.read_bytes())
    box.sandbox = box.another()
    assert (await box.sandbox.attack()).available
    assert await box.read("SELECT count(*) > 0 FROM issues") == ["t"]
