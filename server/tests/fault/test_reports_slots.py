"""Servers and workers are killed while schedules fire each second: each slot has one row, each mail is sent once.

The short form runs with the suite; TRACKLY_SLOTS=full is what `scripts/bench slots` does."""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support.forked import SERVER
from tests.support.people import make_cast
from tests.support.report_runs import make_report, rows
from tests.support.server import RealWorker
from tests.support.slots import Found, Plan, run_trial
from trackly.events.unit_of_work import SilentDoorbell, UnitsOfWork
from trackly.kit.clock import SystemClock
from trackly.kit.db import Database

SHORT = Plan(servers=2, workers=2, schedules=6, seconds=6, kills=3, outage_s=7, drain_s=60)
FULL = Plan()


def hold(found: Found) -> None:
    assert (found.holes, found.doubles) == (0, 0), found
    assert (found.twice, found.never) == (0, 0), found
    assert (found.without_reason, found.against_policy) == (0, 0), found
    assert set(found.states) <= {"SUCCESS", "MISSED"}, found
    assert found.states["MISSED"] > 0, found
    assert found.mails - found.resent_after_lost_answer == found.deliveries == found.states["SUCCESS"], found


@pytest.mark.timeout(180)
async def test_kills_and_an_outage_lose_and_double_no_slot_and_no_mail(database_url: str) -> None:
    hold(await run_trial(database_url, SHORT))


RENAMED = {
    r"\bclaim_due\b": "take_what_is_due",
    r"\btrackly\.reports\.claim\b": "trackly.reports.claiming",
    r"\btrackly\.reports\.worker\b": "trackly.reports.hands",
    r"\bRunningReports\b": "ReportHands",
    r"\blease_runs\b": "hold_runs",
}


def another_version(folder: Path) -> Path:
    """The product with its functions, classes and modules under other names."""
    shutil.copytree(SERVER / "trackly", folder / "trackly", ignore=shutil.ignore_patterns("__pycache__", ".mypy_cache"))
    shutil.copytree(SERVER / "migrations", folder / "migrations")
    for old, new in (("claim.py", "claiming.py"), ("worker.py", "hands.py")):
        (folder / "trackly/reports" / old).rename(folder / "trackly/reports" / new)
    for file in (folder / "trackly").rglob("*.py"):
        text = file.read_text()
        for old, new in RENAMED.items():
            text = re.sub(old, new, text)
        file.write_text(text)
    return folder


@pytest.mark.timeout(120)
async def test_a_version_in_which_all_is_called_otherwise_goes_on_with_every_schedule(
    database_url: str, tmp_path: Path
) -> None:
    database = Database.open(database_url, pool_size=2)
    work = UnitsOfWork(database, SystemClock(), SilentDoorbell())
    cast = await make_cast(work)
    report_id = await make_report(work, cast.admin, cron="@every 1s", catchup="all", overlap="allow")
    settings: Any = {"TRACKLY_DATA_DIR": str(tmp_path / "data")}
    for root in (SERVER, another_version(tmp_path / "renamed")):
        worker = RealWorker(database_url, root=root, **settings)
        before = len(await rows(work, "SELECT 1 FROM report_run WHERE state = 'SUCCESS'"))
        async with worker:
            async with asyncio.timeout(30):
                while len(await rows(work, "SELECT 1 FROM report_run WHERE state = 'SUCCESS'")) < before + 3:
                    await asyncio.sleep(0.2)
        assert worker.process is not None
        assert worker.process.returncode == 0
    (slots,) = await rows(
        work,
        "SELECT count(*) AS n, extract(epoch FROM max(scheduled_for) - min(scheduled_for)) + 1 AS expected"
        " FROM report_run WHERE report_id = :id",
        id=report_id,
    )
    assert slots.n == slots.expected
    await database.close()


if os.environ.get("TRACKLY_SLOTS") == "full":

    @pytest.mark.timeout(1800)
    async def test_the_same_with_four_replicas_and_twelve_kills(database_url: str) -> None:
        hold(await run_trial(database_url, FULL))
