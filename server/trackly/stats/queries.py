"""Reading numbers: whose issues count for a reader, how far the stored days reach, the ledger, the days themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from trackly.issues.facade import visible_predicate
from trackly.issues.tables import IssueChangeRow, IssueRow
from trackly.kit.errors import InvalidInput
from trackly.projects.facade import (
    STAFF,
    effective_role_expression,
    get_project_access,
    open_to_reporters,
    own_membership,
    staff_projects,
)
from trackly.projects.tables import MembershipRow, ProjectRow
from trackly.stats.schemas import BySeverity, ByStatus, Daily, Day, Run
from trackly.stats.sql import statement
from trackly.stats.tables import DailyStatsRow, StatsMarkRow, StatsRunRow
from trackly.users.facade import Actor

EVERYTHING = 2**63 - 1
"""As `through`: all changes of the snapshot."""
RANGE_MAX_DAYS = 400
DEFAULT_DAYS = 30
MOVES = ("created", "triaged", "started", "done", "reopened")
STATUS_LEVELS = {"OPEN": "in_open", "TRIAGED": "in_triaged", "IN_PROGRESS": "in_progress", "DONE": "in_done"}
SEVERITY_LEVELS = {"LOW": "open_low", "MEDIUM": "open_medium", "HIGH": "open_high", "CRITICAL": "open_critical"}
LEVELS = (*STATUS_LEVELS.values(), *SEVERITY_LEVELS.values())


@dataclass(frozen=True, slots=True)
class Reach:
    """What counts for one reader: whole projects where they are staff, single issues where they are a reporter."""

    staff: tuple[int, ...]
    visible: tuple[int, ...]
    zones: Mapping[int, str]
    project: str | None
    now: datetime

    @property
    def timezone(self) -> str | None:
        """The one zone of all projects, if they have the same; UTC without any."""
        names = set(self.zones.values()) or {"UTC"}
        return names.pop() if len(names) == 1 else None

    @property
    def today(self) -> date:
        """The latest of the projects' own days."""
        zones = set(self.zones.values()) or {"UTC"}
        return max(self.now.astimezone(ZoneInfo(zone)).date() for zone in zones)

    def arguments(self, **more: Any) -> dict[str, Any]:
        return {
            "projects": list(self.zones),
            "staff": list(self.staff),
            "visible": list(self.visible),
            "now": self.now,
            "through": EVERYTHING,
            **more,
        }


@dataclass(frozen=True, slots=True)
class Span:
    """Days of each project's own zone, both ends included."""

    first: date
    last: date

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> "Span":
        """The span of the same length that ends where this one begins. Its days stay inside the calendar."""
        first = max(self.first.toordinal() - self.length, 1)
        return Span(date.fromordinal(first), date.fromordinal(max(self.first.toordinal() - 1, 1)))


async def load_reach(session: AsyncSession, reader: Actor, project: str | None, now: datetime) -> Reach:
    """Of all of the reader's projects, or of one. ProjectNotFound when it is not for them to know of."""
    role = effective_role_expression(reader).label("role")
    rows = select(ProjectRow.id, ProjectRow.timezone, role).outerjoin(MembershipRow, own_membership(reader))
    rows = rows.where(role.is_not(None)).order_by(ProjectRow.id)
    if project is not None:
        access = await get_project_access(session, reader, project)
        rows, project = rows.where(ProjectRow.id == access.project_id), access.key
    found = (await session.execute(rows)).all()
    limited = [row.id for row in found if row.role not in STAFF]
    visible: Sequence[int] = ()
    if limited:
        seen = select(IssueRow.id).where(IssueRow.project_id.in_(limited), visible_predicate(reader))
        visible = (await session.scalars(seen)).all()
    staff = tuple(row.id for row in found if row.role in STAFF)
    return Reach(staff, tuple(visible), {row.id: row.timezone for row in found}, project, now)


def seen_whole(reader: Actor) -> CTE:
    """`whole(project_id)`: the projects of which the reader may know every issue, in the statement's snapshot."""
    ids = union(staff_projects(reader), open_to_reporters(reader)).subquery()
    return select(ids.c[0].label("project_id")).cte("whole")


def seen_one_by_one(reader: Actor) -> CTE:
    """`single(issue_id, project_id)`: the issues that the reader may know of in other projects than those."""
    limited = IssueRow.project_id.not_in(union(staff_projects(reader), open_to_reporters(reader)))
    issues = select(IssueRow.id.label("issue_id"), IssueRow.project_id)
    return issues.where(limited, visible_predicate(reader, throughout=True)).cte("single")


def span_of(reach: Reach, first: date | None, last: date | None, default_days: int = DEFAULT_DAYS) -> Span:
    """The asked days, both ends included; by default the last ones until today. A `last` in the future means today.

    InvalidInput: reversed, too long, or wholly in the future."""
    today = reach.today
    if first is not None and first > today:
        raise InvalidInput.of("from", f"must not be after today, {today}")
    end = min(last or today, today)
    start = first or max(end - timedelta(days=min(default_days - 1, end.toordinal() - 1)), date.min)
    if last is not None and start > last:
        raise InvalidInput.of("to", "must not be before from")
    if (end - start).days >= RANGE_MAX_DAYS:
        raise InvalidInput.of("from", f"must be at most {RANGE_MAX_DAYS} days before to")
    if start.year < 1970:
        raise InvalidInput.of("from", "must not be before 1970-01-01")
    return Span(start, end)


