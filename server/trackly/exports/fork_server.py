"""A small process that has everything loaded and makes each job a process of its own by fork (ADR-0012).

`python -m trackly.exports.fork_server FD IDLE_S`: FD is a socket of the process that wants jobs done. A message on it
is one job: JSON with its limits, and a socket, the leash. The job talks on the leash; who holds its other end ends the
job by closing or half-closing it. A job that draws is lent a pen (ADR-0019), which ends when no job wanted it for
IDLE_S seconds. The server ends jobs that are too long, too large or let go of, and says so on the leash. When the
socket FD closes, also by kill -9 of who held it, everything here ends."""

import contextlib
import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from trackly.exports.limits import anonymous_bytes, end_with_parent
from trackly.exports.pens import PenProcess, Pens

AT_ONCE = 8
_LOOK_EVERY_S = 0.05
_MERCY_S = 0.3
_HUNG_UP = select.POLLHUP | select.POLLRDHUP | select.POLLERR
_MESSAGE_BYTES = 4096


@dataclass
class Job:
    """One process. `verdict`: why it was ended from here, if it was. `pen`: what it draws with, until given back."""

    leash: socket.socket
    seconds: float
    memory_bytes: int
    draws: bool
    pid: int = 0
    deadline: float = 0
    idle_bytes: int = 0
    verdict: str | None = None
    kill_at: float | None = None
    pen: PenProcess | None = None
    status: int = 0

    def used_bytes(self) -> int:
        drawn_bytes = self.pen.grown_bytes() if self.pen is not None else 0
        return anonymous_bytes(self.pid) - self.idle_bytes + drawn_bytes


@dataclass
class ForkServer:
    """Runs at most AT_ONCE jobs, the others wait their turn. `work` is what a job does with its leash and its end
    of a pen's socket, `hold` what a pen does with its own."""

    control: socket.socket
    work: Callable[[socket.socket, socket.socket | None], None]
    hold: Callable[[socket.socket], None]
    idle_s: float
    waiting: deque[Job] = field(default_factory=deque)
    running: dict[int, Job] = field(default_factory=dict)
    ended: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.pens = Pens(self.hold, self._fork, self.idle_s)

    def run(self) -> None:
        """Until the control socket closes; then every job is ended."""
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.collect()
        gc.freeze()
        while self._turn():
            continue
        for job in self.running.values():
            os.kill(job.pid, signal.SIGKILL)
        self.pens.end()

    def _turn(self) -> bool:
        for descriptor, event in self._poll():
            if descriptor == self.control.fileno():
                if not self._take():
                    return False
            elif descriptor == self._woken:
                os.read(self._woken, _MESSAGE_BYTES)
            elif event & _HUNG_UP:
                self._let_go(descriptor)
        self._bury()
        self._watch()
        while self.waiting and len(self.running) < AT_ONCE:
            self._start()
        return True

    def _poll(self) -> list[tuple[int, int]]:
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(self._woken, select.POLLIN)
        for job in (*self.waiting, *self.running.values()):
            if job.verdict is None:
                poll.register(job.leash, _HUNG_UP)
        wait_s = self.pens.end_unwanted()
        if self.running:
            wait_s = _LOOK_EVERY_S
        return poll.poll(None if wait_s is None else wait_s * 1000)

    def _take(self) -> bool:
        message, handed, _, _ = socket.recv_fds(self.control, _MESSAGE_BYTES, 1)
        if not message or not handed:
            return False
        wants = json.loads(message)
        leash = socket.socket(fileno=handed[0])
        self.waiting.append(Job(leash, wants["seconds"], wants["memory_bytes"], wants["draws"]))
        return True

    def _start(self) -> None:
        """The first that waits. It waits still when a pen is forked for it, which so closes its leash too."""
        lent = self.pens.lend() if self.waiting[0].draws else None
        job = self.waiting.popleft()
        job.pen, given = lent or (None, None)
        job.deadline = time.monotonic() + job.seconds
        job.pid = self._fork(lambda: self.work(job.leash, given))
        if given is not None:
            given.close()
        job.idle_bytes = anonymous_bytes(job.pid)
        self.running[job.pid] = job

    def _fork(self, live: Callable[[], None]) -> int:
        """`live` in a process where nothing of the server's is kept, and from which nothing returns."""
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self._leave()
                live()
                status = 0
            finally:
                os._exit(status)
        return pid

    def _leave(self) -> None:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        end_with_parent()
        for other in (*self.running.values(), *self.waiting, *self.ended):
            other.leash.close()
        self.pens.forget()
        self.control.close()
        os.close(self._woken)
        os.close(self._wake)

    def _let_go(self, descriptor: int) -> None:
        for job in [job for job in self.waiting if job.leash.fileno() == descriptor]:
            self.waiting.remove(job)
            job.leash.close()
        for job in self.running.values():
            if job.leash.fileno() == descriptor:
                self._end(job, "cancelled")

    def _watch(self) -> None:
        now = time.monotonic()
        for job in self.running.values():
            self._take_pen_back(job)
            if job.kill_at is not None:
                if now >= job.kill_at:
                    os.kill(job.pid, signal.SIGKILL)
            elif now >= job.deadline:
                self._end(job, "timeout")
            elif job.used_bytes() > job.memory_bytes:
                self._end(job, "memory")

    def _end(self, job: Job, verdict: str) -> None:
        """First so that it can call its statement off, then for good."""
        if job.verdict is None:
            job.verdict = verdict
            job.kill_at = time.monotonic() + (0 if verdict == "memory" else _MERCY_S)
            os.kill(job.pid, signal.SIGTERM)
            self._take_pen_back(job)
            if verdict == "memory" and job.pen is not None:
                job.pen.end()

    def _take_pen_back(self, job: Job) -> None:
        if job.pen is not None and self.pens.take_back(job.pen):
            job.pen = None

    def _bury(self) -> None:
        """A job is over when its pen is, unless it has given it back."""
        for pid, status in _dead():
            job = self.running.pop(pid, None)
            if job is None:
                self.pens.bury(pid)
                continue
            job.status = status
            self._take_pen_back(job)
            if job.pen is not None:
                job.pen.end()
            self.ended.append(job)
        for job in [job for job in self.ended if job.pen is None or job.pen.is_over]:
            self.ended.remove(job)
            verdict = job.verdict or ("memory" if _was_killed(job.status) else "ended")
            _say(job.leash, {"verdict": verdict, "status": os.waitstatus_to_exitcode(job.status)})
            job.leash.close()


def _dead() -> Iterator[tuple[int, int]]:
    """Children that have ended, each with its status, as waitpid(2) says it."""
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            yield ended


def _was_killed(status: int) -> bool:
    """Not by us: so the kernel needed the memory."""
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def _say(leash: socket.socket, words: dict[str, object]) -> None:
    try:
        leash.send(f"{json.dumps(words)}\n".encode(), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
    except OSError:
        return  # nobody listens any more


def _nothing(_number: int, _frame: object) -> None:
    return None


def main(descriptor: str, idle_s: str) -> None:
    from trackly.exports.lent_pen import hold
    from trackly.exports.task import work

    ForkServer(socket.socket(fileno=int(descriptor)), work, hold, float(idle_s)).run()


if __name__ == "__main__":
    main(*sys.argv[1:3])
