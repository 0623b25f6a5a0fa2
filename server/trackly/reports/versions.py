"""Versions of definitions as commits of a Git repository, for those who want them there too. A copy: what fails here
fails alone, and is made up for."""

import asyncio
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import text, update

from trackly.events.unit_of_work import UnitsOfWork
from trackly.reports.tables import ReportVersionRow
from trackly.reports.version_queries import list_uncommitted
from trackly.users.facade import load_persons

log = structlog.get_logger("trackly.reports")
_GIT_S = 20
_BATCH = 10
_LOCK = 7215
"""Of the database: one process at a time commits."""
_NEVER_ASK = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_COMMITTER_NAME": "Trackly",
    "GIT_COMMITTER_EMAIL": "trackly@localhost",
    "LC_ALL": "C",
}
_SAFE = ("-c", f"core.hooksPath={os.devnull}", "-c", "commit.gpgsign=false", "-c", "core.autocrlf=false")


class GitFailed(Exception):
    """What git said, in one line."""


@dataclass(frozen=True, slots=True)
class Committed:
    """One version as it is to be committed."""

    report_id: int
    version: int
    name: str
    definition: dict[str, Any]
    author: str
    at: datetime


@dataclass(frozen=True)
class GitHistory:
    """A repository in `folder`, which is made when it is missing. One file a report, and one for its SQL."""

    work: UnitsOfWork
    folder: Path

    @property
    def problem(self) -> str | None:
        """Why nothing can be committed."""
        return None if shutil.which("git") else "REPORTS_GIT_DIR is set, but the program git is not installed"

    async def catch_up(self) -> int:
        """Commit the versions that are not in the repository yet, oldest first; returns how many. None without git."""
        if self.problem is not None:
            return 0
        count = 0
        while found := await self._some():
            count += found
        return count

    async def _some(self) -> int:
        """A batch in one transaction, which holds the lock. What git refuses is left for the next turn."""
        done = 0
        async with self.work.begin("reports:git") as uow:
            if not await uow.session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
                return 0
            rows = await list_uncommitted(uow.session, _BATCH)
            people = await load_persons(uow.session, {row.author_id for row in rows if row.author_id})
            for row in rows:
                author = people[row.author_id].name if row.author_id in people else "Trackly"
                wanted = Committed(row.report_id, row.version, row.name, row.definition, author, row.at)
                try:
                    commit = await asyncio.to_thread(commit_version, self.folder, wanted)
                except (GitFailed, OSError) as error:
                    log.warning("a version was not committed", report=row.report_id, error=str(error)[:300])
                    break
                same = (ReportVersionRow.report_id == row.report_id, ReportVersionRow.version == row.version)
                await uow.session.execute(update(ReportVersionRow).where(*same).values(git_commit=commit))
                done += 1
        return done


def commit_version(folder: Path, version: Committed) -> str:
    """Write the files of one version, and commit them; returns the commit's name. GitFailed, OSError."""
    if not (folder / ".git").is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _git(folder, version, "init", "--quiet", "--initial-branch=main")
    place = folder / f"report-{version.report_id}"
    place.mkdir(exist_ok=True)
    definition = orjson.dumps(version.definition, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (place / "definition.json").write_bytes(definition)
    sql = place / "query.sql"
    if version.definition["source"]["kind"] == "sql":
        sql.write_text(version.definition["source"]["sql"].rstrip() + "\n")
    else:
        sql.unlink(missing_ok=True)
    _git(folder, version, "add", "--all", "--", place.name)
    message = f"{_one_line(version.name)}, version {version.version}"
    _git(folder, version, "commit", "--quiet", "--allow-empty", "--no-verify", f"--message={message}", "--", place.name)
    return _git(folder, version, "rev-parse", "HEAD")


def _git(folder: Path, version: Committed, *arguments: str) -> str:
    """Run git in `folder`, as the version's author, with nobody's configuration."""
    kept = {name: os.environ[name] for name in ("PATH", "SystemRoot", "TMPDIR") if name in os.environ}
    author = _one_line(version.author) or "Trackly"
    stamp = version.at.isoformat()
    identity = {"GIT_AUTHOR_NAME": author, "GIT_AUTHOR_EMAIL": "trackly@localhost"}
    times = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
    command = ["git", *_SAFE, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**kept, **_NEVER_ASK, **identity, **times},
            capture_output=True,
            text=True,
            timeout=_GIT_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise GitFailed(f"git {arguments[0]} took more than {_GIT_S} s") from None
    if done.returncode:
        raise GitFailed(_one_line(f"git {arguments[0]}: {done.stderr}"))
    return done.stdout.strip()


def _one_line(words: str) -> str:
    return " ".join(words.replace("<", " ").replace(">", " ").split())
