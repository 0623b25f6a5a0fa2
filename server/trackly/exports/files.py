"""The files of an export, each made from the same rows."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trackly.exports import json_rows
from trackly.exports.document import ExportJob, Format
from trackly.exports.heads import cut_sentence, file_name
from trackly.exports.html import write_html
from trackly.exports.pdf import write_pdf
from trackly.exports.pictures import Picture
from trackly.exports.rows import Rows
from trackly.exports.sink import Sink
from trackly.exports.xlsx import write_xlsx

SPOOL = "rows.csv.part"
CONTENT_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
}


DRAWN: tuple[Format, ...] = ("pdf", "html")


@dataclass
class FileWriter:
    """Writes one file for each format into `folder`. `remarks` gathers what they leave out.

    `pictures` are there before a DRAWN format is written."""

    job: ExportJob
    folder: Path
    rows: Rows
    figures: Sequence[tuple[str, str | None]]
    pictures: list[Picture] = field(default_factory=list)
    truncated: bool = field(kw_only=True)
    remarks: list[str] = field(default_factory=list)
    _written: list[Format] = field(default_factory=list)

    def write(self, form: Format) -> None:
        """Make the file of this format; the CSV is there already. Raises ExportFailed(too_large, render)."""
        self._written.append(form)
        if form == "xlsx":
            said = [cut_sentence(self.rows.count)] if self.truncated else []
            path, most_bytes = self._path(form), self.job.caps.bytes
            self.remarks += write_xlsx(self.rows, self.job.document, path, most_bytes, said)
        elif form != "csv":
            with Sink(self._path(form), self.job.caps.bytes) as sink:
                self._fill(form, sink)

    def finish(self, rows_sha256: bytes) -> list[dict[str, Any]]:
        """The rows, whose hash is known, get the name of the CSV, or go; returns what there is, in the job's order."""
        if "csv" in self._written:
            self.rows.path.rename(self._path("csv"))
        else:
            self.rows.path.unlink()
        return [self._described(form, rows_sha256 if form == "csv" else None) for form in self.job.formats]

    def _fill(self, form: Format, sink: Sink) -> None:
        if form == "json":
            json_rows.write_array(self.rows, sink)
        elif form == "ndjson":
            json_rows.write_ndjson(self.rows, sink)
        else:
            write = write_pdf if form == "pdf" else write_html
            self.remarks += write(self.rows, self.job, self.figures, self.pictures, sink, truncated=self.truncated)

    def _path(self, form: Format) -> Path:
        return self.folder / file_name(self.job.file_stem, form, self.rows.count if self.truncated else None)

    def _described(self, form: Format, known: bytes | None) -> dict[str, Any]:
        path = self._path(form)
        return {
            "format": form,
            "name": path.name,
            "content_type": CONTENT_TYPES[form],
            "bytes": path.stat().st_size,
            "sha256": (known or _sha256(path)).hex(),
        }


def _sha256(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
