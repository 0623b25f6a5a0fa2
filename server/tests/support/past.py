"""Many issues with a past, written through the door for imports."""

import random
from datetime import UTC, date, datetime, timedelta

from tests.support.app import App
from trackly.issues.facade import ImportedChange, ImportedIssue, ImportResult, Priority, Severity, import_issues
from trackly.projects.facade import get_project_access
from trackly.users.facade import Actor

BORN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
MOVES = (("TRIAGED",), ("TRIAGED", "IN_PROGRESS"), ("IN_PROGRESS", "DONE"), ("IN_PROGRESS", "DONE", "OPEN"), ())


def random_issues(dice: random.Random, count: int, reporters: list[int], workers: list[int]) -> list[ImportedIssue]:
    """With many equal values, so that an order has to break ties, and with missing ones."""
    found: list[ImportedIssue] = []
    for number in range(count):
        at = BORN + timedelta(hours=dice.randrange(12))
        days = iter(range(1, 10))
        found.append(
            ImportedIssue(
                external_ref=f"test:{number}",
                title=dice.choice(["Crash", "crash", "Älter", "slow list", "zebra"]),
                description=dice.choice(["", "It *dies*", "no idea"]),
                reporter_id=dice.choice(reporters),
                created_at=at,
                severity=dice.choice(list(Severity)),
                priority=dice.choice(list(Priority)),
                assignee_id=dice.choice([None, *workers]),
                labels=tuple(dice.sample(["bug", "ui", "docs"], dice.randint(0, 3))),
                due_on=dice.choice([None, date(2026, 2, 1), date(2026, 3, 1)]),
                changes=tuple(
                    ImportedChange(at + timedelta(days=next(days)), dice.choice(workers), {"status": status})
                    for status in dice.choice(MOVES)
                ),
            )
        )
    return found


async def bring_in(app: App, actor: Actor, issues: list[ImportedIssue], project: str = "TRK") -> list[ImportResult]:
    async with app.work.begin("import") as uow:
        access = await get_project_access(uow.session, actor, project)
        return await import_issues(uow, actor, access, issues)
