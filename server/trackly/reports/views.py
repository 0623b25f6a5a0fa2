"""Reports in the forms in which they travel. Pure."""

from datetime import datetime
from typing import Any

from trackly.kit.errors import StaleVersion
from trackly.reports.cron import next_slots, parse_cron
from trackly.reports.cron_words import say_schedule
from trackly.reports.definition import Definition, Known, recipients_out
from trackly.reports.queries import FoundReport
from trackly.reports.rules import can_edit
from trackly.reports.schemas import ReportFacts, ReportOut, ReportSummary, ScheduleOut
from trackly.reports.tables import ReportScheduleRow
from trackly.users.facade import Actor

FIRES_SHOWN = 5


def definition_of(found: FoundReport) -> Definition:
    return Definition.model_validate(found.row.definition)


def as_sent(found: FoundReport) -> dict[str, Any]:
    """The present definition as PUT would bring it. Webhooks without their secret: that says that it stays."""
    return {**found.row.definition, "name": found.row.name, "is_active": found.row.is_active}


def schedule_of(row: ReportScheduleRow) -> ScheduleOut:
    cron = parse_cron(row.cron, row.tz)
    return ScheduleOut.model_validate(
        {
            **{name: getattr(row, name) for name in ScheduleOut.model_fields if name != "when"},
            "when": say_schedule(cron, row.wait_for, row.wait_until),
        }
    )


def facts_of(found: FoundReport) -> ReportFacts:
    """The form in events."""
    row = found.row
    return ReportFacts(
        id=row.id,
        name=row.name,
        description=row.description,
        kind=row.definition["source"]["kind"],
        formats=row.definition["formats"],
        owner=found.owner,
        schedule=schedule_of(found.schedule) if found.schedule else None,
        next_fire_at=found.schedule.next_fire_at if found.schedule and row.is_active else None,
        is_active=row.is_active,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def summary_of(found: FoundReport, reader: Actor) -> ReportSummary:
    """The form in lists."""
    facts = facts_of(found).model_dump()
    return ReportSummary(**facts, last_run=found.last_run, can_edit=can_edit(reader, found.row.owner_id))


def report_of(found: FoundReport, reader: Actor, known: Known, now: datetime) -> ReportOut:
    """The whole of it, as far as it is the reader's to know. `known`: of its recipients."""
    summary, definition = summary_of(found, reader), definition_of(found)
    return ReportOut(
        **summary.model_dump(),
        source=definition.source if summary.can_edit else None,
        parameters=list(definition.parameters),
        recipients=recipients_out(definition, known) if summary.can_edit else [],
        templates=definition.templates,
        checks=list(definition.checks),
        document=definition.document,
        next_fires=_next_fires(found, now),
    )


def _next_fires(found: FoundReport, now: datetime) -> list[datetime]:
    schedule = found.schedule
    if schedule is None or schedule.paused_at is not None or not found.row.is_active:
        return []
    return next_slots(parse_cron(schedule.cron, schedule.tz), now, FIRES_SHOWN)


def ensure_fresh(found: FoundReport, if_match: int | None) -> None:
    """Raises StaleVersion when the client saw another version."""
    version = found.row.version
    if if_match is not None and if_match != version:
        raise StaleVersion(f"The report is at version {version} now.", fields={"version": version})
