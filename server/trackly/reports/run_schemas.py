"""Runs on the wire: a row of the ledger, and one run with all that it made and said."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from trackly.kit.schema import In, Out, UtcTime
from trackly.notifications.facade import DeliveryOut
from trackly.reports.parts import FileFormat
from trackly.reports.schemas import GivenValues, RunStatus
from trackly.reports.tables import ReportRunRow
from trackly.users.facade import Person

Trigger = Literal["schedule", "manual", "test", "api"]
GOING = ("QUEUED", "RUNNING", "RENDERED")
"""States of a run that has a worker before it, or has one now."""
OPEN = (*GOING, "DELIVERING")
"""States that are not final."""


class RunNew(In):
    """`parameters` take the place of the defaults. `as_of`: of an earlier run, whose numbers are made again."""

    parameters: GivenValues = Field(default_factory=dict)
    as_of: Annotated[str, StringConstraints(pattern=r"^\d{1,18}\.\d{1,18}$")] | None = None


class RunProgress(Out):
    """What the run is at, such as `rows` or `pdf`, and how far: 0 to 1, null when that is not known."""

    stage: str
    part: float | None


class RunError(Out):
    code: str
    message: str


class RunSummary(Out):
    """A row of the ledger. `reason`: in words, why nothing was sent or why it waits. `sent` of `addressed` deliveries.

    `next_try_at`: when a queued run begins at the latest, unless all workers are busy."""

    id: int
    report_id: int
    report_version: int
    status: RunStatus
    trigger: Trigger
    scheduled_for: UtcTime | None
    created_at: UtcTime
    started_at: UtcTime | None
    finished_at: UtcTime | None
    requested_by: Person | None
    reason: str | None
    rows: int | None
    bytes: int | None
    truncated: bool
    as_of: str | None
    attempt: int
    sent: int
    addressed: int
    next_try_at: UtcTime | None
    error: RunError | None
    progress: RunProgress | None
    version: int


class RunFile(Out):
    """`removed`: by age or quota; the receipt stays."""

    id: UUID
    edition_id: int
    scope_label: str
    format: FileFormat
    name: str
    content_type: str
    bytes: int
    sha256: str
    removed: bool


class RunLogLine(Out):
    at: UtcTime
    level: Literal["info", "warning", "error"]
    text: str


class RunReport(Out):
    """What the run is a run of."""

    id: int
    name: str


class RunOut(RunSummary):
    """Whom the report is only sent to sees the files of their own edition and their own deliveries, and no log."""

    report: RunReport
    parameters: dict[str, Any]
    moment: UtcTime | None
    files: list[RunFile]
    deliveries: list[DeliveryOut]
    log: list[RunLogLine]


class RunLedgerRow(RunSummary):
    """A row of the ledger of all reports."""

    report: RunReport


class SchedulePreview(Out):
    """What a schedule means. `next` in UTC; `note`: how the clock in `tz` changes meanwhile, in words."""

    cron: str
    when: str
    tz: str
    wait_for: Literal["yesterday_closed"] | None
    wait_until: str | None
    next: list[UtcTime]
    note: str | None


def summary_of(row: ReportRunRow, requested_by: Person | None) -> RunSummary:
    return RunSummary.model_validate(summary_fields(row, requested_by))


def summary_fields(row: ReportRunRow, requested_by: Person | None) -> dict[str, Any]:
    progress = row.progress or {}
    fields = {name: getattr(row, name) for name in _SAME}
    return {
        **fields,
        "status": row.state,
        "requested_by": requested_by,
        "sent": progress.get("sent", 0),
        "addressed": progress.get("addressed", 0),
        "next_try_at": row.not_before if row.state == "QUEUED" else None,
        "error": {"code": row.error_code, "message": row.error_message or ""} if row.error_code else None,
        "progress": progress if row.state == "RUNNING" and "stage" in progress else None,
    }


_SAME = (
    *("id", "report_id", "report_version", "trigger", "scheduled_for", "created_at", "started_at", "finished_at"),
    *("reason", "rows", "bytes", "truncated", "as_of", "attempt", "version"),
)
