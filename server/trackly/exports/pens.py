"""The pens of the fork server: processes that hold the engine for charts, each lent to one job at a time (ADR-0019)."""

import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from trackly.exports.limits import anonymous_bytes

KEPT_IDLE = 2
DRAWINGS = 200
_GROWN_BYTES = 160 * 1024 * 1024
_COUNT_BYTES = 32


@dataclass(eq=False)
class PenProcess:
    """One process. `bare_bytes`: its memory when it was forked; `lent_bytes`: when its job got it."""

    pid: int
    control: socket.socket
    bare_bytes: int
    lent_bytes: int = 0
    idle_since: float = 0
    is_over: bool = False

    def grown_bytes(self) -> int:
        """Memory that it took for the job that has it."""
        return 0 if self.is_over else max(0, anonymous_bytes(self.pid) - self.lent_bytes)

    def end(self) -> None:
        """At once: the engine can't be interrupted otherwise. Nothing when it is over."""
        if not self.is_over:
            os.kill(self.pid, signal.SIGKILL)

    def serve(self, job: socket.socket) -> bool:
        """Let it draw for who holds the other end of `job`; False: it is dead."""
        try:
            socket.send_fds(self.control, [b"job"], [job.fileno()])
        except OSError:
            return False
        self.lent_bytes = anonymous_bytes(self.pid)
        return True

    def drawings(self) -> int | None:
        """How many it has made, as it says when a job has given it back; None when none has, since the last time."""
        if self.is_over:
            return None
        try:
            said = self.control.recv(_COUNT_BYTES, socket.MSG_DONTWAIT)
        except OSError:
            return None
        return int(said) if said else None


@dataclass
class Pens:
    """`hold`: what a pen does with its socket. `fork`: run something in a process that keeps nothing of the server's;
    returns its number. `idle_s`: how long one stays that nobody wants."""

    hold: Callable[[socket.socket], None]
    fork: Callable[[Callable[[], None]], int]
    idle_s: float
    _idle: list[PenProcess] = field(default_factory=list)
    _all: dict[int, PenProcess] = field(default_factory=dict)

    def lend(self) -> tuple[PenProcess, socket.socket] | None:
        """A pen, and the end of the socket that its job is to have. None when the kernel has no process to give."""
        while True:
            is_new = not self._idle
            try:
                pen = self._new() if is_new else self._idle.pop()
                ours, theirs = socket.socketpair()
            except OSError:
                return None
            with theirs:
                if pen.serve(theirs):
                    return pen, ours
            ours.close()
            if is_new:
                return None

    def take_back(self, pen: PenProcess) -> bool:
        """Whether its job has given it back: then it is idle, or ends, where it is one too many or has done enough."""
        drawings = pen.drawings()
        if drawings is None:
            return False
        grown = anonymous_bytes(pen.pid) - pen.bare_bytes
        if drawings >= DRAWINGS or grown > _GROWN_BYTES or len(self._idle) >= KEPT_IDLE:
            pen.end()
        else:
            pen.idle_since = time.monotonic()
            self._idle.append(pen)
        return True

    def end_unwanted(self) -> float | None:
        """End those that were idle for too long; seconds until that is to be done again, None when none is idle."""
        now = time.monotonic()
        for pen in [pen for pen in self._idle if now - pen.idle_since >= self.idle_s]:
            self._idle.remove(pen)
            pen.end()
        return min((pen.idle_since + self.idle_s - now for pen in self._idle), default=None)

    def bury(self, pid: int) -> None:
        """A process has ended; it was perhaps a pen."""
        pen = self._all.pop(pid, None)
        if pen is not None:
            pen.is_over = True
            pen.control.close()
            self._idle = [other for other in self._idle if other is not pen]

    def end(self) -> None:
        for pen in self._all.values():
            pen.end()

    def forget(self) -> None:
        """In another process than the server's: close what belongs to the server."""
        for pen in self._all.values():
            pen.control.close()

    def _new(self) -> PenProcess:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

        def live() -> None:
            ours.close()
            self.hold(theirs)

        with theirs:
            try:
                pid = self.fork(live)
            except OSError:
                ours.close()
                raise
        pen = PenProcess(pid, ours, anonymous_bytes(pid))
        self._all[pid] = pen
        return pen
