"""A definition is looked at from all sides before anything of it is saved: what is wrong is said with its place."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from trackly.events.unit_of_work import UnitOfWork
from trackly.kit.errors import FieldError, InvalidInput
from trackly.notifications.facade import (
    InvalidAddress,
    NotificationServices,
    WebhookRefused,
    check_webhook_url,
    ensure_mail_address,
)
from trackly.reports.cron import BadCron, parse_cron
from trackly.reports.definition import Definition, KeptSchedule
from trackly.reports.parameters import RunDay, check_declarations, refuse, resolve_values
from trackly.reports.parts import (
    DatasetSource,
    EmailRecipient,
    Parameter,
    Recipient,
    RoleRecipient,
    RowCountCheck,
    Schedule,
    Source,
    UserRecipient,
    WebhookRecipient,
)
from trackly.reports.plans import Asked, Planner, sandbox_types
from trackly.reports.queries import known_projects, unknown_people
from trackly.reports.rules import ensure_may_create, ensure_may_schedule, ensure_may_write_sql, writes_sql
from trackly.reports.schemas import ReportNew
from trackly.reports.spelling import nearest
from trackly.reports.templates import VARIABLES, template_errors, variable_of
from trackly.reports.words import BadWords, read_words
from trackly.sandbox.facade import InvalidSql, SqlReportsOff, check_sql, describe_sql, look_at_sql, may_write_sql
from trackly.users.facade import Actor

WEBHOOKS_MOST = 10
_CHARTED = ("x", "y", "series")


def keep_schedule(schedule: Schedule) -> KeptSchedule:
    """The schedule with its words understood; a zone in the words is the schedule's. InvalidInput on `schedule.…`."""
    cron, tz, wait_for, wait_until = schedule.cron, schedule.tz, schedule.wait_for, schedule.wait_until
    if schedule.when is not None:
        try:
            spoken = read_words(schedule.when)
        except BadWords as error:
            raise InvalidInput.of("schedule.when", str(error)) from None
        cron, tz = spoken.cron, spoken.tz or tz
        wait_for, wait_until = spoken.wait_for or wait_for, spoken.wait_until or wait_until
    try:
        parsed = parse_cron(cron or "", tz)
    except BadCron as error:
        raise InvalidInput.of("schedule.cron", str(error)) from None
    options = schedule.model_dump(include={"catchup", "overlap", "grace_s", "jitter_s", "pause_after"})
    return KeptSchedule(cron=parsed.text, tz=tz, wait_for=wait_for, wait_until=wait_until, **options)


@dataclass(frozen=True, slots=True)
class Checker:
    """`notifications` knows which hosts webhooks may reach, and keeps their secrets."""

    planner: Planner
    notifications: NotificationServices

    async def check(
        self, session: AsyncSession, author: Actor, new: ReportNew, before: Definition | None, now: datetime
    ) -> Definition:
        """The definition to keep. InvalidInput with the places of what is wrong, InvalidSql with line and column,
        MayNotWriteSql, SqlReportsOff. What stays as it was `before` is not asked about: a report can be switched off
        when a person, a project or a table that it names is no more."""
        schedule = None if new.schedule is None else keep_schedule(new.schedule)
        ensure_may_schedule(author, schedule, before.schedule if before else None)
        check_declarations(new.parameters)
        recipients = [_with_plain_address(index, one) for index, one in enumerate(new.recipients)]
        known = {one.url for one in before.webhooks} if before else set()
        await self._check_webhooks(recipients, known)
        await _check_people(session, author, recipients, before)
        same = before is not None and before.source == new.source and before.parameters == tuple(new.parameters)
        await _ensure_may_write(session, author, new.source, before.source if before else None)
        asked = Asked(new.source, tuple(new.parameters), tuple(new.document.charts))
        if not same or before is None or before.document.charts != new.document.charts:
            await self.planner.check(session, author, asked)
        tz = schedule.tz if schedule else "UTC"
        values = resolve_values(new.parameters, {}, RunDay(now, tz), needed=False)
        if before is not None and same and _looks_the_same(before, new):
            return _kept(new, recipients, schedule)
        figures: tuple[str, ...] = ()
        if isinstance(new.source, DatasetSource):
            plan = await self.planner.plan_dataset(session, author, asked, values, now, tz)
            refuse(_strange_columns(_named_columns(new), plan.columns or ()))
            figures = tuple(figure.label for figure in plan.figures)
        elif before is None or not same or before.checks != tuple(new.checks) or before.document != new.document:
            columns = await self._columns_of_sql(asked)
            if columns is not None:
                refuse(_strange_columns([*_named_columns(new), *_charted_columns(new)], columns))
        _check_words(new, figures)
        return _kept(new, recipients, schedule)

    async def _columns_of_sql(self, asked: Asked) -> Sequence[str] | None:
        """Those that SQL over our own views gives; None where nobody can say so now. InvalidSql on `source.sql`."""
        source = asked.source
        if isinstance(source, DatasetSource) or source.data_source_id is not None:
            return None
        try:
            checked = await look_at_sql(check_sql, source.sql, sandbox_types(asked.parameters))
            return await describe_sql(self.planner.sandbox, checked)
        except SqlReportsOff:
            return None
        except InvalidSql as error:
            error.errors = (FieldError("source.sql", error.reason),)
            raise

    async def keep_secrets(self, uow: UnitOfWork, author: Actor, owner_id: int, new: ReportNew) -> None:
        """Keep the secrets of webhooks that were sent along; null takes one away, none sent leaves it as it is."""
        for one in new.recipients:
            if isinstance(one, WebhookRecipient) and "secret" in one.model_fields_set:
                await self.notifications.keep_webhook_secret(uow, author, owner_id, one.url, one.secret)

    async def _check_webhooks(self, recipients: Sequence[Recipient], known: Collection[str]) -> None:
        places = [(n, one.url) for n, one in enumerate(recipients) if isinstance(one, WebhookRecipient)]
        if len(places) > WEBHOOKS_MOST:
            raise InvalidInput.of("recipients", f"may name {WEBHOOKS_MOST} webhooks at most")
        fresh = [(n, url) for n, url in places if url not in known]
        said = await asyncio.gather(*(self._refusal(url) for _, url in fresh))
        refuse([FieldError(f"recipients.{n}.url", why) for (n, _), why in zip(fresh, said, strict=True) if why])

    async def _refusal(self, url: str) -> str | None:
        try:
            await check_webhook_url(url, self.notifications.allowed_hosts)
        except WebhookRefused as error:
            return error.detail
        return None


