"""The lines of a file, plain or compressed, with their numbers and how far into the file they are."""

import gzip
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from trackly.kit.operators import OperatorError

_GZIP = b"\x1f\x8b"
_LINE_MAX_BYTES = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """`done_bytes` of the file, as it lies on the disk, were read for it. `broken`: why there is nothing after it."""

    number: int
    text: bytes
    done_bytes: int
    broken: str | None = None


def file_bytes(path: Path) -> int:
    """The size on the disk. Raises OperatorError when there is no such file, or it can't be read."""
    try:
        with path.open("rb"):
            return path.stat().st_size
    except OSError as error:
        raise OperatorError(f"{path}: {error.strerror}") from None


def read_lines(path: Path) -> Iterator[Line]:
    """All lines that are not blank. A file that breaks off ends with a `broken` one, whatever came before is good."""
    with path.open("rb") as raw:
        packed = raw.read(2) == _GZIP
        raw.seek(0)
        number = 0
        with gzip.GzipFile(fileobj=raw) if packed else raw as source:
            try:
                for number, read in enumerate(_split(cast(IO[bytes], source)), start=1):
                    text = read.removeprefix(BOM_UTF8) if number == 1 else read
                    if text.strip():
                        yield Line(number, text, raw.tell())
            except (OSError, EOFError, zlib.error) as error:
                yield Line(number + 1, b"", raw.tell(), broken=f"the file breaks off: {error}")


def _split(source: IO[bytes]) -> Iterator[bytes]:
    """Lines; the rest of one that is too long to be an issue counts as the next line."""
    while text := source.readline(_LINE_MAX_BYTES):
        yield text
