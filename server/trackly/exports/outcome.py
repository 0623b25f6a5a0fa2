"""What a job's process hands back, as JSON, and what is made of it on this side. Names of files are names only."""

from pathlib import Path
from typing import Any

from trackly.exports.document import DrawnChart, Exported, ExportedFile
from trackly.exports.plan import Column, ColumnType, Preview


def column_out(column: Column) -> dict[str, str]:
    return {"name": column.name, "type": column.type.value, "title": column.title}


def exported(told: dict[str, Any], folder: Path) -> Exported:
    """The result of an export whose files are in `folder`."""
    return Exported(
        columns=columns_of(told),
        rows=told["rows"],
        truncated=told["truncated"],
        position=told["position"],
        seconds=told["seconds"],
        files=tuple(
            ExportedFile(
                file["format"],
                file["name"],
                _inside(folder, file["name"]),
                file["content_type"],
                bytes.fromhex(file["sha256"]),
                file["bytes"],
            )
            for file in told["files"]
        ),
        charts=tuple(
            DrawnChart(chart["title"], chart["spec"], _inside(folder, chart["png"]), _inside(folder, chart["svg"]))
            for chart in told["charts"]
        ),
        figures=tuple((name, value) for name, value in told["figures"]),
        checks=tuple((name, value) for name, value in told["checks"]),
        head=told["head"],
        data=_inside(folder, told["data"]) if told["data"] else None,
        fingerprint=bytes.fromhex(told["fingerprint"]),
        remarks=tuple(told["remarks"]),
    )


def previewed(told: dict[str, Any]) -> Preview:
    return Preview(columns_of(told), told["rows"], told["truncated"], told["ms"], told["plan_cost"])


def columns_of(told: dict[str, Any]) -> tuple[Column, ...]:
    return tuple(Column(column["name"], ColumnType(column["type"]), column["title"]) for column in told["columns"])


def _inside(folder: Path, name: str) -> Path:
    return folder / Path(name).name
