"""Projects full of issues with a random past, written through the product's own doors, and their history read back."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.histories import SEVERITIES, STATUSES, Change
from tests.support.people import Cast, add_member, make_cast, make_project
from trackly.events.unit_of_work import UnitsOfWork
from trackly.issues.facade import ImportedChange, ImportedIssue, Severity, import_issues
from trackly.projects.facade import get_project_access
from trackly.users.facade import Actor, Role

ZONES = {"HEL": "Europe/Helsinki", "NYC": "America/New_York"}


@dataclass(frozen=True)
class World:
    """HEL is open to all; NYC is private: its maintainer is a member, and `other` is one as a reporter."""

    cast: Cast
    projects: dict[str, int]


async def make_world(work: UnitsOfWork) -> World:
    cast = await make_cast(work)
    hel = await make_project(work, cast.admin, "HEL", timezone=ZONES["HEL"])
    nyc = await make_project(work, cast.admin, "NYC", timezone=ZONES["NYC"], visibility="private")
    await add_member(work, cast.admin, "NYC", cast.maintainer, Role.MAINTAINER)
    await add_member(work, cast.admin, "NYC", cast.other, Role.REPORTER)
    return World(cast, {"HEL": hel, "NYC": nyc})


async def live_some(work: UnitsOfWork, world: World, dice: random.Random, count: int, tag: str, days: int = 12) -> None:
    """`count` issues for each project, all of their life before now; some are deleted now."""
    for key in world.projects:
        async with work.begin("test") as uow:
            access = await get_project_access(uow.session, world.cast.admin, key)
            lives = [_life(dice, world.cast, f"{tag}{n}", uow.now, days, key) for n in range(count)]
            made = await import_issues(uow, world.cast.admin, access, lives)
        for one in made:
            if dice.random() < 0.1:
                await _delete(work, world.cast.admin, one.key)


async def _delete(work: UnitsOfWork, admin: Actor, key: str) -> None:
    from trackly.issues.commands import delete_issue

    async with work.begin("test") as uow:
        await delete_issue(uow, admin, key, None)


def _life(dice: random.Random, cast: Cast, ref: str, now: datetime, days: int, key: str) -> ImportedIssue:
    minutes = days * 24 * 60
    moments = sorted(now - timedelta(minutes=dice.randrange(1, minutes)) for _ in range(dice.randint(1, 6)))
    reporters = [cast.maintainer, cast.other, *([cast.reporter] if key == "HEL" else [])]
    today = now.astimezone(ZoneInfo(ZONES[key])).date()
    changes = []
    for at in moments[1:]:
        fields: dict[str, Any] = {"status": dice.choice(STATUSES)}
        if dice.random() < 0.3:
            fields["severity"] = dice.choice(SEVERITIES)
        if dice.random() < 0.3:
            fields["due_on"] = dice.choice([None, today + timedelta(days=dice.randint(-4, 2))])
        changes.append(ImportedChange(at, cast.maintainer.user_id, fields))
    return ImportedIssue(
        external_ref=ref,
        title=f"Issue {ref}",
        description="",
        reporter_id=dice.choice(reporters).user_id,
        created_at=moments[0],
        severity=Severity(dice.choice(SEVERITIES)),
        due_on=dice.choice([None, today + timedelta(days=dice.randint(-4, 2))]),
        watchers=(cast.other.user_id,) if dice.random() < 0.2 else (),
        changes=tuple(changes),
    )


async def history_of(session: AsyncSession, projects: Collection[int], issues: Collection[int] | None) -> list[Change]:
    """What is written of the projects; only of `issues`, if they are given."""
    statement = text("SELECT * FROM issue_change WHERE project_id = ANY(:projects) ORDER BY at, id")
    rows = (await session.execute(statement, {"projects": list(projects)})).mappings()
    return [
        Change(
            row["issue_id"],
            row["project_id"],
            row["at"],
            row["type"],
            (row["status_before"], row["status_after"]),
            (row["severity_before"], row["severity_after"]),
        )
        for row in rows
        if issues is None or row["issue_id"] in issues
    ]


async def own_or_watched(session: AsyncSession, user: Actor, projects: Collection[int]) -> set[int]:
    """Counted apart from the product's predicate."""
    statement = text(
        "SELECT i.id FROM issue i LEFT JOIN watcher w ON w.issue_id = i.id AND w.user_id = :me"
        " WHERE i.project_id = ANY(:projects) AND (i.reporter_id = :me OR w.user_id = :me)"
    )
    return set(await session.scalars(statement, {"me": user.user_id, "projects": list(projects)}))
