"""A pen and the job that it is lent to, each with its end of a socket: specifications down, pictures up (ADR-0019).

The pen gets a name and a specification with its rows and gives a sentence, empty when all is well, an SVG and a PNG.
An empty name is the job's goodbye: the pen tells the server so, then the job."""

import contextlib
import socket
import sys
import traceback
from multiprocessing.connection import Connection

from trackly.exports.drawing import Pen
from trackly.exports.errors import ExportFailed
from trackly.exports.limits import call_itself

_BROKEN = "The files could not be made"


def hold(control: socket.socket) -> None:
    """What the process of a pen does: draw for one job after another, as `control` hands them over.

    Returns when the server is gone, or a job without goodbye: what it left behind is not for the next."""
    call_itself("trackly-pen")
    pen, drawings = Pen(), 0
    with contextlib.suppress(EOFError, OSError):
        while handed := socket.recv_fds(control, 3, 1)[1]:
            with Connection(handed[0]) as job:
                drawings += _serve(pen, job)
                control.send(str(drawings).encode())
                job.send_bytes(b"")


def _serve(pen: Pen, job: Connection) -> int:
    drawings = 0
    while name := job.recv_bytes().decode():
        spec = job.recv_bytes().decode()
        try:
            svg, png = pen.drawn(spec, name)
        except ExportFailed as failure:
            job.send_bytes(failure.message.encode())
        except BaseException:
            traceback.print_exc(file=sys.stderr)
            job.send_bytes(_BROKEN.encode())
            raise
        else:
            for part in (b"", svg, png):
                job.send_bytes(part)
        drawings += 1
    return drawings


class LentPen:
    """The job's end. A pen that died before it was asked is not missed: then this process draws."""

    def __init__(self, given: socket.socket) -> None:
        self._pen = Connection(given.detach())
        self._own: Pen | None = None
        self._is_in_order = True

    def drawn(self, spec: str, name: str) -> tuple[bytes, bytes]:
        """The chart as SVG and PNG, as `Pen.drawn`; ExportFailed(memory) when the pen dies of it."""
        if self._own is None and not self._asked(spec, name):
            self._own = Pen()
        return self._answer() if self._own is None else self._own.drawn(spec, name)

    def give_back(self) -> None:
        """For the next job. A pen that was left in the middle of a drawing stays ours, and ends with us."""
        if self._is_in_order:
            self._is_in_order = False
            with contextlib.suppress(EOFError, OSError):
                self._pen.send_bytes(b"")
                self._pen.recv_bytes()
            self._pen.close()

    def _asked(self, spec: str, name: str) -> bool:
        self._is_in_order = False
        try:
            self._pen.send_bytes(name.encode())
            self._pen.send_bytes(spec.encode())
        except OSError:
            return False
        return True

    def _answer(self) -> tuple[bytes, bytes]:
        try:
            failure = self._pen.recv_bytes()
            svg, png = (b"", b"") if failure else (self._pen.recv_bytes(), self._pen.recv_bytes())
        except (EOFError, OSError):
            raise ExportFailed("memory", "This needs more memory than it may use") from None
        self._is_in_order = True
        if failure:
            raise ExportFailed("render", failure.decode())
        return svg, png
