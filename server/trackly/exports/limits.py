"""What the kernel is asked to hold a process to. Where it can't (not Linux), the others of ADR-0012 remain."""

import contextlib
import ctypes
import os
import resource
import signal
from pathlib import Path

_PDEATHSIG = 1
_PAGE = os.sysconf("SC_PAGE_SIZE")
_ROOM_BYTES = 48 * 1024 * 1024  # stacks of threads, and what the allocator keeps


def end_with_parent() -> None:
    """Let the kernel kill this process when its parent dies."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGKILL)


def call_itself(name: str) -> None:
    """What `ps` and `top` show of this process: 15 letters at most."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)


def anonymous_bytes(pid: int) -> int:
    """Memory that the process has in use and no file stands behind; 0 when it is gone."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * _PAGE


def hold_memory(more_bytes: int) -> None:
    """No more than `more_bytes` of new memory from here on: what asks for more fails at once."""
    with contextlib.suppress(OSError, ValueError):
        used = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData"))
        _set_soft(int(used.split()[1]) * 1024 + more_bytes + _ROOM_BYTES)


def release_memory() -> None:
    """Lift that limit, for engines that reserve far more than they use; the watch of the server stays."""
    with contextlib.suppress(OSError, ValueError):
        _set_soft(resource.getrlimit(resource.RLIMIT_DATA)[1])


def _set_soft(most: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
