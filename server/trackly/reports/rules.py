"""Who may do what with reports. Pure.

Who sees a report: admins, its owner, and the people whom it is sent to (`queries.visible`)."""

from trackly.kit.errors import InvalidInput
from trackly.reports.cron import Cron, parse_cron
from trackly.reports.definition import KeptSchedule
from trackly.reports.errors import MayNotReport, MayNotWriteSql, NotYourReport
from trackly.reports.parts import Source, SqlSource
from trackly.users.facade import Actor, Role

TOO_FAST = "Only admins may have a report run more often than once a minute; `* * * * *` is once a minute"


def can_edit(actor: Actor, owner_id: int) -> bool:
    return actor.is_admin or (actor.user_id == owner_id and actor.role is not Role.REPORTER)


def may_create(actor: Actor) -> bool:
    return actor.role is not Role.REPORTER


def ensure_may_create(actor: Actor) -> None:
    """Raises MayNotReport for reporters."""
    if not may_create(actor):
        raise MayNotReport


def ensure_may_edit(actor: Actor, owner_id: int) -> None:
    """Its owner, as long as they are a maintainer, and admins. Raises NotYourReport."""
    if not can_edit(actor, owner_id):
        raise NotYourReport


def writes_sql(source: Source) -> bool:
    return isinstance(source, SqlSource)


def ensure_may_write_sql(source: Source, before: Source | None, *, may: bool) -> None:
    """Who may not write SQL can still change the rest of a report whose SQL stays as it is. Raises MayNotWriteSql."""
    if writes_sql(source) and source != before and not may:
        raise MayNotWriteSql


def ensure_may_repeat(actor: Actor, cron: Cron, *, at: str) -> None:
    """More often than once a minute is for admins: each slot is a run, and a row. InvalidInput on `at`."""
    if cron.is_fast and not actor.is_admin:
        raise InvalidInput.of(at, TOO_FAST)


def ensure_may_schedule(actor: Actor, wanted: KeptSchedule | None, before: KeptSchedule | None) -> None:
    """As `ensure_may_repeat`, at `schedule`; times that an admin chose may stay as they are."""
    times = None if before is None else (before.cron, before.tz)
    if wanted is not None and (wanted.cron, wanted.tz) != times:
        ensure_may_repeat(actor, parse_cron(wanted.cron, wanted.tz), at="schedule")
