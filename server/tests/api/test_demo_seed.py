"""The first start of a demo: four weeks in one transaction, once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.histories import count_naively, read_rows
from tests.support.lives import history_of
from tests.support.postgres import TestPostgres
from tests.support.stats_box import StatsBox, stats_box
from trackly.attachments.facade import DiskBlobs
from trackly.demo.people import PEOPLE, shut_out_demo_people
from trackly.demo.seed import seed_demo
from trackly.users.facade import Passwords, find_credentials

NOW = datetime(2026, 11, 20, 8, 41, tzinfo=UTC)


class Demo:
    def __init__(self, box: StatsBox, blobs: DiskBlobs, folder: Path) -> None:
        self.box, self.blobs, self.folder = box, blobs, folder

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        async with self.box.database.sessions() as session:
            return [dict(row) for row in (await session.execute(text(statement))).mappings()]

    async def one(self, statement: str) -> Any:
        (row,) = await self.rows(statement)
        (value,) = row.values()
        return value

    def files(self) -> int:
        return sum(path.is_file() for path in self.folder.rglob("*"))


@pytest.fixture(scope="module")
async def demo(postgres: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    async with stats_box(postgres, NOW) as box:
        blobs = DiskBlobs(folder)
        assert await seed_demo(box.work, box.database, blobs, NOW)
        yield Demo(box, blobs, folder)


async def test_there_is_something_to_look_at(demo: Demo) -> None:
    assert await demo.one("SELECT count(*) FROM issue") == 62
    assert await demo.one("SELECT count(*) FROM comment") >= 80
    assert {row["kind"] for row in await demo.rows("SELECT DISTINCT kind FROM comment")} == {
        *("comment", "progress", "analysis", "resolution")
    }
    assert await demo.one("SELECT count(*) FROM attachment") == 11
    assert await demo.one("SELECT count(*) FROM attachment WHERE thumbnail_name IS NOT NULL AND inline") == 5
    assert await demo.one("SELECT count(*) FROM project WHERE visibility = 'private'") == 1
    assert {row["status"] for row in await demo.rows("SELECT DISTINCT status FROM issue")} == {
        *("OPEN", "TRIAGED", "IN_PROGRESS", "DONE")
    }
    due = {
        "overdue": "< '2026-11-20'",
        "today": "= '2026-11-20'",
        "soon": "BETWEEN '2026-11-21' AND '2026-11-27'",
    }
    for when, condition in due.items():
        assert await demo.one(f"SELECT count(*) FROM issue WHERE status <> 'DONE' AND due_on {condition}") >= 2, when


async def test_the_log_tells_it_in_order(demo: Demo) -> None:
    told = [row["at"] for row in await demo.rows("SELECT at FROM event_log ORDER BY seq")]
    assert told == sorted(told)
    assert told[-1] < NOW
    assert (told[-1] - told[0]).days == 28
    last = await demo.rows(
        "SELECT i.id FROM issue i WHERE i.updated_at <> (SELECT max(c.at) FROM issue_change c WHERE c.issue_id = i.id)"
    )
    assert last == []


async def test_references_between_issues_point_at_the_right_ones(demo: Demo) -> None:
    (comment,) = await demo.rows("SELECT body FROM comment WHERE body LIKE '%Same pattern as%'")
    key = await demo.one("SELECT key FROM issue WHERE title LIKE 'Bitmap kept%'")
    assert f"Same pattern as {key}." in comment["body"]
    assert await demo.one("SELECT count(*) FROM comment WHERE body ~ '[{][a-z0-9-]+[}]'") == 0


async def test_the_numbers_are_there_and_right(demo: Demo) -> None:
    projects = await demo.rows("SELECT id, timezone FROM project")
    zones = {row["id"]: row["timezone"] for row in projects}
    async with demo.box.database.sessions() as session:
        assert await read_rows(session) == count_naively(await history_of(session, zones, None), zones, NOW)
    assert await demo.one("SELECT sum(created) FROM daily_stats") == 62
    assert await demo.one("SELECT trigger FROM stats_run") == "demo"


async def test_a_second_start_does_nothing(demo: Demo) -> None:
    head, files = await demo.one("SELECT last_seq FROM stream_head"), demo.files()
    assert not await seed_demo(demo.box.work, demo.box.database, demo.blobs, NOW)
    assert (await demo.one("SELECT last_seq FROM stream_head"), demo.files()) == (head, files)


async def test_the_same_now_gives_the_same_demo(demo: Demo, postgres: TestPostgres, tmp_path: Path) -> None:
    texts = (
        "SELECT key, title, description_html, status, due_on, created_at, updated_at FROM issue ORDER BY key",
        "SELECT body, created_at FROM comment ORDER BY created_at, id",
        "SELECT seq, at, type, issue FROM event_log ORDER BY seq",
        "SELECT name, sha256 FROM attachment ORDER BY name",
    )
    async with stats_box(postgres, NOW) as box:
        blobs = DiskBlobs(tmp_path)
        assert await seed_demo(box.work, box.database, blobs, NOW)
        again = Demo(box, blobs, tmp_path)
        for statement in texts:
            assert await again.rows(statement) == await demo.rows(statement)
        assert await _known_passwords(box) == ["admin123", "maintainer123", "reporter123", "meow123"]
        assert await shut_out_demo_people(box.work) == 4
        assert await _known_passwords(box) == []
        assert await shut_out_demo_people(box.work) == 0


async def _known_passwords(box: StatsBox) -> list[str]:
    passwords, known = Passwords(), []
    async with box.database.sessions() as session:
        for one in PEOPLE.values():
            found = await find_credentials(session, one.email)
            if one.password and found and await passwords.verify_within_gate(found.password_hash, one.password):
                known.append(one.password)
    return known


async def test_a_demo_that_fails_leaves_nothing(postgres: TestPostgres, tmp_path: Path) -> None:
    async with stats_box(postgres, NOW) as box:
        await box.execute("ALTER TABLE daily_stats ADD CONSTRAINT planted CHECK (created < 1) NOT VALID")
        with pytest.raises(Exception, match="planted"):
            await seed_demo(box.work, box.database, DiskBlobs(tmp_path), NOW)
        demo = Demo(box, DiskBlobs(tmp_path), tmp_path)
        assert await demo.one("SELECT count(*) FROM user_account") == 0
        assert await demo.one("SELECT last_seq FROM stream_head") == 0
        assert demo.files() == 0
