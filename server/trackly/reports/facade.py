"""The door to reports, for the roots and for demos."""

from trackly.reports.checking import Checker
from trackly.reports.commands import create_report
from trackly.reports.edition_queries import find_used_blobs
from trackly.reports.progress import Followers
from trackly.reports.readymade import find_ready_made
from trackly.reports.retention import Keep
from trackly.reports.run_commands import start_run
from trackly.reports.run_schemas import RunNew
from trackly.reports.running import RunningReports
from trackly.reports.schemas import ReportNew, ReportOut
from trackly.reports.services import COMPOSED, ReportServices

__all__ = [
    "COMPOSED",
    "Checker",
    "Followers",
    "Keep",
    "ReportNew",
    "ReportOut",
    "ReportServices",
    "RunNew",
    "RunningReports",
    "create_report",
    "find_ready_made",
    "find_used_blobs",
    "start_run",
]
