"""The rows of a sheet, packed block by block in two processes: how many there are changes no byte."""

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

from trackly.exports.errors import ExportFailed
from trackly.exports.limits import end_with_parent
from trackly.exports.rows import Rows
from trackly.exports.xlsx_cells import Cells
from trackly.exports.xlsx_zip import LEVEL, Packed

_WORKERS = 2
_BATCH_ROWS = 500
_HEADER = struct.Struct("<IQI")  # CRC-32, length, texts cut


@dataclass(frozen=True, slots=True)
class Block:
    """Rows `first` (0 is the first below the head) to `first + count`, bytes `start` to `end` of the CSV."""

    number: int
    first: int
    count: int
    start: int
    end: int


def pack_rows(rows: Rows, count: int, folder: Path) -> tuple[list[Packed], int]:
    """The XML of the first `count` rows in files of `folder`, and how many texts were cut. Raises ExportFailed."""
    blocks = _blocks(rows, count)
    workers = max(1, min(_WORKERS, len(blocks), len(os.sched_getaffinity(0))))
    others = [_beside(rows, blocks[worker::workers], folder) for worker in range(1, workers)]
    _pack_all(rows, blocks[::workers], folder)
    for pid in others:
        _, status = os.waitpid(pid, 0)
        if status:
            raise ExportFailed("memory", "The process that packed the spreadsheet broke off")
    return _collected(blocks, folder)


def packed_text(text: str, path: Path, *, is_last: bool) -> Packed:
    """A piece from a text in UTF-8 read as Latin-1."""
    plain = text.encode("latin-1")
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    path.write_bytes(packer.compress(plain) + packer.flush(zlib.Z_FINISH if is_last else zlib.Z_FULL_FLUSH))
    return Packed(path, 0, zlib.crc32(plain), len(plain))


def _blocks(rows: Rows, count: int) -> list[Block]:
    marks = [(0, rows.offset), *rows.marks, (rows.count, rows.path.stat().st_size)]
    pairs = pairwise(marks)
    return [
        Block(number, first, min(following, count) - first, start, end)
        for number, ((first, start), (following, end)) in enumerate(pairs)
        if first < count
    ]


def _beside(rows: Rows, blocks: Sequence[Block], folder: Path) -> int:
    """Pack these in a process of their own; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        end_with_parent()
        _pack_all(rows, blocks, folder)
        status = 0
    finally:
        os._exit(status)


def _pack_all(rows: Rows, blocks: Sequence[Block], folder: Path) -> None:
    cells = Cells(rows.columns, rows.free_text())
    for block in blocks:
        _pack(rows, block, cells, _part(folder, block.number))


def _pack(rows: Rows, block: Block, cells: Cells, path: Path) -> None:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    check = size = 0
    cut_before = cells.cut
    with path.open("xb") as part, rows.open() as file:
        part.write(_HEADER.pack(0, 0, 0))
        file.seek(block.start)
        texts = islice(cells.rows(file, block.end, block.first + 2), block.count)
        for batch in _batches(texts):
            check, size = zlib.crc32(batch, check), size + len(batch)
            part.write(packer.compress(batch))
        part.write(packer.flush(zlib.Z_FULL_FLUSH))
        part.seek(0)
        part.write(_HEADER.pack(check, size, cells.cut - cut_before))


def _batches(texts: Iterator[str]) -> Iterator[bytes]:
    while batch := "".join(islice(texts, _BATCH_ROWS)):
        yield batch.encode("latin-1")


def _collected(blocks: Sequence[Block], folder: Path) -> tuple[list[Packed], int]:
    pieces, cut = [], 0
    for block in blocks:
        path = _part(folder, block.number)
        with path.open("rb") as file:
            check, size, cut_here = _HEADER.unpack(file.read(_HEADER.size))
        pieces.append(Packed(path, _HEADER.size, check, size))
        cut += cut_here
    return pieces, cut


def _part(folder: Path, number: int) -> Path:
    return folder / f"sheet-{number}.part"
