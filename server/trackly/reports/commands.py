"""What people do with the definitions of reports. Each change is a version; runs keep the one that they began with."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, update

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import FieldError, InvalidInput
from trackly.reports import events
from trackly.reports.checking import Checker
from trackly.reports.claim import settle_due
from trackly.reports.definition import Definition
from trackly.reports.queries import FoundReport, hold_report, load_report, people_of
from trackly.reports.rules import ensure_may_create, ensure_may_edit
from trackly.reports.scheduling import put_schedule
from trackly.reports.schemas import ReportNew, ReportOut, ReportPatch
from trackly.reports.showing import show_report
from trackly.reports.tables import ReportRow, ReportVersionRow
from trackly.reports.views import as_sent, definition_of, ensure_fresh, facts_of
from trackly.users.facade import Actor


async def create_report(uow: UnitOfWork, actor: Actor, new: ReportNew, checker: Checker) -> ReportOut:
    """Define a report, which is the actor's from then on. MayNotReport, and what `Checker.check` raises."""
    ensure_may_create(actor)
    definition = await checker.check(uow.session, actor, new, None, uow.now)
    written = await uow.session.execute(
        insert(ReportRow)
        .values(**_values(new, definition), owner_id=actor.user_id, created_at=uow.now, updated_at=uow.now)
        .returning(ReportRow.id)
    )
    report_id = int(written.scalar_one())
    await _write_version(uow, actor, report_id, 1, new, definition)
    await checker.keep_secrets(uow, actor, actor.user_id, new)
    await put_schedule(uow, report_id, definition.schedule)
    found = await load_report(uow.session, report_id)
    uow.record(events.report_created(facts_of(found), await _readers(uow, definition), actor.ref))
    return await show_report(uow.session, actor, found, uow.now)


async def replace_report(
    uow: UnitOfWork, actor: Actor, report_id: int, new: ReportNew, if_match: int | None, checker: Checker
) -> ReportOut:
    """Put a whole definition in the place of the present one, also an earlier version of it.

    ReportNotFound, NotYourReport, StaleVersion, and what `Checker.check` raises. Locks: the report."""
    return await _change(uow, actor, await _hold(uow, actor, report_id, if_match), new, checker)


async def update_report(
    uow: UnitOfWork, actor: Actor, report_id: int, patch: ReportPatch, if_match: int | None, checker: Checker
) -> ReportOut:
    """Change some members, each whole. As `replace_report`."""
    found = await _hold(uow, actor, report_id, if_match)
    wanted = {**as_sent(found), **patch.model_dump(mode="json", exclude_unset=True)}
    return await _change(uow, actor, found, _whole(wanted), checker)


async def delete_report(uow: UnitOfWork, actor: Actor, report_id: int, if_match: int | None) -> None:
    """Take a report away, with its schedule. Its runs stay in the ledger, its files until their time is over.

    ReportNotFound, NotYourReport, StaleVersion. Locks: the report."""
    found = await _hold(uow, actor, report_id, if_match)
    readers = await _readers(uow, definition_of(found))
    await settle_due(uow, report_id)
    await put_schedule(uow, report_id, None)
    gone = {"deleted_at": uow.now, "updated_at": uow.now, "version": found.row.version + 1, "is_active": False}
    await uow.session.execute(update(ReportRow).where(ReportRow.id == report_id).values(**gone))
    uow.record(events.report_deleted(facts_of(found), readers, actor.ref))


async def _hold(uow: UnitOfWork, actor: Actor, report_id: int, if_match: int | None) -> FoundReport:
    found = await hold_report(uow.session, actor, report_id)
    ensure_may_edit(actor, found.row.owner_id)
    ensure_fresh(found, if_match)
    return found


async def _change(uow: UnitOfWork, actor: Actor, found: FoundReport, new: ReportNew, checker: Checker) -> ReportOut:
    """Nothing is told, and the version stays, when nothing changes. What was due so far is settled as it was."""
    before, row = definition_of(found), found.row
    definition = await checker.check(uow.session, actor, new, before, uow.now)
    await checker.keep_secrets(uow, actor, row.owner_id, new)
    if (definition.kept, new.name, new.is_active) == (before.kept, row.name, row.is_active):
        return await show_report(uow.session, actor, found, uow.now)
    await settle_due(uow, row.id)
    known, version = facts_of(found), row.version + 1
    values = {**_values(new, definition), "version": version, "updated_at": uow.now}
    await uow.session.execute(update(ReportRow).where(ReportRow.id == row.id).values(**values))
    await _write_version(uow, actor, row.id, version, new, definition)
    await put_schedule(uow, row.id, definition.schedule)
    old, now = set(await _readers(uow, before)), set(await _readers(uow, definition))
    if old - now:
        uow.record(events.report_withdrawn(known, old - now, actor.ref))
    changed = await load_report(uow.session, row.id)
    uow.record(events.report_updated(facts_of(changed), now, actor.ref))
    return await show_report(uow.session, actor, changed, uow.now)


def _values(new: ReportNew, definition: Definition) -> dict[str, Any]:
    return {
        "name": new.name,
        "description": new.description,
        "definition": definition.kept,
        "is_active": new.is_active,
    }


def _whole(wanted: dict[str, Any]) -> ReportNew:
    """InvalidInput when parts that are each in order do not make a whole."""
    try:
        return ReportNew.model_validate(wanted)
    except ValidationError as error:
        errors = [FieldError(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        raise InvalidInput("; ".join(f"{one.field}: {one.message}" for one in errors[:3]), errors=errors) from None


async def _write_version(
    uow: UnitOfWork, actor: Actor, report_id: int, version: int, new: ReportNew, definition: Definition
) -> None:
    await uow.session.execute(
        insert(ReportVersionRow).values(
            report_id=report_id,
            version=version,
            author_id=actor.user_id,
            name=new.name,
            definition={**definition.kept, "name": new.name, "is_active": new.is_active},
            at=uow.now,
        )
    )


async def _readers(uow: UnitOfWork, definition: Definition) -> list[str]:
    """The tokens of those whom the report is sent to at this moment."""
    return [f"u:{user_id}" for user_id in await people_of(uow.session, definition.recipients)]
