"""The weekly status and what grows old, on a past that was made for it; and parameters on their way into SQL."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.support.clock import FixedClock
from tests.support.datasets import Found, found_in
from tests.support.people import Cast, furnished
from tests.support.postgres import TestPostgres
from trackly.datasets.facade import DatasetSource, InvalidSource
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.issues.facade import ImportedChange, ImportedIssue, InvalidQuery, import_issues
from trackly.kit.db import Database
from trackly.projects.facade import get_project_access

NOW = datetime(2026, 11, 26, 6, 0, tzinfo=UTC)
WEEK = {"since": date(2026, 11, 16), "until": date(2026, 11, 22)}


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 12, tzinfo=UTC)


@dataclass
class Box:
    database: Database
    cast: Cast

    async def found(self, dataset: str, values: Any = None, **over: Any) -> Found:
        source = DatasetSource(dataset=dataset, **over)
        return await found_in(self.database, self.cast.admin, source, NOW, values, zone="Europe/Helsinki")

    async def titles(self, dataset: str, values: Any = None, **over: Any) -> set[str]:
        return set((await self.found(dataset, values, columns=["title"], **over)).column("title"))


PAST: dict[str, tuple[datetime, list[tuple[datetime, str]], dict[str, Any]]] = {
    "done in the week": (at(1), [(at(3), "IN_PROGRESS"), (at(17), "DONE")], {}),
    "done before": (at(1), [(at(3), "IN_PROGRESS"), (at(9), "DONE")], {}),
    "done after": (at(1), [(at(18), "IN_PROGRESS"), (at(24), "DONE")], {}),
    "done and opened again": (at(1), [(at(17), "DONE"), (at(18), "OPEN")], {}),
    "in progress": (at(10), [(at(12), "IN_PROGRESS")], {}),
    "stuck": (at(1), [(at(4), "TRIAGED")], {}),
    "stuck, moved since": (at(1), [(at(4), "TRIAGED"), (at(25), "IN_PROGRESS")], {}),
    "new": (at(20), [], {}),
    "new since": (at(24), [], {}),
    "triaged": (at(1), [(at(19), "TRIAGED")], {}),
    "overdue": (at(1), [(at(12), "IN_PROGRESS")], {"due_on": date(2026, 11, 20)}),
    "due on the last day": (at(10), [(at(12), "IN_PROGRESS")], {"due_on": date(2026, 11, 22)}),
    "open and quiet": (at(1), [], {}),
}
SECTIONS = {
    "Done": {"done in the week"},
    "In progress": {"in progress", "done after"},
    "New": {"new", "triaged", "done and opened again"},
    "Stuck": {"stuck", "stuck, moved since"},
    "Overdue": {"overdue", "due on the last day"},
}


@pytest.fixture(scope="module")
async def box(postgres: TestPostgres) -> AsyncIterator[Box]:
    with postgres.cloned() as url:
        database = Database.open(url, pool_size=4)
        work = UnitsOfWork(database, FixedClock(NOW), SilentDoorbell())
        cast = await furnished(work)
        async with work.begin("test") as uow:
            access = await get_project_access(uow.session, cast.admin, "TRK")
            await import_issues(uow, cast.admin, access, [_life(cast, title) for title in PAST])
        yield Box(database, cast)
        await database.close()


def _life(cast: Cast, title: str) -> ImportedIssue:
    born, moves, over = PAST[title]
    changes = tuple(ImportedChange(moment, cast.maintainer.user_id, {"status": status}) for moment, status in moves)
    return ImportedIssue(
        external_ref=title,
        title=title,
        description='It\'s "odd" \\ 100% of the time',
        reporter_id=cast.reporter.user_id,
        created_at=born,
        assignee_id=cast.maintainer.user_id if "progress" in title else None,
        labels=("a, b", "O'Hara") if title == "new" else (),
        changes=changes,
        **over,
    )


async def test_each_issue_that_moved_or_is_stuck_is_in_one_section(box: Box) -> None:
    """As it was at the end of the week, although four days have passed since."""
    found = await box.found("status", WEEK, columns=["section", "title", "then", "days"])
    told: dict[str, set[str]] = {}
    for row in found.rows:
        told.setdefault(row["section"], set()).add(row["title"])
    assert told == SECTIONS
    assert list(dict.fromkeys(found.column("section"))) == list(SECTIONS)
    assert {label: found.figures[label] for label in SECTIONS} == {name: len(who) for name, who in SECTIONS.items()}
    by_title = {row["title"]: row for row in found.rows}
    assert by_title["stuck, moved since"]["then"] == "TRIAGED"
    assert float(by_title["stuck, moved since"]["days"]) == pytest.approx(18.4, abs=0.06)
    assert by_title["done after"]["then"] == "IN_PROGRESS"
    assert found.plan.lines == ("From 16 November 2026 to 22 November 2026 (Europe/Helsinki).",)


async def test_without_a_period_it_is_the_last_seven_days(box: Box) -> None:
    found = await box.found("status", columns=["section", "title"], filter="section:done")
    assert set(found.column("title")) == {"done after"}
    assert found.plan.lines[0].startswith("From 19 November 2026, 08:00 to 26 November 2026, 08:00")


async def test_when_something_is_stuck_can_be_said(box: Box) -> None:
    values = {**WEEK, "stuck_days": 30}
    assert await box.titles("status", values, filter="section:stuck") == set()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"since": date(2026, 11, 22), "until": date(2026, 11, 16)}, "parameters.until"),
        ({"since": "soon"}, "parameters.since"),
        ({"until": date.max}, "parameters.until"),
        ({"stuck_days": 0}, "parameters.stuck_days"),
        ({"stuck_days": True}, "parameters.stuck_days"),
    ],
)
async def test_a_period_that_is_none_is_refused(box: Box, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSource) as refused:
        await box.found("status", values)
    assert refused.value.errors[0].field == field


async def test_what_takes_longer_than_things_took(box: Box) -> None:
    found = await box.found("ageing", columns=["title", "in_progress_days", "past_p85", "usual_days", "age_days"])
    rows = {row["title"]: row for row in found.rows}
    assert "done in the week" not in rows
    assert float(rows["in progress"]["in_progress_days"]) == pytest.approx(13.75, abs=0.06)
    took = sorted([14.0, 6.0, 6.0])
    assert float(rows["in progress"]["usual_days"]) == pytest.approx(took[1] + 0.7 * (took[2] - took[1]), abs=0.06)
    assert [title for title, row in rows.items() if row["past_p85"]].count("in progress") == 1
    assert rows["stuck"]["in_progress_days"] is None
    assert found.column("age_days") == sorted(found.column("age_days"), reverse=True)


@pytest.mark.parametrize(
    ("text", "values", "titles"),
    [
        ("created>=$since created<=$until", WEEK, {"new"}),
        ("label:$label", {"label": "a, b"}, {"new"}),
        ("label:$label", {"label": "O'Hara"}, {"new"}),
        ("title:$title", {"title": "NEW"}, {"new"}),
        ("title:$title", {"title": "new*"}, {"new", "new since"}),
        ('title:"new*"', {}, set()),
        ("assignee:$who is:open", {"who": "me"}, set()),
        ("project:$project is:open due<$day", {"project": "trk", "day": date(2026, 11, 22)}, {"overdue"}),
        ("-label:$label title:stuck", {"label": None}, {"stuck"}),
        ("age>$days is:open -status:triaged,in_progress", {"days": 24}, {"open and quiet", "done and opened again"}),
        ("is:open age<2.5", {}, {"new since"}),
    ],
)
async def test_parameters_find_what_they_say(box: Box, text: str, values: Any, titles: set[str]) -> None:
    assert await box.titles("issues", values, filter=text) == titles


@pytest.mark.parametrize(
    "value",
    [
        "' OR 1=1 --",
        "x) OR (status:open",
        "x OR label:none",
        "\\",
        "%",
        "$$",
        "é\u202e",
        '"',
        "status:open",
        "a" * 1500,
    ],
)
async def test_a_value_is_only_ever_a_value(box: Box, value: str) -> None:
    assert await box.titles("issues", {"p": value}, filter="label:$p") == set()
    assert await box.titles("issues", {"p": value}, filter="title:$p") == set()
    assert await box.titles("issues", {"p": value}, filter="-label:$p") == set(PAST)


async def test_words_of_a_parameter_are_searched_as_words(box: Box) -> None:
    assert await box.titles("issues", {"p": "done after"}, filter="$p") == {"done after"}
    assert await box.titles("issues", {"p": "done OR stuck"}, filter="$p") == set()


async def test_a_value_that_does_not_fit_is_refused_at_its_place(box: Box) -> None:
    with pytest.raises(InvalidQuery) as refused:
        await box.found("issues", {"s": "opne"}, filter="crash status:$s")
    assert refused.value.fields["position"] == 13
    assert refused.value.errors[0].field == "source.filter"
    with pytest.raises(InvalidSource) as nul:
        await box.found("issues", {"s": "a\x00b"}, filter="label:$s")
    assert nul.value.errors[0].field == "parameters.s"


async def test_days_count_from_the_moment_of_the_run(box: Box) -> None:
    """Midnight in Helsinki has passed when it is 23:00 of the day before in UTC."""
    late = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    source = DatasetSource(dataset="issues", filter="due<today", columns=["title", "overdue"])
    for zone, titles in (("Europe/Helsinki", ["overdue"]), ("UTC", [])):
        found = await found_in(box.database, box.cast.admin, source, late, zone=zone)
        assert [row["title"] for row in found.rows if row["overdue"]] == titles
        assert found.column("title") == titles