def _kept(new: ReportNew, recipients: Sequence[Recipient], schedule: KeptSchedule | None) -> Definition:
    members = {name: getattr(new, name) for name in Definition.model_fields if name in ReportNew.model_fields}
    return Definition.model_validate({**members, "recipients": recipients, "schedule": schedule})


def _looks_the_same(before: Definition, new: ReportNew) -> bool:
    """Whether words, checks and charts are those that were looked at with this source already."""
    return (before.templates, before.checks, before.document) == (new.templates, tuple(new.checks), new.document)


async def ensure_may_write(session: AsyncSession, actor: Actor, source: Source) -> None:
    """That the actor may make a report of this source. MayNotReport, MayNotWriteSql."""
    ensure_may_create(actor)
    await _ensure_may_write(session, actor, source, None)


async def _ensure_may_write(session: AsyncSession, actor: Actor, source: Source, before: Source | None) -> None:
    if writes_sql(source):
        ensure_may_write_sql(source, before, may=await may_write_sql(session, actor))


def known_variables(parameters: Iterable[Parameter], figures: Iterable[str]) -> set[str]:
    """The variables that the words of a report may use."""
    return {*VARIABLES, *(parameter.name for parameter in parameters), *map(variable_of, figures)}


def _check_words(new: ReportNew, figures: Sequence[str]) -> None:
    known = known_variables(new.parameters, figures)
    refuse(
        [
            *template_errors("templates.subject", new.templates.subject, known),
            *template_errors("templates.intro", new.templates.intro, known),
        ]
    )


def _named_columns(new: ReportNew) -> list[tuple[str, str]]:
    """The columns that checks and the document name, each with its place."""
    named = [
        (f"checks.{index}.column", check.column)
        for index, check in enumerate(new.checks)
        if not isinstance(check, RowCountCheck)
    ]
    if new.document.group_by is not None:
        named.append(("document.group_by", new.document.group_by))
    return named


def _charted_columns(new: ReportNew) -> list[tuple[str, str]]:
    """The columns that charts name, each with its place."""
    parts = [(n, part, getattr(chart, part)) for n, chart in enumerate(new.document.charts) for part in _CHARTED]
    return [(f"document.charts.{n}.{part}", name) for n, part, name in parts if name is not None]


def _strange_columns(named: Iterable[tuple[str, str]], columns: Sequence[str]) -> list[FieldError]:
    return [FieldError(at, _no_column(name, columns)) for at, name in named if name not in columns]


def _no_column(name: str, columns: Sequence[str]) -> str:
    close = nearest(name, columns)
    return f"the report has no column {name}" + (f"; did you mean {close}?" if close else "")


def _with_plain_address(index: int, recipient: Recipient) -> Recipient:
    if not isinstance(recipient, EmailRecipient):
        return recipient
    try:
        address = ensure_mail_address(recipient.address).lower()
    except InvalidAddress as error:
        raise InvalidInput.of(f"recipients.{index}.address", error.detail) from None
    return recipient.model_copy(update={"address": address})


async def _check_people(
    session: AsyncSession, author: Actor, recipients: Sequence[Recipient], before: Definition | None
) -> None:
    """That people are here and active, and projects known to the author; of those that come new."""
    stay = before.recipients if before else ()
    new = [(n, one) for n, one in enumerate(recipients) if one not in stay]
    people = {n: one.user_id for n, one in new if isinstance(one, UserRecipient)}
    projects = {n: one.project for n, one in new if isinstance(one, RoleRecipient) and one.project}
    strangers = await unknown_people(session, people.values())
    known = await known_projects(session, author, projects.values())
    refuse(
        [
            *(
                FieldError(f"recipients.{n}.user_id", "is no active person")
                for n, i in people.items()
                if i in strangers
            ),
            *(
                FieldError(f"recipients.{n}.project", "is no project")
                for n, key in projects.items()
                if key not in known
            ),
        ]
    )
