"""Trying a report before it is saved: the first rows of its source, the words of its mail."""

from trackly.exports.facade import ExportFailed, preview
from trackly.kit.errors import FieldError
from trackly.reports.checking import ensure_may_write
from trackly.reports.errors import PreviewFailed, ReportsUnavailable
from trackly.reports.examples import example_letter, example_of
from trackly.reports.letter import letter_text
from trackly.reports.letter_html import letter_html
from trackly.reports.parameters import RunDay, Value, check_declarations, resolve_values
from trackly.reports.parts import DatasetSource
from trackly.reports.plans import Asked
from trackly.reports.rules import ensure_may_create
from trackly.reports.schemas import (
    PreviewColumn,
    PreviewNew,
    PreviewOut,
    TemplateNew,
    TemplateOut,
    TemplateProblem,
    VariableOut,
)
from trackly.reports.services import ReportServices
from trackly.reports.templates import VARIABLES, template_errors, variable_of
from trackly.reports.variables import variables_of
from trackly.users.facade import Actor

PREVIEW_ROWS = 100


async def preview_report(services: ReportServices, actor: Actor, wanted: PreviewNew) -> PreviewOut:
    """The first rows of a source with the actor's rights. MayNotReport, MayNotWriteSql, InvalidInput, InvalidSql,
    SqlReportsOff, PreviewFailed, ReportsUnavailable."""
    now = services.work.clock.now()
    check_declarations(wanted.declared, "declared")
    values = resolve_values(wanted.declared, wanted.parameters, RunDay(now, wanted.tz))
    asked = Asked(wanted.source, tuple(wanted.declared))
    async with services.work.database.read_session() as session:
        await ensure_may_write(session, actor, wanted.source)
        await services.planner.check(session, actor, asked)
    try:
        async with services.planner.open(actor, asked, values, now, wanted.tz) as plan:
            found = await preview(plan.plan, PREVIEW_ROWS)
    except ExportFailed as error:
        raise _refusal(error) from None
    return PreviewOut(
        columns=[PreviewColumn(name=one.name, type=one.type, title=one.head) for one in found.columns],
        rows=found.rows,
        truncated=found.truncated,
        ms=found.ms,
        cost=found.plan_cost,
    )


async def preview_words(services: ReportServices, actor: Actor, wanted: TemplateNew) -> TemplateOut:
    """How a mail with these words would read, with examples for what a run would know. MayNotReport, and what a
    dataset is refused for; mistakes in the words are named in the answer."""
    ensure_may_create(actor)
    check_declarations(wanted.declared, "declared")
    day = RunDay(services.work.clock.now(), wanted.tz)
    values = resolve_values(wanted.declared, {}, day, needed=False)
    labels = await _figures_of(services, actor, wanted, values, day)
    told = example_of(wanted.name, actor.name, day, labels, values, services.public_url)
    variables = variables_of(told)
    subject, intro = wanted.templates.subject, wanted.templates.intro
    errors = [
        *template_errors("templates.subject", subject, variables),
        *template_errors("templates.intro", intro, variables),
    ]
    letter = await example_letter(wanted.templates, told, broken={error.field for error in errors})
    described = {**VARIABLES, **{variable_of(label): f"the figure {label}" for label in labels}}
    return TemplateOut(
        subject=letter.subject,
        html=letter_html(letter),
        text=letter_text(letter),
        variables=[
            VariableOut(name=name, description=described.get(name, f"the parameter {name}"), example=example)
            for name, example in variables.items()
        ],
        errors=[TemplateProblem(field=error.field, message=error.message) for error in errors],
    )


async def _figures_of(
    services: ReportServices, actor: Actor, wanted: TemplateNew, values: dict[str, Value], day: RunDay
) -> list[str]:
    """The labels of the figures that the source brings."""
    if not isinstance(wanted.source, DatasetSource):
        return []
    asked = Asked(wanted.source, tuple(wanted.declared))
    async with services.work.database.read_session() as session:
        plan = await services.planner.plan_dataset(session, actor, asked, values, day.moment, day.tz)
    return [figure.label for figure in plan.figures]


def _refusal(error: ExportFailed) -> PreviewFailed | ReportsUnavailable:
    if error.code == "connection":
        return ReportsUnavailable(error.message)
    place = {"position": error.position} if error.position else {}
    return PreviewFailed(error.message, fields={"reason": error.code, **place}, errors=[_at_source(error)])


def _at_source(error: ExportFailed) -> FieldError:
    return FieldError("source", error.message)
