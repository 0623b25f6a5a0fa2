"""Every figure is what counting by hand gives, for each reader, aggregated or not, and opens to its proof."""

import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.support.histories import MOVES, Change, count_naively, utc
from tests.support.lives import ZONES, World, history_of, live_some, make_world, own_or_watched
from tests.support.postgres import TestPostgres
from tests.support.stats_box import StatsBox, stats_box
from trackly.projects.facade import ProjectNotFound
from trackly.stats.figures import get_summary, list_items
from trackly.stats.flow import get_flow
from trackly.stats.queries import Reach, Span, get_daily, load_reach, span_of
from trackly.stats.schemas import Daily, Figure, Item
from trackly.users.facade import Actor

NOW = utc(2026, 11, 4, 9, 41)  # New York went back on 1 November, Helsinki on 25 October
READERS = ("admin", "maintainer", "reporter", "other")


@dataclass
class Case:
    box: StatsBox
    world: World

    def actor(self, name: str) -> Actor:
        found: Actor = getattr(self.world.cast, name)
        return found

    async def reach(self, name: str, project: str | None = None) -> Reach:
        async with self.box.database.read_session() as session:
            return await load_reach(session, self.actor(name), project, self.box.clock.now())

    async def daily(self, name: str, project: str | None = None, days: int = 20) -> Daily:
        reach = await self.reach(name, project)
        async with self.box.database.read_session() as session:
            return await get_daily(session, reach, span_of(reach, None, None, days))

    async def history(self, name: str) -> tuple[list[Change], dict[int, str]]:
        """What the reader may know of, and the zones of their projects."""
        hel, nyc = self.world.projects.values()
        zones = {hel: ZONES["HEL"]} | ({} if name == "reporter" else {nyc: ZONES["NYC"]})
        async with self.box.database.sessions() as session:
            if name in ("admin", "maintainer"):
                return await history_of(session, zones, None), zones
            mine = await own_or_watched(session, self.actor(name), zones)
            return await history_of(session, zones, mine), zones

    async def items(self, name: str, figure: Figure, span: Span, status: str | None = None) -> list[Item]:
        """All pages."""
        reach, after = await self.reach(name), None
        found: list[Item] = []
        async with self.box.database.read_session() as session:
            while True:
                page = await list_items(session, reach, figure, span, status, after, 7)
                found += page.items
                if (after := page.next) is None:
                    assert len(found) == page.total
                    assert len({item.key for item in found}) == page.issues
                    return found


@asynccontextmanager
async def half_counted(postgres: TestPostgres, seed: int) -> AsyncIterator[Case]:
    """Some issues are counted already, some are not."""
    async with stats_box(postgres, NOW) as box:
        world, dice = await make_world(box.work), random.Random(seed)
        await live_some(box.work, world, dice, 40, "a")
        await box.aggregate()
        await live_some(box.work, world, dice, 25, "b")
        yield Case(box, world)


@pytest.fixture(scope="module", params=[1, 2])
async def case(postgres: TestPostgres, request: pytest.FixtureRequest) -> AsyncIterator[Case]:
    """For tests that only read."""
    async with half_counted(postgres, request.param) as made:
        yield made


@pytest.fixture
async def own_case(postgres: TestPostgres) -> AsyncIterator[Case]:
    async with half_counted(postgres, 3) as made:
        yield made


def by_day(history: list[Change], zones: dict[int, str], now: datetime, days: list[date]) -> list[dict[str, int]]:
    """Summed over the projects; after a project's last day, it stays as it was."""
    rows = count_naively(history, zones, now)
    found = []
    for day in days:
        total: Counter[str] = Counter()
        for project in zones:
            last = max((d for p, d in rows if p == project and d <= day), default=None)
            for name, value in rows.get((project, last), {}).items() if last else ():
                total[name] += value if name not in MOVES or last == day else 0
        found.append(dict(total))
    return found


async def check_daily(case: Case, name: str) -> Daily:
    daily = await case.daily(name)
    history, zones = await case.history(name)
    naive = by_day(history, zones, NOW, [day.day for day in daily.items])
    severities = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
    for day, counted in zip(daily.items, naive, strict=True):
        assert {move: getattr(day, move) for move in MOVES} == {move: counted.get(move, 0) for move in MOVES}
        assert day.by_status.model_dump() == {
            "OPEN": counted.get("in_open", 0),
            "TRIAGED": counted.get("in_triaged", 0),
            "IN_PROGRESS": counted.get("in_progress", 0),
            "DONE": counted.get("in_done", 0),
        }
        assert day.by_severity.model_dump() == {s: counted.get(f"open_{s.lower()}", 0) for s in severities}
        assert day.open == sum(day.by_severity.model_dump().values())
    assert sum(day.created for day in daily.items) > 5
    return daily


@pytest.mark.parametrize("name", READERS)
async def test_daily(case: Case, name: str) -> None:
    await check_daily(case, name)


async def test_an_aggregation_changes_no_number(own_case: Case) -> None:
    before = {name: await check_daily(own_case, name) for name in READERS}
    await own_case.box.aggregate()
    for name, daily in before.items():
        assert (await check_daily(own_case, name)).items == daily.items


async def test_a_new_zone_counts_at_once(own_case: Case) -> None:
    case = own_case
    await case.box.aggregate()
    await case.box.execute("UPDATE project SET timezone = 'Asia/Tokyo' WHERE key = 'HEL'")
    for _ in range(2):
        daily = await case.daily("admin")
        history, zones = await case.history("admin")
        zones = {project: "Asia/Tokyo" if zone == ZONES["HEL"] else zone for project, zone in zones.items()}
        naive = by_day(history, zones, NOW, [day.day for day in daily.items])
        assert [day.created for day in daily.items] == [counted.get("created", 0) for counted in naive]
        await case.box.aggregate()


