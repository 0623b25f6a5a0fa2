"""A small process that has everything loaded and makes each job a process of its own by fork (ADR-0012).

`python -m trackly.exports.fork_server FD`: FD is a socket of the process that wants jobs done. A message on it is one
job: JSON with its limits, and a socket, the leash. The job talks on the leash; who holds its other end ends the job by
closing or half-closing it. The server ends jobs that are too long, too large or let go of, and says so on the leash.
When the socket FD closes, also by kill -9 of who held it, everything here ends."""

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from trackly.exports.limits import anonymous_bytes, end_with_parent

AT_ONCE = 8
_LOOK_EVERY_S = 0.05
_MERCY_S = 0.3
_HUNG_UP = select.POLLHUP | select.POLLRDHUP | select.POLLERR
_MESSAGE_BYTES = 4096


@dataclass
class Job:
    """One process. `verdict`: why it was ended from here, if it was."""

    leash: socket.socket
    seconds: float
    memory_bytes: int
    pid: int = 0
    deadline: float = 0
    idle_bytes: int = 0
    verdict: str | None = None
    kill_at: float | None = None


@dataclass
class ForkServer:
    """Runs at most AT_ONCE jobs, the others wait their turn. `work` is what a job does with its leash."""

    control: socket.socket
    work: Callable[[socket.socket], None]
    waiting: deque[Job] = field(default_factory=deque)
    running: dict[int, Job] = field(default_factory=dict)

    def run(self) -> None:
        """Until the control socket closes; then every job is ended."""
        woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, _nothing)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        gc.collect()
        gc.freeze()
        while self._turn(woken):
            continue
        for job in self.running.values():
            os.kill(job.pid, signal.SIGKILL)

    def _turn(self, woken: int) -> bool:
        for descriptor, event in self._poll(woken):
            if descriptor == self.control.fileno():
                if not self._take():
                    return False
            elif descriptor == woken:
                os.read(woken, _MESSAGE_BYTES)
            elif event & _HUNG_UP:
                self._let_go(descriptor)
        self._bury()
        self._watch()
        while self.waiting and len(self.running) < AT_ONCE:
            self._start(self.waiting.popleft())
        return True

    def _poll(self, woken: int) -> list[tuple[int, int]]:
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        poll.register(woken, select.POLLIN)
        for job in (*self.waiting, *self.running.values()):
            if job.verdict is None:
                poll.register(job.leash, _HUNG_UP)
        return poll.poll(_LOOK_EVERY_S * 1000 if self.running else None)

    def _take(self) -> bool:
        message, handed, _, _ = socket.recv_fds(self.control, _MESSAGE_BYTES, 1)
        if not message or not handed:
            return False
        limits = json.loads(message)
        leash = socket.socket(fileno=handed[0])
        self.waiting.append(Job(leash, limits["seconds"], limits["memory_bytes"]))
        return True

    def _start(self, job: Job) -> None:
        job.deadline = time.monotonic() + job.seconds
        job.pid = os.fork()
        if job.pid == 0:
            self._be(job)
        job.idle_bytes = anonymous_bytes(job.pid)
        self.running[job.pid] = job

    def _be(self, job: Job) -> None:
        """The child: nothing of the server's is kept, and nothing returns from here."""
        status = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            end_with_parent()
            for other in (*self.running.values(), *self.waiting):
                other.leash.close()
            self.control.close()
            os.close(self._wake)
            self.work(job.leash)
            status = 0
        finally:
            os._exit(status)

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
            if job.kill_at is not None:
                if now >= job.kill_at:
                    os.kill(job.pid, signal.SIGKILL)
            elif now >= job.deadline:
                self._end(job, "timeout")
            elif anonymous_bytes(job.pid) - job.idle_bytes > job.memory_bytes:
                self._end(job, "memory")

    def _end(self, job: Job, verdict: str) -> None:
        """First so that it can call its statement off, then for good."""
        if job.verdict is None:
            job.verdict = verdict
            job.kill_at = time.monotonic() + (0 if verdict == "memory" else _MERCY_S)
            os.kill(job.pid, signal.SIGTERM)

    def _bury(self) -> None:
        while self.running:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            job = self.running.pop(pid)
            verdict = job.verdict or ("memory" if _was_killed(status) else "ended")
            _say(job.leash, {"verdict": verdict, "status": os.waitstatus_to_exitcode(status)})
            job.leash.close()


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


def main(descriptor: str) -> None:
    from trackly.exports.task import work

    ForkServer(socket.socket(fileno=int(descriptor)), work).run()


if __name__ == "__main__":
    main(sys.argv[1])
