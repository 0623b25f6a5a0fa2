"""`trackly import github`: everything is kept, twice is once, a broken line is named and the rest goes on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.support.github import closed, github_issue, write_jsonl
from tests.support.histories import utc
from tests.support.people import make_cast, make_project
from tests.support.postgres import TestPostgres
from tests.support.stats_box import StatsBox, stats_box
from trackly.imports.github import ImportResult, import_github
from trackly.kit.operators import OperatorError


@pytest.fixture
async def box(postgres: TestPostgres) -> AsyncIterator[StatsBox]:
    async with stats_box(postgres, utc(2024, 3, 10, 12)) as box:
        yield box


async def run(box: StatsBox, path: Path, key: str | None = None) -> ImportResult:
    return await import_github(box.work, box.database, path, project_key=key)


async def rows(box: StatsBox, statement: str) -> list[dict[str, Any]]:
    async with box.database.sessions() as session:
        return [dict(row) for row in (await session.execute(text(statement))).mappings()]


async def everything(box: StatsBox) -> list[list[dict[str, Any]]]:
    tables = ("user_account", "project", "label", "issue", "issue_label", "watcher", "issue_change", "event_log")
    return [await rows(box, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


async def test_what_is_known_of_an_issue_is_kept(box: StatsBox, tmp_path: Path) -> None:
    labels = [{"name": "bug", "color": "d73a4a"}]
    line = closed(7, "not_planned", labels=labels, assignee={"login": "acme-cat"}, author_association="MEMBER")
    result = await run(box, write_jsonl(tmp_path / "issues.jsonl", [line]))
    assert (result.created, result.people, result.projects) == (1, 3, ["ROCKETPART"])
    (issue,) = await rows(
        box,
        "SELECT i.*, r.name AS reporter, a.name AS assigned FROM issue i JOIN user_account r ON r.id = i.reporter_id"
        " JOIN user_account a ON a.id = i.assignee_id",
    )
    assert (issue["key"], issue["external_ref"]) == ("ROCKETPART-1", "github:acme/rocket-parts#7")
    assert (issue["status"], issue["resolution"]) == ("DONE", "WONT_FIX")
    assert (issue["reporter"], issue["assigned"]) == ("wile-e", "acme-cat")
    assert issue["description"] == "It *drips*.\n\n- one\n- two"
    assert "<em>drips</em>" in issue["description_html"]
    times = [issue[name] for name in ("created_at", "done_at", "status_since", "updated_at")]
    assert times == [utc(2024, 3, 1, 10), utc(2024, 3, 4, 9, 30), utc(2024, 3, 4, 9, 30), utc(2024, 3, 5, 10)]
    history = await rows(
        box,
        "SELECT c.at, c.type, c.status_after, u.name FROM issue_change c LEFT JOIN user_account u ON u.id = c.actor_id"
        " ORDER BY c.at",
    )
    assert history == [
        {"at": utc(2024, 3, 1, 10), "type": "issue.created", "status_after": "OPEN", "name": "wile-e"},
        {"at": utc(2024, 3, 4, 9, 30), "type": "issue.updated", "status_after": "DONE", "name": "road-runner"},
    ]
    assert await rows(box, "SELECT name, color FROM label") == [{"name": "bug", "color": "#d73a4a"}]
    told = await rows(box, "SELECT type, at FROM event_log WHERE type LIKE 'issue.%' ORDER BY seq")
    assert [(event["type"], event["at"]) for event in told] == [
        ("issue.created", utc(2024, 3, 1, 10)),
        ("issue.updated", utc(2024, 3, 4, 9, 30)),
    ]


async def test_people_cannot_log_in_and_maintain_their_own_project_only(box: StatsBox, tmp_path: Path) -> None:
    lines: list[dict[str, Any] | str] = [
        github_issue(1),
        github_issue(2, user={"login": "owner"}, author_association="OWNER"),
    ]
    lines.append(github_issue(3, user=None))
    await run(box, write_jsonl(tmp_path / "issues.jsonl", lines))
    people = await rows(
        box,
        "SELECT u.email, u.role, u.password_hash, u.google_sub, m.role AS here FROM user_account u"
        " LEFT JOIN membership m ON m.user_id = u.id ORDER BY u.email",
    )
    assert [(person["email"].split("@")[0], person["role"], person["here"]) for person in people] == [
        ("ghost", "REPORTER", None),
        ("owner", "REPORTER", "MAINTAINER"),
        ("wile-e", "REPORTER", None),
    ]
    assert all(person["password_hash"] is None and person["google_sub"] is None for person in people)


async def test_twice_is_once_and_more_is_added(box: StatsBox, tmp_path: Path) -> None:
    lines: list[dict[str, Any] | str] = [github_issue(1), closed(2), github_issue(1)]
    path = write_jsonl(tmp_path / "issues.jsonl.gz", lines)
    first = await run(box, path)
    before = await everything(box)
    again = await run(box, path)
    assert (first.created, first.known, again.created, again.known) == (2, 1, 0, 3)
    assert await everything(box) == before
    more = await run(box, write_jsonl(tmp_path / "more.jsonl", [*lines, github_issue(3)]))
    assert (more.created, more.people) == (1, 0)
    assert await rows(box, "SELECT created, done FROM daily_stats WHERE day = '2024-03-01'") == [
        {"created": 3, "done": 0}
    ]


async def test_a_broken_line_is_named_and_the_rest_goes_on(box: StatsBox, tmp_path: Path) -> None:
    lines: list[dict[str, Any] | str] = [
        github_issue(1),
        "{not json",
        "",
        github_issue(2, title=None),
        "[1]",
        github_issue(3),
    ]
    result = await run(box, write_jsonl(tmp_path / "issues.jsonl", lines))
    assert (result.created, result.broken_count) == (2, 3)
    assert [(broken.line, broken.reason.split(":")[0]) for broken in result.broken] == [
        (2, "is not JSON"),
        (4, "title"),
        (5, "is not a JSON object"),
    ]


async def test_what_the_database_refuses_is_named_and_the_rest_goes_on(box: StatsBox, tmp_path: Path) -> None:
    await box.execute("ALTER TABLE issue ADD CONSTRAINT planted CHECK (title <> 'Valve 4 leaks')")
    lines: list[dict[str, Any] | str] = [
        github_issue(1),
        github_issue(4, user={"login": "new-one"}),
        github_issue(5),
    ]
    result = await run(box, write_jsonl(tmp_path / "issues.jsonl", lines))
    assert (result.created, result.people, result.is_whole) == (2, 1, True)
    assert [(broken.line, "planted" in broken.reason) for broken in result.broken] == [(2, True)]
    assert await rows(box, "SELECT name FROM user_account ORDER BY 1") == [{"name": "wile-e"}]


async def test_a_file_that_breaks_off_gives_what_came_before(box: StatsBox, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "whole.jsonl.gz", [github_issue(n, body=f"{n}" * 5_000) for n in range(1, 40)])
    torn = tmp_path / "torn.jsonl.gz"
    torn.write_bytes(path.read_bytes()[:-200])
    result = await run(box, torn)
    assert 0 < result.created < 40
    assert result.broken[-1].reason.startswith("the file breaks off")
    assert not result.is_whole
    assert (await run(box, path)).created == 39 - result.created


async def test_a_time_that_has_not_come_is_no_time(box: StatsBox, tmp_path: Path) -> None:
    later = "2024-03-12T00:00:00Z"
    lines: list[dict[str, Any] | str] = [
        github_issue(1, created_at="9999-12-31T23:59:59Z"),
        github_issue(2, updated_at=later),
        closed(3, closed_at=later),
        github_issue(4, updated_at="2024-03-11T11:00:00Z"),
    ]
    result = await run(box, write_jsonl(tmp_path / "issues.jsonl", lines))
    assert (result.created, result.is_whole) == (1, True)
    assert [broken.reason for broken in result.broken] == ["one of its times is in the future"] * 3


@pytest.mark.parametrize(
    ("content", "created", "is_whole"),
    [
        (b"", 0, True),
        (b"\n \n", 0, True),
        (b"\xef\xbb\xbf%b\r\n", 1, True),
        (b"a,b,c\n1,2,3\n", 0, False),
        (b"\x1f\x8b\x00\x00", 0, False),
        (bytes(range(256)), 0, False),
    ],
)
async def test_files_that_are_odd(box: StatsBox, tmp_path: Path, content: bytes, created: int, is_whole: bool) -> None:
    path = tmp_path / "odd.jsonl"
    line = write_jsonl(tmp_path / "one.jsonl", [github_issue(1)]).read_bytes().strip()
    path.write_bytes(content.replace(b"%b", line))
    result = await run(box, path)
    assert (result.created, result.is_whole) == (created, is_whole)


async def test_repositories_of_one_name_have_projects_of_their_own(box: StatsBox, tmp_path: Path) -> None:
    other = "https://api.github.com/repos/other/rocket_parts"
    lines: list[dict[str, Any] | str] = [github_issue(1), github_issue(1, repository_url=other)]
    path = write_jsonl(tmp_path / "issues.jsonl", lines)
    assert (await run(box, path)).projects == ["ROCKETPAR2", "ROCKETPART"]
    assert (await run(box, path)).known == 2


async def test_all_into_one_project_that_is_there(box: StatsBox, tmp_path: Path) -> None:
    cast = await make_cast(box.work)
    await make_project(box.work, cast.admin, "TRK")
    path = write_jsonl(tmp_path / "issues.jsonl", [github_issue(1), closed(2)])
    assert (await run(box, path, "TRK")).projects == ["TRK"]
    assert {row["key"] for row in await rows(box, "SELECT key FROM issue")} == {"TRK-1", "TRK-2"}


async def test_wrong_arguments_are_said_in_one_line(box: StatsBox, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file"):
        await run(box, tmp_path / "nothing.jsonl")
    with pytest.raises(OperatorError, match="capital letters"):
        await run(box, write_jsonl(tmp_path / "issues.jsonl", [github_issue(1)]), "rockets!")


async def test_progress_is_told_in_bytes_of_the_file(box: StatsBox, tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "issues.jsonl", [github_issue(n) for n in range(1, 450)])
    told: list[tuple[int, int]] = []
    await import_github(box.work, box.database, path, progress=lambda done, whole: told.append((done, whole)))
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert len(told) == 3
    assert [done for done, _ in told] == sorted(done for done, _ in told)