async def test_one_project(case: Case) -> None:
    both, hel, nyc = [await case.daily("maintainer", project) for project in (None, "hel", "NYC")]
    assert (hel.timezone, nyc.timezone, both.timezone) == (ZONES["HEL"], ZONES["NYC"], None)
    for day, one, other in zip(both.items, hel.items, nyc.items, strict=True):
        assert day.open == one.open + other.open
    with pytest.raises(ProjectNotFound):
        await case.daily("reporter", "NYC")


@pytest.mark.parametrize("name", READERS)
async def test_summary(case: Case, name: str) -> None:
    reach = await case.reach(name)
    async with case.box.database.read_session() as session:
        summary = await get_summary(session, reach)
    history, zones = await case.history(name)
    counted: dict[str, Counter[str]] = {"today": Counter(), "yesterday": Counter(), "yesterday_until_now": Counter()}
    for project, zone_name in zones.items():
        mine, zone = [c for c in history if c.project_id == project], ZoneInfo(zone_name)
        today = NOW.astimezone(zone).date()
        same_minute = (NOW.astimezone(zone) - timedelta(days=1)).astimezone(ZoneInfo("UTC"))
        before = [c for c in mine if c.at < same_minute]
        for window, changes, day in (
            ("today", mine, today),
            ("yesterday", mine, today - timedelta(days=1)),
            ("yesterday_until_now", before, today - timedelta(days=1)),
        ):
            row = by_day(changes, {project: zone_name}, NOW, [day])[0]
            counted[window].update({move: row.get(move, 0) for move in MOVES})
            counted[window]["open"] += sum(row.get(level, 0) for level in ("in_open", "in_triaged", "in_progress"))
    for window, figures in counted.items():
        said = getattr(summary, window).model_dump()
        assert {figure: said[figure] for figure in (*MOVES, "open")} == {f: figures[f] for f in (*MOVES, "open")}, (
            window
        )
    assert summary.change.created == summary.today.created - summary.yesterday_until_now.created
    assert sum(summary.by_severity.model_dump().values()) == summary.today.open


@pytest.mark.parametrize("name", READERS)
async def test_each_number_opens_to_its_proof(case: Case, name: str) -> None:
    daily = await case.daily(name, days=6)
    for day in daily.items:
        span = Span(day.day, day.day)
        for figure in (Figure.CREATED, Figure.TRIAGED, Figure.STARTED, Figure.DONE, Figure.REOPENED, Figure.OPEN):
            assert len(await case.items(name, figure, span)) == getattr(day, figure.value), (figure, day.day)
        for status, count in day.by_status.model_dump().items():
            assert len(await case.items(name, Figure.OPEN, span, status)) == count, (status, day.day)
    reach = await case.reach(name)
    async with case.box.database.read_session() as session:
        summary = await get_summary(session, reach)
    today, before = daily.items[-1].day, daily.items[-2].day
    assert len(await case.items(name, Figure.OVERDUE, Span(today, today))) == summary.today.overdue
    assert len(await case.items(name, Figure.OVERDUE, Span(before, before))) == summary.yesterday.overdue
    if name == "admin":
        assert summary.today.overdue > 3


async def test_the_proof_is_newest_first_and_keeps_what_was_deleted(case: Case) -> None:
    daily = await case.daily("admin", days=13)
    created = await case.items("admin", Figure.CREATED, Span(daily.from_day, daily.to_day))
    assert [item.at for item in created] == sorted((item.at for item in created), reverse=True)
    gone = [item for item in created if item.issue is None]
    assert gone
    assert all(item.key.startswith(("HEL-", "NYC-")) for item in gone)
    for name in ("reporter", "other"):
        mine = await case.items(name, Figure.CREATED, Span(daily.from_day, daily.to_day))
        assert mine
        assert all(item.issue is not None for item in mine)


@pytest.mark.parametrize("name", READERS)
async def test_flow(case: Case, name: str) -> None:
    reach = await case.reach(name)
    span = span_of(reach, None, None, 8)
    async with case.box.database.read_session() as session:
        flow = await get_flow(session, reach, span)
    history, zones = await case.history(name)
    there = {c.issue_id for c in history} - {c.issue_id for c in history if c.type == "issue.deleted"}
    days: list[float] = []
    for issue in there:
        life = [c for c in history if c.issue_id == issue]
        zone = ZoneInfo(zones[life[0].project_id])
        done = [c.at for c in life if c.status[1] == "DONE" and span.first <= c.at.astimezone(zone).date() <= span.last]
        begun = [c.at for c in life if c.status[1] == "IN_PROGRESS"]
        if done and begun and begun[0] <= done[-1]:
            days.append((done[-1] - begun[0]) / timedelta(days=1))
    assert sorted(point.days for point in flow.cycle_time.points) == pytest.approx(sorted(days))
    if len(days) > 1:
        cuts = quantiles(days, n=100, method="inclusive")
        said: list[Any] = [flow.cycle_time.p50, flow.cycle_time.p85, flow.cycle_time.p95]
        assert said == pytest.approx([cuts[49], cuts[84], cuts[94]])
    now = {c.issue_id: c.status[1] for c in history if c.status[1] and c.issue_id in there}
    assert flow.ageing.total == sum(status == "IN_PROGRESS" for status in now.values())
    assert [issue.days for issue in flow.ageing.items] == sorted((i.days for i in flow.ageing.items), reverse=True)
    assert flow.throughput == sum(day.throughput for day in flow.days)
