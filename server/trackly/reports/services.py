"""What reports need to work, made once for each process and passed in."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

import structlog

from trackly.attachments.facade import BlobStore
from trackly.events.unit_of_work import UnitsOfWork
from trackly.jobs.facade import Scheduler
from trackly.notifications.facade import NotificationServices
from trackly.reports.checking import Checker
from trackly.reports.mails import ReportComposer
from trackly.reports.plans import Planner
from trackly.reports.rendering import Rendering
from trackly.reports.versions import GitHistory
from trackly.sandbox.facade import Sandbox

log = structlog.get_logger("trackly.reports")
COMMIT_S = 10
COMPOSED = "report_run"
"""The part of a delivery's `ref` before its colon that says that it is a run's."""


@dataclass(frozen=True)
class ReportServices:
    """`public_url`: of this installation, for links. `git` None: versions are kept in the database alone."""

    work: UnitsOfWork
    planner: Planner
    checker: Checker
    rendering: Rendering
    composer: ReportComposer
    public_url: str
    git: GitHistory | None

    @classmethod
    def build(
        cls,
        work: UnitsOfWork,
        blobs: BlobStore,
        sandbox: Sandbox,
        notifications: NotificationServices,
        git_folder: Path | None = None,
    ) -> Self:
        planner, public_url = Planner(work, sandbox, notifications.box), notifications.public_url
        return cls(
            work=work,
            planner=planner,
            checker=Checker(planner, notifications),
            rendering=Rendering(work, blobs, planner, public_url),
            composer=ReportComposer(work, blobs, public_url),
            public_url=public_url,
            git=None if git_folder is None else _history(work, git_folder),
        )

    def add_beats(self, scheduler: Scheduler) -> None:
        """What is made up for beside requests: versions that no commit holds yet."""
        if self.git is not None:
            scheduler.add("report_versions", COMMIT_S, self.git.catch_up, at_start=True, frequent=True)


def _history(work: UnitsOfWork, folder: Path) -> GitHistory:
    history = GitHistory(work, folder)
    if history.problem is not None:
        log.warning("versions of reports are not committed", reason=history.problem)
    return history