async def find_mark(session: AsyncSession) -> int:
    """Up to which change the stored days count; 0 before the first aggregation."""
    return await session.scalar(select(StatsMarkRow.through_change)) or 0


async def find_last_change(session: AsyncSession) -> int:
    return await session.scalar(select(func.max(IssueChangeRow.id))) or 0


async def list_runs(session: AsyncSession, limit: int) -> list[Run]:
    """Newest first."""
    rows = await session.scalars(select(StatsRunRow).order_by(StatsRunRow.id.desc()).limit(limit))
    return [Run.model_validate(row) for row in rows]


async def find_last_good_run(session: AsyncSession) -> datetime | None:
    """When the last aggregation that went well began."""
    found: datetime | None = await session.scalar(
        select(StatsRunRow.started_at).where(StatsRunRow.error.is_(None)).order_by(StatsRunRow.id.desc()).limit(1)
    )
    return found


async def is_day_closed(session: AsyncSession, day: date) -> bool:
    """Whether nothing more can happen on `day` in any project's zone, and all that did is in `daily_stats`."""
    return bool(await session.scalar(statement("closed"), {"day": day}))


async def get_daily(session: AsyncSession, reach: Reach, span: Span) -> Daily:
    """One row for each day of the span, oldest first: stored days plus what was not counted yet, exact at the snapshot.

    Where the reader is a reporter, the same figures over the issues that they may know of, from the history."""
    stored = await _stored_projects(session, reach)
    asked = {"from_day": span.first, "to_day": span.last, "stored": stored}
    rows = (await session.execute(statement("stored"), asked)).mappings().all()
    more = await _uncounted(session, reach, stored, asked)
    running = dict.fromkeys(LEVELS, 0)
    _add(running, more.get(span.first - timedelta(days=1), {}), LEVELS)
    days = []
    for row in rows:
        figures = {name: int(row[name]) for name in (*MOVES, *LEVELS)}
        new = more.get(row["day"], {})
        _add(running, new, LEVELS)
        _add(figures, new, MOVES)
        _add(figures, running, LEVELS)
        days.append(_day(row["day"], figures, partial=row["day"] >= reach.today))
    return Daily(
        from_day=span.first,
        to_day=span.last,
        project=reach.project,
        timezone=reach.timezone,
        as_of=reach.now,
        aggregated_at=max((row["computed_at"] for row in rows if row["computed_at"]), default=None),
        items=days,
    )


async def _stored_projects(session: AsyncSession, reach: Reach) -> list[int]:
    """Those that the reader may see whole and whose stored days are of the project's zone of today."""
    other = (
        select(DailyStatsRow.project_id)
        .join(ProjectRow, ProjectRow.id == DailyStatsRow.project_id)
        .where(DailyStatsRow.project_id.in_(reach.staff), DailyStatsRow.zone != ProjectRow.timezone)
        .distinct()
    )
    moved = set((await session.scalars(other)).all())
    return [project for project in reach.staff if project not in moved]


async def _uncounted(
    session: AsyncSession, reach: Reach, stored: list[int], asked: Mapping[str, Any]
) -> dict[date, dict[str, int]]:
    """What to add to the stored days, by day; what lies before them is under the day before the first."""
    mark = await find_mark(session)
    common = reach.arguments(mark=mark, live=[p for p in reach.staff if p not in stored], **asked)
    total: dict[date, dict[str, int]] = {}
    for name, through, sign in (("pending", EVERYTHING, 1), ("pending", mark, -1), ("live", EVERYTHING, 1)):
        rows = await session.execute(statement(f"deltas_{name}"), {**common, "through": through})
        for row in rows.mappings():
            day = total.setdefault(row["day"], dict.fromkeys((*MOVES, *LEVELS), 0))
            _add(day, {k: sign * v for k, v in row.items() if k != "day"}, (*MOVES, *LEVELS))
    return total


def _add(to: dict[str, int], more: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        to[name] += int(more.get(name, 0))


def _day(day: date, figures: Mapping[str, int], *, partial: bool) -> Day:
    by_severity = by_severity_of(figures)
    return Day(
        day=day,
        partial=partial,
        open=figures["in_open"] + figures["in_triaged"] + figures["in_progress"],
        by_status=by_status_of(figures),
        by_severity=by_severity,
        **{name: figures[name] for name in MOVES},
    )


def by_status_of(figures: Mapping[str, int]) -> ByStatus:
    return ByStatus(**{status: figures[column] for status, column in STATUS_LEVELS.items()})


def by_severity_of(figures: Mapping[str, int]) -> BySeverity:
    return BySeverity(**{severity: figures[column] for severity, column in SEVERITY_LEVELS.items()})
