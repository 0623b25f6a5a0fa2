"""SQL reports on servers that are not ours: what Trackly may set up itself, what an administrator does, and that
databases of one server leave each other's roles alone."""

import subprocess
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from tests.support.app import running_app
from tests.support.issues import make_issue
from tests.support.postgres import TestPostgres, migrate
from tests.support.sandbox import BOX, Box, superuser_url
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database
from trackly.kit.postgres_install import binaries
from trackly.sandbox.facade import Sandbox, SqlReportsOff
from trackly.sandbox.roles import scram_verifier
from trackly.sandbox.schemas import LayerState


@contextmanager
def owned_by(postgres: TestPostgres, attributes: str) -> Iterator[str]:
    """The address of a migrated database of a role of its own, which is no superuser."""
    name = f"foreign_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres.superuser_url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE ROLE {name} LOGIN {attributes}".encode())
        admin.execute(f"CREATE DATABASE {name} OWNER {name}".encode())
        url = postgres.embedded.url(name, name)
        migrate(url)
        yield url
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@asynccontextmanager
async def box_at(postgres: TestPostgres, url: str, folder: Path, admin_url: str | None) -> AsyncIterator[Box]:
    async with (
        running_app(url, folder) as app,
        await psycopg.AsyncConnection.connect(superuser_url(postgres, url), autocommit=True) as admin,
    ):
        await app.asgi.state.relay.start()
        yield Box(app, Sandbox(app.work, BOX, admin_url), admin, app.cast.maintainer)


