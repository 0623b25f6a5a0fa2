"""Issues and pull requests of GitHub, from a file with one REST v3 object a line, with their people and their past."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from sqlalchemy.exc import DataError, IntegrityError

from trackly.events.unit_of_work import UnitOfWork, UnitsOfWork
from trackly.imports.github_objects import BrokenLine, GithubIssue, read_issue
from trackly.imports.lines import Line, file_bytes, read_lines
from trackly.imports.newcomers import Newcomers
from trackly.issues.facade import ImportedChange, ImportedIssue, import_issues
from trackly.kit.db import Database
from trackly.kit.operators import OperatorError
from trackly.stats.facade import run_aggregation

BATCH = 200
BROKEN_KEPT = 100
_CLOCKS_DIFFER = timedelta(days=1)

Progress = Callable[[int, int], None]
"""Told how many bytes of the file are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Broken:
    line: int
    reason: str


@dataclass
class ImportResult:
    """What an import did. `broken` names the first lines that were left out, `broken_count` says how many there are."""

    created: int = 0
    known: int = 0
    shortened: int = 0
    people: int = 0
    projects: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    broken_count: int = 0
    breaks_off: bool = False
    seconds: float = 0.0

    @property
    def is_whole(self) -> bool:
        """The file was read to its end, and something in it was an issue, or it held nothing at all."""
        return not self.breaks_off and (self.broken_count == 0 or self.created + self.known > 0)

    def leave_out(self, line: int, reason: str) -> None:
        self.broken_count += 1
        if len(self.broken) < BROKEN_KEPT:
            self.broken.append(Broken(line, reason))


@dataclass(frozen=True, slots=True)
class _Read:
    line: int
    issue: GithubIssue


def _no_progress(_done: int, _all: int) -> None:
    return None


async def import_github(
    work: UnitsOfWork,
    database: Database,
    path: Path,
    *,
    project_key: str | None = None,
    progress: Progress = _no_progress,
) -> ImportResult:
    """Bring in every issue of the file that is not there yet, 200 a transaction, then count the days anew.

    A project for each repository, named after it, or all in `project_key`. A line that is no issue is left out and
    named; so is one that the database refuses. Run again, it adds what is missing and changes nothing that is there.
    Raises OperatorError for a file that can't be read."""
    if project_key is not None and not re.fullmatch(r"[A-Z][A-Z0-9]{1,9}", project_key):
        raise OperatorError("--project: a key is 2 to 10 capital letters and digits, and begins with a letter")
    started, size = time.perf_counter(), file_bytes(path)
    result = ImportResult()
    newcomers = Newcomers(project_key)
    batch: list[_Read] = []
    for line in read_lines(path):
        found = _read(line, result, work.clock.now())
        if found is not None:
            batch.append(found)
        if len(batch) >= BATCH:
            await _write(work, newcomers, batch, result)
            batch = []
            progress(line.done_bytes, size)
    if batch:
        await _write(work, newcomers, batch, result)
    progress(size, size)
    result.projects, result.people = sorted(newcomers.projects_used), newcomers.people_made
    await run_aggregation(work, "import")
    async with database.one_statement() as connection:
        await connection.exec_driver_sql("VACUUM (ANALYZE) issue, issue_change, issue_label, watcher, user_account")
    result.seconds = time.perf_counter() - started
    return result


def _read(line: Line, result: ImportResult, now: datetime) -> _Read | None:
    if line.broken is not None:
        result.leave_out(line.number, line.broken)
        result.breaks_off = True
        return None
    try:
        issue = read_issue(orjson.loads(line.text))
        if max(issue.created_at, issue.updated_at, issue.closed_at or issue.created_at) > now + _CLOCKS_DIFFER:
            raise BrokenLine("one of its times is in the future")
        return _Read(line.number, issue)
    except orjson.JSONDecodeError as error:
        result.leave_out(line.number, f"is not JSON: {error}")
    except BrokenLine as error:
        result.leave_out(line.number, str(error))
    return None


async def _write(work: UnitsOfWork, newcomers: Newcomers, batch: list[_Read], result: ImportResult) -> None:
    """One transaction; when the database refuses it, one for each line, so that the rest goes on."""
    try:
        async with work.begin("import:github") as uow:
            made = await _write_batch(uow, newcomers, [read.issue for read in batch])
    except (DataError, IntegrityError) as error:
        newcomers.forget_uncommitted()
        if len(batch) == 1:
            result.leave_out(batch[0].line, f"the database refuses it: {str(error.orig).splitlines()[0]}")
            return
        for one in batch:
            await _write(work, newcomers, [one], result)
        return
    newcomers.keep()
    result.created += len(made)
    result.known += len(batch) - len(made)
    result.shortened += sum(read.issue.is_shortened for read in batch if read.issue.external_ref in made)


async def _write_batch(uow: UnitOfWork, newcomers: Newcomers, issues: list[GithubIssue]) -> set[str]:
    """The external names of those that are new."""
    made: set[str] = set()
    by_repository: dict[tuple[str, str], list[GithubIssue]] = {}
    for issue in issues:
        by_repository.setdefault(issue.repository, []).append(issue)
    for repository, some in by_repository.items():
        project = await newcomers.project(uow, repository)
        await newcomers.labels(uow, project, some)
        people = await newcomers.people(uow, project, some)
        told = [_as_imported(issue, people) for issue in some]
        results = await import_issues(uow, newcomers.operator, project, told)
        made |= {one.external_ref for one in results if one.created}
    return made


def _as_imported(issue: GithubIssue, people: dict[str, int]) -> ImportedIssue:
    changes: tuple[ImportedChange, ...] = ()
    if issue.done_at is not None:
        closer = people[issue.closed_by.login] if issue.closed_by else None
        fields = {"status": "DONE", "resolution": issue.resolution}
        changes = (ImportedChange(at=issue.done_at, actor_id=closer, fields=fields),)
    return ImportedIssue(
        external_ref=issue.external_ref,
        title=issue.one_line_title,
        description=issue.description,
        reporter_id=people[issue.user.login if issue.user else Newcomers.GHOST],
        created_at=issue.created_at,
        assignee_id=people[issue.assignee.login] if issue.assignee else None,
        labels=tuple(issue.clean_labels),
        changes=changes,
        updated_at=issue.updated_at,
    )
