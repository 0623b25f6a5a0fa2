"""Where bytes go: a file that counts and hashes what it takes, and refuses what is too much."""

import hashlib
from pathlib import Path
from types import TracebackType
from typing import Self

from trackly.exports.errors import ExportFailed
from trackly.exports.plan import MIB

_BUFFER_BYTES = 128 * 1024


class Sink:
    """A new file at `path` of at most `most_bytes`. Raises ExportFailed(too_large), before it is written."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.path = path
        self.bytes = 0
        self._most = most_bytes
        self._hash = hashlib.sha256()
        self._file = path.open("xb", buffering=0)
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self.flush()
        self._file.close()

    def write(self, piece: bytes) -> None:
        self._waiting.append(piece)
        self._waiting_bytes += len(piece)
        if self._waiting_bytes >= _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """Everything that was taken is in the file."""
        self.bytes += self._waiting_bytes
        if self.bytes > self._most:
            raise ExportFailed("too_large", f"This is more than {self._most / MIB:,.4g} MiB. Ask for fewer rows")
        together = b"".join(self._waiting)
        self._hash.update(together)
        self._file.write(together)
        self._waiting.clear()
        self._waiting_bytes = 0

    def sha256(self) -> bytes:
        """Of what was flushed so far."""
        return self._hash.copy().digest()