def run_script(postgres: TestPostgres, url: str, script: str) -> str:
    """As an administrator does, with psql."""
    command = [str(binaries() / "psql"), "--no-psqlrc", "--set=ON_ERROR_STOP=1", superuser_url(postgres, url)]
    done = subprocess.run(command, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


async def test_without_the_right_to_make_roles_an_administrator_runs_the_script(postgres, tmp_path) -> None:
    with owned_by(postgres, "NOCREATEROLE") as url:
        async with box_at(postgres, url, tmp_path, None) as box:
            issue = await make_issue(box.app, box.app.cast.reporter)
            state = await box.sandbox.attack()
            assert not state.available and state.layers == []
            assert state.reason and "may not make roles" in state.reason
            with pytest.raises(SqlReportsOff, match="may not make roles"):
                await box.plan("SELECT 1")
            assert state.script and "trackly_report_" in state.script
            assert (await box.sandbox.attack()).script == state.script
            run_script(postgres, url, state.script)
            run_script(postgres, url, state.script)
            state = await box.sandbox.attack()
            assert state.available, state.reason
            assert [layer.state for layer in state.layers] == [LayerState.GREEN] * 7, state.layers
            assert await box.read("SELECT key FROM issues") == [issue["key"]]


async def test_with_the_right_to_make_roles_trackly_sets_up_what_it_can(postgres, tmp_path) -> None:
    with owned_by(postgres, "CREATEROLE") as url:
        async with box_at(postgres, url, tmp_path, None) as box:
            issue = await make_issue(box.app, box.app.cast.reporter)
            state = await box.sandbox.attack()
            assert state.available, state.reason
            found = {layer.number: layer for layer in state.layers}
            amber = {number for number, layer in found.items() if layer.state is LayerState.AMBER}
            assert amber == {1, 4} and all(layer.state is not LayerState.RED for layer in state.layers)
            assert "only a superuser" in str(found[1].reason) and "only a superuser" in str(found[4].reason)
            assert await box.read("SELECT key FROM issues") == [issue["key"]]
            assert await box.superuser(f"SELECT pg_has_role('{make_url(url).username}', '{box.role}', 'USAGE')") == [
                (False,)
            ]
            await box.superuser(f"ALTER ROLE {box.role} SET default_transaction_read_only = off")
            assert not (await box.sandbox.attack()).available
            state = await box.sandbox.attack(repair=True)
            assert state.available and state.script
            run_script(postgres, url, state.script)
            state = await box.sandbox.attack()
            assert [layer.state for layer in state.layers] == [LayerState.GREEN] * 7 and state.script is None


async def test_databases_of_one_server_leave_each_other_alone(postgres, tmp_path) -> None:
    with postgres.cloned() as first_url, postgres.cloned() as second_url:
        async with (
            box_at(postgres, first_url, tmp_path / "1", superuser_url(postgres, first_url)) as first,
            box_at(postgres, second_url, tmp_path / "2", superuser_url(postgres, second_url)) as second,
        ):
            await make_issue(second.app, second.app.cast.reporter)
            for box in (first, second, first):
                assert (await box.sandbox.attack()).available
            assert first.role != second.role
            plan = await first.plan("SELECT 1")
            elsewhere = make_url(plan.url).set(database=second.database).render_as_string(hide_password=False)
            async with await psycopg.AsyncConnection.connect(elsewhere, autocommit=True) as connection:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await connection.execute("SELECT key FROM reporting.issues")


async def test_a_clone_of_a_database_gets_roles_of_its_own(postgres, tmp_path) -> None:
    with postgres.cloned() as url:
        async with box_at(postgres, url, tmp_path, superuser_url(postgres, url)) as box:
            assert (await box.sandbox.attack()).available
            old, clone = make_url((await box.plan("SELECT 1")).url), f"{box.database}_copy"
        with psycopg.connect(postgres.superuser_url("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {clone} TEMPLATE {old.database} OWNER trackly".encode())
        database = Database.open(postgres.url(clone), pool_size=2)
        try:
            work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
            sandbox = Sandbox(work, BOX, postgres.superuser_url(clone))
            state = await sandbox.attack()
            assert state.available, state.reason
            assert make_url((await sandbox.ready()).reader_url).username != old.username
            there = old.set(database=clone).render_as_string(hide_password=False)
            async with await psycopg.AsyncConnection.connect(there, autocommit=True) as connection:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    await connection.execute("SELECT key FROM reporting.issues")
        finally:
            await database.close()
            postgres.drop(postgres.url(clone))


async def test_a_restored_dump_is_set_up_by_the_next_start(postgres, tmp_path) -> None:
    dump = tmp_path / "trackly.dump"
    with postgres.cloned() as url, postgres.cloned() as emptied:
        async with box_at(postgres, url, tmp_path, superuser_url(postgres, url)) as box:
            assert (await box.sandbox.attack()).available
        name = make_url(emptied).database
        postgres.drop(emptied)
        with psycopg.connect(postgres.superuser_url("postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name} OWNER trackly".encode())
        for program in (
            ("pg_dump", "--format=custom", f"--file={dump}", url),
            ("pg_restore", "--no-owner", "--no-privileges", "--role=trackly", f"--dbname={emptied}", str(dump)),
        ):
            subprocess.run([str(binaries() / program[0]), *program[1:]], check=True, capture_output=True)
        assert await standing(postgres, emptied)


async def standing(postgres: TestPostgres, url: str) -> bool:
    """Whether SQL reports run on the database, after a process set them up there."""
    database = Database.open(url, pool_size=2)
    try:
        work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
        return (await Sandbox(work, BOX, superuser_url(postgres, url)).attack()).available
    finally:
        await database.close()


async def test_trackly_gets_no_right_that_it_had_not(postgres, tmp_path) -> None:
    """What is taken from everybody goes to Trackly's role, and not what only a superuser had."""
    with postgres.cloned() as url:
        query = (
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace"
            " AND has_function_privilege('trackly', p.oid, 'EXECUTE')"
        )
        with psycopg.connect(superuser_url(postgres, url), autocommit=True) as admin:
            before = set(admin.execute(query.encode()).fetchall())
            assert await standing(postgres, url)
            assert set(admin.execute(query.encode()).fetchall()) == before


async def test_the_password_is_random_kept_sealed_and_the_same_for_every_process(postgres, tmp_path) -> None:
    with postgres.cloned() as url:
        async with box_at(postgres, url, tmp_path, superuser_url(postgres, url)) as box:
            await box.sandbox.attack()
            other = box.another()
            await other.attack()
            mine, theirs = await box.sandbox.ready(), await other.ready()
            assert mine == theirs and mine.fingerprint == theirs.fingerprint
            password = str(make_url(mine.reader_url).password)
            assert len(password) >= 40 and password not in repr(mine)
            ((sealed, verifier),) = await box.superuser(
                f"SELECT (SELECT password FROM sandbox_setup), rolpassword FROM pg_authid WHERE rolname = '{box.role}'"
            )
            assert password not in sealed
            assert verifier == scram_verifier(password)


async def test_a_lost_key_gives_a_new_password(postgres, tmp_path) -> None:
    with postgres.cloned() as url:
        async with box_at(postgres, url, tmp_path, superuser_url(postgres, url)) as box:
            await box.sandbox.attack()
            before = (await box.sandbox.ready()).reader_url
            await box.superuser("UPDATE sandbox_setup SET password = 'sealed with another key'")
            box.sandbox = box.another()
            assert (await box.sandbox.attack()).available
            assert (await box.sandbox.ready()).reader_url != before


async def test_a_setup_of_another_version_is_noticed_before_anything_runs(postgres, tmp_path) -> None:
    with postgres.cloned() as url:
        async with box_at(postgres, url, tmp_path, superuser_url(postgres, url)) as box:
            await box.sandbox.attack()
            await box.superuser("UPDATE sandbox_setup SET fingerprint = 'newer'")
            with pytest.raises(SqlReportsOff, match="another version"):
                await box.plan("SELECT 1")
