"""Random histories of issues, written as rows, and the numbers that follow from them, counted one by one in Python."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

STATUSES = ("OPEN", "TRIAGED", "IN_PROGRESS", "DONE")
SEVERITIES = ("LOW", "MEDIUM", "HIGH", "CRITICAL")
MOVES = ("created", "triaged", "started", "done", "reopened")
_LEVEL_OF = {"OPEN": "in_open", "TRIAGED": "in_triaged", "IN_PROGRESS": "in_progress", "DONE": "in_done"}
LEVELS = (*_LEVEL_OF.values(), *(f"open_{severity.lower()}" for severity in SEVERITIES))


@dataclass(frozen=True)
class Change:
    """One row of the history. A change of another field says nothing of status and severity."""

    issue_id: int
    project_id: int
    at: datetime
    type: str
    status: tuple[str | None, str | None] = (None, None)
    severity: tuple[str | None, str | None] = (None, None)


def random_history(
    dice: random.Random, project_id: int, issue_ids: list[int], first: datetime, last: datetime
) -> list[Change]:
    """Every kind of change, at any minute of the span, some in the same one; some issues are deleted."""
    return [change for issue in issue_ids for change in _life(dice, project_id, issue, first, last)]


def _life(dice: random.Random, project_id: int, issue_id: int, first: datetime, last: datetime) -> list[Change]:
    minutes = int((last - first).total_seconds() // 60)
    moments = sorted(first + timedelta(minutes=dice.randrange(minutes)) for _ in range(dice.randint(1, 9)))
    status, severity = "OPEN", dice.choice(SEVERITIES)
    born = Change(issue_id, project_id, moments[0], "issue.created", (None, status), (None, severity))
    life = [born]
    for at in moments[1:]:
        kind = dice.random()
        if kind < 0.15:
            life.append(Change(issue_id, project_id, at, "comment.created"))
        elif kind < 0.3:
            new = dice.choice([s for s in SEVERITIES if s != severity])
            life.append(Change(issue_id, project_id, at, "issue.updated", severity=(severity, new)))
            severity = new
        elif kind < 0.37:
            life.append(Change(issue_id, project_id, at, "issue.deleted", (status, None), (severity, None)))
            break
        else:
            moved = dice.choice([s for s in STATUSES if s != status])
            both = dice.random() < 0.2
            harder = dice.choice([s for s in SEVERITIES if s != severity]) if both else severity
            pair = (severity, harder) if both else (None, None)
            life.append(Change(issue_id, project_id, at, "issue.updated", (status, moved), pair))
            status, severity = moved, harder
    return life


async def write_changes(session: AsyncSession, changes: list[Change], *, actor_id: int | None = None) -> None:
    rows = [
        {
            "issue_id": c.issue_id,
            "key": f"P{c.project_id}-{c.issue_id}",
            "project_id": c.project_id,
            "at": c.at,
            "type": c.type,
            "actor": actor_id,
            "s0": c.status[0],
            "s1": c.status[1],
            "v0": c.severity[0],
            "v1": c.severity[1],
        }
        for c in changes
    ]
    if rows:
        await session.execute(
            text(
                "INSERT INTO issue_change (issue_id, issue_key, project_id, at, type, actor_id, status_before,"
                " status_after, severity_before, severity_after)"
                " VALUES (:issue_id, :key, :project_id, :at, :type, :actor, :s0, :s1, :v0, :v1)"
            ),
            rows,
        )


def as_deleted_with_nothing_said(change: Change) -> Change:
    """The same deletion, by a writer that leaves the statuses out."""
    return replace(change, status=(None, None), severity=(None, None))


def count_naively(
    changes: list[Change], zones: dict[int, str], now: datetime
) -> dict[tuple[int, date], dict[str, int]]:
    """Each project's days from its first change to today, by looking at every change on its own."""
    rows: dict[tuple[int, date], dict[str, int]] = {}
    for project_id, zone_name in zones.items():
        zone = ZoneInfo(zone_name)
        mine = sorted((c for c in changes if c.project_id == project_id), key=lambda c: c.at)
        if not mine:
            continue
        day, today = mine[0].at.astimezone(zone).date(), now.astimezone(zone).date()
        states: dict[int, tuple[str, str]] = {}
        place = 0
        while day <= today:
            moves: Counter[str] = Counter()
            while place < len(mine) and mine[place].at.astimezone(zone).date() <= day:
                _apply(mine[place], states, moves)
                place += 1
            rows[project_id, day] = {name: moves[name] for name in MOVES} | _levels(states)
            day += timedelta(days=1)
    return rows


def _apply(change: Change, states: dict[int, tuple[str, str]], moves: Counter[str]) -> None:
    if change.type == "issue.deleted":
        del states[change.issue_id]
        return
    old = states.get(change.issue_id)
    status = change.status[1] or (old[0] if old else "")
    severity = change.severity[1] or (old[1] if old else "")
    if not status:
        return
    states[change.issue_id] = (status, severity)
    if old is None:
        moves["created"] += 1
    if old is None or old[0] != status:
        name = {"TRIAGED": "triaged", "IN_PROGRESS": "started", "DONE": "done"}.get(status)
        if name:
            moves[name] += 1
        if old is not None and old[0] == "DONE":
            moves["reopened"] += 1


def _levels(states: dict[int, tuple[str, str]]) -> dict[str, int]:
    levels: dict[str, int] = dict.fromkeys(LEVELS, 0)
    for status, severity in states.values():
        levels[_LEVEL_OF[status]] += 1
        if status != "DONE":
            levels[f"open_{severity.lower()}"] += 1
    return levels


async def add_projects(session: AsyncSession, zones: list[str]) -> dict[int, str]:
    """A project for each zone; ids to zones."""
    made: dict[int, str] = {}
    for index, zone in enumerate(zones):
        project_id = await session.scalar(
            text(
                "INSERT INTO project (key, name, timezone, created_at, updated_at)"
                " VALUES (:key, :key, :zone, now(), now()) RETURNING id"
            ),
            {"key": f"PR{index + 1}", "zone": zone},
        )
        made[int(project_id)] = zone
    return made


async def read_rows(session: AsyncSession) -> dict[tuple[int, date], dict[str, int]]:
    """`daily_stats` as `count_naively` has it."""
    rows = (await session.execute(text("SELECT * FROM daily_stats"))).mappings()
    return {(r["project_id"], r["day"]): {name: r[name] for name in (*MOVES, *LEVELS)} for r in rows}


async def dump(session: AsyncSession, table: str = "daily_stats") -> list[dict[str, Any]]:
    """All of a table, times of writing included, to compare byte for byte."""
    found = await session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))
    return [dict(row) for row in found.mappings()]


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]
