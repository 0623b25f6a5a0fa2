"""The process of the database that works for a connection, where it is on this machine: how much it may take.

PostgreSQL has no limit for the memory of one statement, the kernel has (`RLIMIT_DATA`, ADR-0013). A statement that
needs more ends with SQLSTATE 53200; its connection, and everybody else's, goes on. A few of its functions can't be
ended before they are through: those go on behind everybody else."""

import contextlib
import os
import resource
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

from psycopg import pq

_PEER = struct.Struct("3i")  # process, user, group: struct ucred of unix(7)
_LAST = 19


def hold_backend(connection: pq.abc.PGconn, more_bytes: int) -> bool:
    """Let the process behind `connection` take at most `more_bytes` of memory of its own from here on, for good.

    Returns whether it is held: on Linux, through a Unix socket, and where this process may set limits of that one (it
    runs as the same account, or as root). Else nothing is changed, and the limit of its server holds."""
    pid = _neighbour(connection)
    if pid is None:
        return False
    try:
        status = _status(pid)
        most = int(status["VmData"].split()[0]) * 1024 + more_bytes
        with _going_by(int(status["Uid"].split()[0]), int(status["Gid"].split()[0])):
            hard = resource.prlimit(pid, resource.RLIMIT_DATA)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.prlimit(pid, resource.RLIMIT_DATA, (most, most))
    except (OSError, ValueError, KeyError):
        return False
    return True


def put_behind(connection: pq.abc.PGconn) -> None:
    """Let the process behind `connection`, which does not end in time, have only what nobody else wants of the machine.

    For a process that ends now: it goes by the other's account from here on, where it has to. Where the other is not on
    this machine, nothing happens."""
    pid = _neighbour(connection)
    if pid is None:
        return
    with contextlib.suppress(OSError, ValueError, KeyError):
        if os.geteuid() == 0:
            os.seteuid(int(_status(pid)["Uid"].split()[0]))
        os.setpriority(os.PRIO_PROCESS, pid, _LAST)
        # Where the kernel groups processes by session, it is alone in its group, whose niceness is the one that counts.
        Path(f"/proc/{pid}/autogroup").write_text(str(_LAST))


@contextlib.contextmanager
def _going_by(user: int, group: int) -> Iterator[None]:
    """Root without CAP_SYS_RESOURCE, as in most containers, sets limits of its own processes only: for so long that
    account is the real one of this process. The effective one, and with it what root may do, stays."""
    our_user, our_group = os.getuid(), os.getgid()
    if os.geteuid() != 0 or (user, group) == (our_user, our_group):
        yield
        return
    try:
        os.setresgid(group, -1, -1)
        os.setresuid(user, -1, -1)
        yield
    finally:
        os.setresuid(our_user, -1, -1)
        os.setresgid(our_group, -1, -1)


def _neighbour(connection: pq.abc.PGconn) -> int | None:
    """The process behind `connection`, if it is a child of the server at the other end of our Unix socket.

    A number alone says nothing: behind a proxy, or in a container, it means another process here."""
    postmaster = _listener(connection.socket)
    try:
        parent = int(Path(f"/proc/{connection.backend_pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return connection.backend_pid if postmaster is not None and parent == postmaster else None


def _listener(descriptor: int) -> int | None:
    """Who listens on the Unix socket that we are connected to; None elsewhere than on Linux, and for other sockets."""
    with contextlib.suppress(OSError, AttributeError), socket.socket(fileno=os.dup(descriptor)) as ours:
        if ours.family == socket.AF_UNIX:
            pid, _, _ = _PEER.unpack(ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
            return int(pid) or None
    return None


def _status(pid: int) -> dict[str, str]:
    """VmData, which is what RLIMIT_DATA counts, and accounts. Raises OSError when it is gone."""
    lines = (line.partition(":") for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: value.strip() for name, _, value in lines}
