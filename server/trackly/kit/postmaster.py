"""The running PostgreSQL of one data folder, as its `postmaster.pid` and the process table tell it."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_NAMES = frozenset({"postgres", "postmaster"})


@dataclass(frozen=True)
class Postmaster:
    """One `postmaster.pid`. The file outlives a crash and is removed by a clean stop."""

    pid: int
    data: Path
    ready: bool

    @classmethod
    def find(cls, data: Path) -> "Postmaster | None":
        """None when the file is not there or not complete.

        Lines: process, folder, start, port, socket, address, memory, state."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            return cls(abs(int(lines[0])), data, len(lines) > 7 and lines[7].strip() == "ready")
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def is_alive(self) -> bool:
        """Whether that very process runs: not a zombie, and not a stranger who was given its number."""
        reap(self.pid)
        try:
            return _works_in(psutil.Process(self.pid), self.data)
        except psutil.NoSuchProcess:
            return False

    def signal(self, number: signal.Signals) -> None:
        _send(psutil.Process(self.pid), number)


def reap(pid: int) -> bool:
    """Collect a dead child, or its number stays taken and PostgreSQL believes that it runs. False: it is alive."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True  # not, or no longer, a child of ours


def end_orphans(data: Path, within_s: float = 10) -> None:
    """End what a killed postmaster left behind: a backend in a long statement keeps the shared memory, so the folder.

    Only processes named `postgres` that work in `data` count. Call it when the postmaster is dead."""
    deadline = time.monotonic() + within_s
    number = signal.SIGQUIT
    while orphans := [process for process in psutil.process_iter() if _works_in(process, data)]:
        for process in orphans:
            _send(process, number)
        if time.monotonic() > deadline:
            return
        number = signal.SIGKILL
        time.sleep(0.05)


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() in _NAMES and process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == data
    except psutil.Error:
        return False


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
