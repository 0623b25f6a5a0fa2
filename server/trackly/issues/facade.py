"""The door to issues, for the domains above: comments, files, statistics, the stream, imports."""

from trackly.issues.commands import create_issue, update_issue, watch_issue
from trackly.issues.errors import IssueNotFound, NotAllowed
from trackly.issues.held import HeldIssue, IssueRef, audience_of
from trackly.issues.importing import ImportResult, import_issues
from trackly.issues.markdown import render_aside, render_markdown
from trackly.issues.past import ImportedChange, ImportedIssue
from trackly.issues.queries import (
    find_visible_issue,
    find_visible_issue_by_id,
    lock_issue,
    visible_ids,
    visible_predicate,
)
from trackly.issues.records import TouchedIssue, touch_issue
from trackly.issues.rules import Priority, Resolution, Severity
from trackly.issues.schemas import IssueKey, IssueNew, IssueOut, IssuePatch, IssueSummary

__all__ = [
    "HeldIssue",
    "ImportResult",
    "ImportedChange",
    "ImportedIssue",
    "IssueKey",
    "IssueNew",
    "IssueNotFound",
    "IssueOut",
    "IssuePatch",
    "IssueRef",
    "IssueSummary",
    "NotAllowed",
    "Priority",
    "Resolution",
    "Severity",
    "TouchedIssue",
    "audience_of",
    "create_issue",
    "find_visible_issue",
    "find_visible_issue_by_id",
    "import_issues",
    "lock_issue",
    "render_aside",
    "render_markdown",
    "touch_issue",
    "update_issue",
    "visible_ids",
    "visible_predicate",
    "watch_issue",
]
