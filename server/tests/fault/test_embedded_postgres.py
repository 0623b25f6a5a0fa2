"""The PostgreSQL that Trackly starts: taken over after kill -9, started again when it died, left alone when stopped."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.kit.postgres_install import EmbeddedPostgresError
from trackly.kit.postmaster import Postmaster

SERVER = Path(__file__).parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: under root, PostgreSQL runs as another account and has to get there."""
    with tempfile.TemporaryDirectory(prefix="trackly-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    """The data of one that was made and ended."""
    with tempfile.TemporaryDirectory(prefix="trackly-test-", ignore_cleanup_errors=True) as name:
        server = EmbeddedPostgres(Path(name) / "data", durable=False)
        server.start()
        server.stop()
        yield server.folder


@pytest.fixture
def postgres(template: Path, folder: Path) -> Iterator[EmbeddedPostgres]:
    subprocess.run(["cp", "--archive", template, folder / "data"], check=True)
    server = EmbeddedPostgres(folder / "data", durable=False)
    server.start()
    yield server
    server.start()
    server.stop()


def query(server: EmbeddedPostgres, statement: str) -> object:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
    return row[0] if row else None


def execute(server: EmbeddedPostgres, statement: str) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(statement)


def pid_of(server: EmbeddedPostgres) -> int:
    running = Postmaster.find(server.data)
    assert running is not None
    return running.pid


def wait_until(condition: Callable[[], bool], within_s: float = 5) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "not within the time"
        time.sleep(0.01)


def test_it_answers_in_utf8_as_an_ordinary_role_and_on_no_network(postgres: EmbeddedPostgres) -> None:
    assert query(postgres, "SHOW server_encoding") == "UTF8"
    assert query(postgres, "SELECT lower('ÄÖÜ')") == "äöü"
    assert query(postgres, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert query(postgres, "SHOW listen_addresses") == ""
    assert query(postgres, "SHOW synchronous_commit") == "on"
    assert postgres.data.stat().st_mode & 0o777 == 0o700


def test_what_was_stored_is_there_after_a_clean_stop(postgres: EmbeddedPostgres) -> None:
    execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.stop()
    assert not postgres.is_running()
    assert not postgres.has_crashed()
    postgres.start()
    assert query(postgres, "SELECT answer FROM kept") == 42


def test_a_killed_postmaster_is_started_again_within_a_second(postgres: EmbeddedPostgres) -> None:
    execute(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    first = pid_of(postgres)
    os.kill(first, signal.SIGKILL)
    wait_until(postgres.has_crashed)
    started = time.monotonic()
    assert postgres.ensure_running() is True
    assert query(postgres, "SELECT answer FROM kept") == 42
    assert time.monotonic() - started < 1
    assert pid_of(postgres) != first
    assert postgres.ensure_running() is False


def test_a_backend_in_a_long_statement_does_not_hold_up_the_restart(postgres: EmbeddedPostgres) -> None:
    busy = "import psycopg, sys; psycopg.connect(sys.argv[1]).execute('DO $$ BEGIN LOOP END LOOP; END $$')"
    client = subprocess.Popen([sys.executable, "-c", busy, postgres.url()], stderr=subprocess.DEVNULL)
    try:
        running = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'"
        wait_until(lambda: query(postgres, running) == 1)
        os.kill(pid_of(postgres), signal.SIGKILL)
        wait_until(postgres.has_crashed)
        started = time.monotonic()
        assert postgres.ensure_running() is True
        assert time.monotonic() - started < 1
    finally:
        client.wait(timeout=10)


def test_a_clean_stop_by_an_operator_is_left_alone(postgres: EmbeddedPostgres) -> None:
    running = Postmaster.find(postgres.data)
    assert running is not None
    running.signal(signal.SIGTERM)
    wait_until(lambda: not postgres.is_running())
    assert postgres.ensure_running() is False
    assert not postgres.is_running()
    wait_until(lambda: not postgres.has_crashed() and not psutil.pid_exists(running.pid))  # else its number stays taken


def test_it_is_taken_over_from_a_trackly_that_was_killed(folder: Path) -> None:
    data = folder / "data"
    code = (
        "import os, signal, sys; from pathlib import Path; from trackly.kit.embedded_postgres import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(data)], cwd=SERVER, check=False)
    assert killed.returncode == -signal.SIGKILL
    heir = EmbeddedPostgres(data, durable=False)
    left_running = pid_of(heir)
    assert heir.is_running()
    heir.start()
    assert pid_of(heir) == left_running
    assert query(heir, "SELECT 1") == 1
    heir.stop()
    assert not heir.is_running()


def test_the_last_to_leave_ends_it(postgres: EmbeddedPostgres) -> None:
    command = EmbeddedPostgres(postgres.folder, durable=False)
    command.start()
    command.stop()
    assert query(postgres, "SELECT 1") == 1
    command.start()
    postgres.stop()
    assert query(command, "SELECT 1") == 1
    command.stop()
    assert not command.is_running()


def test_a_stale_file_with_the_number_of_a_living_stranger_does_not_stop_it(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data}\n1\n5432\n\n\n1 1\nready\n")
    assert postgres.has_crashed()
    postgres.start()
    assert query(postgres, "SELECT 1") == 1


def test_a_path_too_long_for_a_socket_gets_a_private_folder_elsewhere(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 20) / "data", durable=False)
    server.start()
    try:
        assert server.socket != server.data
        assert server.socket.stat().st_mode & 0o777 == 0o700
        assert query(server, "SELECT 1") == 1
    finally:
        server.stop()
        server.socket.rmdir()


def test_a_mistake_in_local_conf_is_named(postgres: EmbeddedPostgres) -> None:
    postgres.stop()
    local = postgres.data / "local.conf"
    local.write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match=r"no_such_setting|contains errors"):
        postgres.start()
    local.write_text("work_mem = 9MB\n")
    postgres.start()
    assert query(postgres, "SHOW work_mem") == "9MB"


def test_data_of_another_major_version_is_refused(folder: Path) -> None:
    data = folder / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 15"):
        EmbeddedPostgres(folder).start()


def test_a_folder_for_the_socket_that_is_not_ours_is_refused(folder: Path) -> None:
    server = EmbeddedPostgres(folder / ("long" * 20) / "data", durable=False)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir(0o755)
    server.socket.symlink_to(elsewhere)
    try:
        with pytest.raises(RuntimeError, match="belongs to somebody else"):
            server.start()
        assert elsewhere.stat().st_mode & 0o777 == 0o755
    finally:
        server.socket.unlink()


def test_a_statement_that_eats_memory_ends_alone(postgres: EmbeddedPostgres) -> None:
    limits = Path(f"/proc/{pid_of(postgres)}/limits").read_text().splitlines()
    assert next(line.split()[3] for line in limits if line.startswith("Max data size")) == str(1 << 30)
    began = query(postgres, "SELECT pg_postmaster_start_time()")
    with psycopg.connect(postgres.url(), autocommit=True) as other, psycopg.connect(postgres.url()) as eater:
        with pytest.raises(psycopg.errors.OutOfMemory):
            eater.execute("SELECT length(repeat('x', 1000000000) || 'y')")
        eater.rollback()
        assert eater.execute("SELECT 1").fetchone() == other.execute("SELECT 1").fetchone() == (1,)
    assert query(postgres, "SELECT pg_postmaster_start_time()") == began
