"""What a preview is said to cost tells nothing of rows that its reader may not see."""

from collections.abc import AsyncIterator

import pytest

from tests.support.issues import make_issue, send
from tests.support.sandbox import WORD, Box, running_box
from trackly.exports.facade import preview
from trackly.sandbox.facade import close_plan


@pytest.fixture(scope="module")
async def box(postgres, tmp_path_factory) -> AsyncIterator[Box]:
    async with running_box(postgres, tmp_path_factory.mktemp("sandbox")) as made:
        yield made


@pytest.mark.parametrize(
    ("there", "nowhere"),
    [
        (f"SELECT * FROM issue_labels WHERE label = '{WORD}'", "SELECT * FROM issue_labels WHERE label = 'nowhere'"),
        ("SELECT key FROM issues WHERE project_id = 2", "SELECT key FROM issues WHERE project_id = 200"),
        (
            "SELECT key FROM issues WHERE created_at > '2020-01-01'",
            "SELECT key FROM issues WHERE created_at > '2999-01-01'",
        ),
        (f"SELECT name FROM labels WHERE name IN ('{WORD}', 'x')", "SELECT name FROM labels WHERE name IN ('y', 'x')"),
    ],
)
async def test_of_a_statement(box: Box, there: str, nowhere: str) -> None:
    """The planner knows how often a value is in the whole table."""
    await _known_by_the_planner(box)
    costs = []
    for sql in (there, nowhere):
        plan = await box.plan(sql)
        try:
            costs.append((await preview(plan)).plan_cost)
        finally:
            await close_plan(box.app.work, plan)
    assert costs[0] is not None and costs[0] == costs[1]


async def test_of_a_dataset(box: Box) -> None:
    await _known_by_the_planner(box)
    answers = []
    for label in (WORD, "nowhere"):
        source = {"kind": "dataset", "dataset": "issues", "filter": f"label:{label}"}
        answer = await send(box.app, box.app.cast.maintainer, "POST", "/api/reports/preview", {"source": source})
        answers.append((answer.status_code, answer.json()["cost"], answer.json()["rows"]))
    assert answers[0] == answers[1]
    assert answers[0][0] == 200 and answers[0][1] > 0 and answers[0][2] == []


async def _known_by_the_planner(box: Box) -> None:
    """As after a while of work: a label that is frequent in BBB alone, and statistics of it."""
    cast = box.app.cast
    for number in range(20):
        await make_issue(box.app, cast.admin, project="BBB", title=f"{WORD} more {number}", labels=[WORD])
    await box.superuser("ANALYZE")
