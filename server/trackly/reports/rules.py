"""Who may do what with reports. Pure.

Who sees a report: admins, its owner, and the people whom it is sent to (`queries.visible`)."""

from trackly.reports.errors import MayNotReport, MayNotWriteSql, NotYourReport
from trackly.reports.parts import Source, SqlSource
from trackly.users.facade import Actor, Role


def can_edit(actor: Actor, owner_id: int) -> bool:
    return actor.is_admin or (actor.user_id == owner_id and actor.role is not Role.REPORTER)


def ensure_may_create(actor: Actor) -> None:
    """Raises MayNotReport for reporters."""
    if actor.role is Role.REPORTER:
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
