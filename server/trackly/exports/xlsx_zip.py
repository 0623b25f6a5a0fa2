"""A ZIP file written once from front to back, the same bytes for the same content.

Every entry stays under 4 GiB, so that it needs no Zip64 record, which some spreadsheets refuse.
Source: APPNOTE 6.3.10."""

import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from trackly.exports.errors import ExportFailed

LEVEL = 1
_LOCAL, _CENTRAL, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _DEFLATED = 20, 0x800, 8
_MOMENT = (0, 33)  # midnight, 1 January 1980: the first there is
_MOST = 2**32 - 1
_POLYNOMIAL = 0xEDB88320


@dataclass(frozen=True, slots=True)
class Packed:
    """A piece of an entry, deflated by itself in the file at `path` from `offset` on. `check`, `size`: CRC-32 and
    length of what was deflated. All pieces but the last end on a byte, without an end of stream."""

    path: Path
    offset: int
    check: int
    size: int


class Zip:
    """A new archive at `path`; `most_bytes` for all of it. Raises ExportFailed(too_large)."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self._file = path.open("xb")
        self._most = min(most_bytes, _MOST)
        self._entries: list[tuple[bytes, int, int, int, int]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._file:
            if error is None:
                self._finish()

    def add(self, name: str, content: str) -> None:
        plain = content.encode()
        packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        offset = self._begin(name)
        self._write(packer.compress(plain) + packer.flush())
        self._end(name, offset, zlib.crc32(plain), len(plain))

    def add_packed(self, name: str, pieces: Iterable[Packed]) -> None:
        """One entry from pieces, in order."""
        offset = self._begin(name)
        check = size = 0
        for piece in pieces:
            with piece.path.open("rb") as file:
                file.seek(piece.offset)
                while part := file.read(1 << 20):
                    self._write(part)
            check, size = crc32_of_both(check, piece.check, piece.size), size + piece.size
        if size > _MOST:
            raise ExportFailed("too_large", "A sheet would be larger than it may be. Ask for fewer rows")
        self._end(name, offset, check, size)

    def _begin(self, name: str) -> int:
        offset = self._file.tell()
        self._file.write(_local(name.encode(), 0, 0, 0))
        return offset

    def _write(self, part: bytes) -> None:
        self._file.write(part)
        if self._file.tell() > self._most:
            raise ExportFailed("too_large", "The spreadsheet would be larger than it may be. Ask for fewer rows")

    def _end(self, name: str, offset: int, check: int, size: int) -> None:
        packed = self._file.tell() - offset - _LOCAL.size - len(name.encode())
        self._file.seek(offset)
        self._file.write(_local(name.encode(), check, packed, size))
        self._file.seek(0, 2)
        self._entries.append((name.encode(), offset, check, packed, size))

    def _finish(self) -> None:
        start = self._file.tell()
        for name, offset, check, packed, size in self._entries:
            about = (_VERSION, _VERSION, _UTF8, _DEFLATED, *_MOMENT, check, packed, size, len(name), 0, 0, 0, 0, 0)
            self._file.write(_CENTRAL.pack(b"PK\1\2", *about, offset) + name)
        count, length = len(self._entries), self._file.tell() - start
        self._file.write(_END.pack(b"PK\5\6", 0, 0, count, count, length, start, 0))


def _local(name: bytes, check: int, packed: int, size: int) -> bytes:
    head = (b"PK\3\4", _VERSION, _UTF8, _DEFLATED, *_MOMENT, check, packed, size, len(name), 0)
    return _LOCAL.pack(*head) + name


def crc32_of_both(first: int, second: int, second_bytes: int) -> int:
    """CRC-32 of two texts in a row, from that of each. Source: Mark Adler, crc32_combine in zlib."""
    power = [_POLYNOMIAL, *(1 << bit for bit in range(31))]  # what one zero bit does to a check
    for _ in range(3):
        power = _squared(power)  # one zero byte
    while second_bytes:
        if second_bytes & 1:
            first = _times(power, first)
        power = _squared(power)
        second_bytes >>= 1
    return first ^ second


def _times(matrix: list[int], vector: int) -> int:
    total = 0
    for row in matrix:
        if vector & 1:
            total ^= row
        vector >>= 1
    return total


def _squared(matrix: list[int]) -> list[int]:
    return [_times(matrix, row) for row in matrix]
