"""An edition that never was, for who writes the words of a mail: what a run would know, with plain examples."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from trackly.reports.edition_schemas import (
    ChangesOut,
    ColumnFact,
    FieldDifferenceOut,
    FigureFact,
    RowChangesOut,
    RowDifferenceOut,
    Since,
)
from trackly.reports.editions import moment_text
from trackly.reports.letter import Letter
from trackly.reports.mails import mail_html
from trackly.reports.parameters import RunDay
from trackly.reports.parts import Templates
from trackly.reports.templates import fill_line, fill_markdown
from trackly.reports.variables import Told, variables_of

_COLUMNS = (
    ColumnFact(name="key", type="text", title="Key"),
    ColumnFact(name="title", type="text", title="Title"),
    ColumnFact(name="status", type="text", title="Status"),
)
_HEAD = (
    ("TRK-12", "Labels print twice on the second tray", "In progress"),
    ("TRK-19", "Search forgets the last filter", "Triaged"),
    ("TRK-27", "Export of dates in the wrong zone", "Open"),
)
_DEFAULT_SUBJECT = "{{report}}, {{date}}"


def example_of(
    report: str, owner: str, day: RunDay, figures: Sequence[str], values: Mapping[str, Any], public_url: str
) -> Told:
    """What would be known of an edition of that report today."""
    return Told(
        report=report,
        owner=owner,
        scope="3 of 5 projects",
        moment=day.moment,
        tz=day.tz,
        rows=148,
        as_of="1.47902",
        figures=[FigureFact(label=label, value=str(12 + 7 * n)) for n, label in enumerate(figures)],
        values=values,
        changes=_changes(day),
        link=f"{public_url}/reports",
    )


async def example_letter(templates: Templates, told: Told, broken: Collection[str]) -> Letter:
    """The mail about it. What is in `broken` can't be filled, and stands there as it was written."""
    variables = variables_of(told)
    subject, intro = templates.subject or _DEFAULT_SUBJECT, templates.intro
    intro = intro if "templates.intro" in broken else fill_markdown(intro, variables)
    return Letter(
        subject=subject if "templates.subject" in broken else fill_line(subject, variables),
        title=told.report,
        as_of=f"{moment_text(told.moment, told.tz)} {told.tz}",
        scope=told.scope,
        intro=intro,
        intro_html=await mail_html(intro),
        layout=templates.layout,
        changes=told.changes,
        figures=tuple(told.figures),
        charts=(),
        cids=(),
        columns=_COLUMNS,
        head=_HEAD,
        rows=told.rows,
        notes=("Rows and figures are examples.",),
        link=told.link,
        unsubscribe=None,
    )


def _changes(day: RunDay) -> ChangesOut:
    before = day.moment - timedelta(days=7)
    moved = FieldDifferenceOut(field="status", before="Open", after="Triaged")
    return ChangesOut(
        since=Since(edition_id=1, run_id=1, moment=before, as_of="1.41377"),
        rows=RowChangesOut(
            n_added=1,
            n_gone=0,
            n_changed=1,
            n_unchanged=146,
            added=[RowDifferenceOut(key=["TRK-27"], label="Export of dates in the wrong zone", fields=[])],
            gone=[],
            changed=[RowDifferenceOut(key=["TRK-19"], label="Search forgets the last filter", fields=[moved])],
        ),
        figures=[],
        restated=[],
        sentence=f"1 new, 1 changed since {moment_text(before, day.tz)}.",
    )
