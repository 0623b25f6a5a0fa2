"""`trackly serve` as people run it: a trial with its own PostgreSQL, ended by Ctrl-C, by kill -9, by its database."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.http import status_of
from trackly.kit.embedded_postgres import EmbeddedPostgres
from trackly.kit.postmaster import Postmaster
from trackly.settings import Settings

SERVER = Path(__file__).parents[2]
_OURS = {(field.alias or name).upper() for name, field in Settings.model_fields.items()}


class Trial:
    """A server in its own process group, as a terminal makes one; called from elsewhere, with a name to trip over."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "my dätä + more"
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def start(self, **settings: str) -> "Trial":
        kept = {name: value for name, value in os.environ.items() if name.upper() not in _OURS}
        ours = {"PORT": "0", "TRACKLY_DATA_DIR": str(self.data), "TRACKLY_DEMO": "false", "RATE_LIMIT_PER_MINUTE": "0"}
        ours["PYTHONPATH"] = str(SERVER)
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trackly", "serve"],
                cwd=self.log.parent,
                env=kept | ours | settings,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.url = self._said("Trackly is ready: ", within_s=30).split()[0]
        return self

    def _said(self, words: str, within_s: float) -> str:
        assert self.process is not None
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline and self.process.poll() is None:
            _, found, rest = self.log.read_text().partition(words)
            if found:
                return rest
            time.sleep(0.02)
        raise AssertionError(f"{words!r} was not said: {self.log.read_text()}")

    def ready(self) -> int:
        return status_of(f"{self.url}/readyz")

    def wait_for(self, status: int, within_s: float) -> float:
        began = time.monotonic()
        while self.ready() != status:
            assert time.monotonic() - began < within_s, f"/readyz did not answer {status}: {self.log.read_text()}"
            time.sleep(0.02)
        return time.monotonic() - began

    def signal(self, number: signal.Signals) -> int:
        """Send it to the whole group; returns the exit code."""
        assert self.process is not None
        os.killpg(self.process.pid, number)
        return self.process.wait(timeout=30)

    @property
    def postgres(self) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.data)


@pytest.fixture(scope="module")
def template() -> Iterator[Trial]:
    """One that was started once, and ended."""
    with tempfile.TemporaryDirectory(prefix="trackly-test-", ignore_cleanup_errors=True) as name:
        first = Trial(Path(name)).start()
        assert first.signal(signal.SIGTERM) == 0
        assert "The database has the newest schema now" in first.log.read_text()
        yield first


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: under root, PostgreSQL runs as another account and has to get there."""
    with tempfile.TemporaryDirectory(prefix="trackly-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def trial(template: Trial, folder: Path) -> Iterator[Trial]:
    """As the template, not started again."""
    with _copied(template, folder) as made:
        yield made


@pytest.fixture(scope="module")
def running(template: Trial) -> Iterator[Trial]:
    """One that runs: for tests that leave it running, with its database."""
    folder = tempfile.TemporaryDirectory(prefix="trackly-test-", ignore_cleanup_errors=True)
    with folder as name, _copied(template, Path(name)) as made:
        yield made.start()


@contextmanager
def _copied(template: Trial, folder: Path) -> Iterator[Trial]:
    made = Trial(folder)
    subprocess.run(["cp", "--archive", template.data, made.data], check=True)
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.signal(signal.SIGTERM)
        heir = made.postgres
        if heir.is_running():
            heir.start()
            heir.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_server_and_database_with_exit_code_0(trial: Trial, number: signal.Signals) -> None:
    assert trial.start().ready() == 200
    assert trial.signal(number) == 0
    assert not trial.postgres.is_running()
    assert not trial.postgres.has_crashed()
    assert "Traceback" not in trial.log.read_text()


def test_a_second_start_makes_nothing_anew(trial: Trial) -> None:
    made = {name: (trial.data / name).stat().st_mtime_ns for name in ("secrets/jwt_secret_key", "postgres/PG_VERSION")}
    assert trial.start().ready() == 200
    assert made == {name: (trial.data / name).stat().st_mtime_ns for name in made}
    assert "The database has the newest schema now" not in trial.log.read_text()


def test_after_kill_9_the_next_start_takes_the_database_over(trial: Trial) -> None:
    trial.start().signal(signal.SIGKILL)
    left = Postmaster.find(trial.postgres.data)
    assert left is not None
    assert left.is_alive()
    assert trial.start().ready() == 200
    assert Postmaster.find(trial.postgres.data) == left
    assert trial.signal(signal.SIGTERM) == 0
    assert not trial.postgres.is_running()


def test_a_killed_database_is_back_within_5_seconds_without_a_restart_of_ours(running: Trial) -> None:
    for _ in range(3):
        killed = Postmaster.find(running.postgres.data)
        assert killed is not None
        killed.signal(signal.SIGKILL)
        while killed.is_alive():
            time.sleep(0.005)
        running.wait_for(200, within_s=5)
        assert Postmaster.find(running.postgres.data) != killed
    assert running.process is not None
    assert running.process.poll() is None


def test_a_database_that_an_operator_stops_stays_stopped_and_is_found_again(running: Trial) -> None:
    stopped = Postmaster.find(running.postgres.data)
    assert stopped is not None
    stopped.signal(signal.SIGINT)
    running.wait_for(503, within_s=5)
    time.sleep(1)
    assert not running.postgres.is_running()
    operator = running.postgres
    operator.start()
    running.wait_for(200, within_s=5)
    operator.stop()
    assert running.ready() == 200


def test_a_port_that_is_taken_is_told_in_one_line(running: Trial, folder: Path) -> None:
    port = running.url.rsplit(":", 1)[1]
    environment = os.environ | {"PORT": port, "TRACKLY_DATA_DIR": str(folder / "other"), "PYTHONPATH": str(SERVER)}
    second = subprocess.run(
        [sys.executable, "-m", "trackly", "serve"], env=environment, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert second.stderr == f"trackly: HOST and PORT: 127.0.0.1:{port} can't be used: Address already in use\n"
    assert not (folder / "other" / "postgres").exists()
