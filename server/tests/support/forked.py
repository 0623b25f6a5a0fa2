"""Processes that start at once: forked from one that has imported the product, and killed as any other.

A test that kills servers starts dozens of them; each would spend two seconds of CPU on imports. What starts Trackly as
people do, by its command, is in tests/fault/test_start_and_stop.py."""

import os
import signal
from collections.abc import Callable, Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any

SERVER = Path(__file__).parents[2]
_PRELOADED = [
    "trackly.cli",
    "trackly.main",
    "trackly.serving",
    "trackly.working",
    "trackly.kit.log",
    "tests.support.outbox",
]
_context = get_context("forkserver")
_context.set_forkserver_preload(_PRELOADED)


class Forked:
    """One process, with the part of `subprocess.Popen` that tests need. `run(*arguments)` gives its exit code."""

    def __init__(
        self, run: Callable[..., int | None], *arguments: Any, env: Mapping[str, str], log: Path | str = os.devnull
    ) -> None:
        Path(log).touch()
        os.environ["PYTHONPATH"] = str(SERVER)  # the process that imports is started once, and with it
        self._process: ForkServerProcess = _context.Process(
            target=_begin, args=(run, arguments, dict(env), os.fspath(log)), daemon=False
        )
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit code, minus a signal's number, or None while it runs."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code. Raises TimeoutExpired after `timeout` seconds."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutExpired(str(self._process), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As a power cut of the process: no handler runs."""
        self.send_signal(signal.SIGKILL)


def _begin(run: Callable[..., int | None], arguments: tuple[Any, ...], env: dict[str, str], log: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    os.chdir(SERVER)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    raise SystemExit(run(*arguments) or 0)


def trackly(arguments: tuple[str, ...]) -> int:
    """`trackly …`, as its command runs it."""
    from trackly.cli import main

    return main(arguments)
