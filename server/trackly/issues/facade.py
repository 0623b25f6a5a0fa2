"""The door to issues, for the domains above: comments, files, statistics, the stream, imports."""

from trackly.issues.commands import create_issue, update_issue, watch_issue
from trackly.issues.errors import InvalidQuery, IssueNotFound, NotAllowed
from trackly.issues.filters import term_condition, text_condition
from trackly.issues.held import HeldIssue, IssueRef, audience_of
from trackly.issues.importing import ImportResult, import_issues
from trackly.issues.language import And, Node, Not, Or, Phrase, Term, Value, Word, mistake, parse_query
from trackly.issues.markdown import render_aside, render_markdown
from trackly.issues.past import ImportedChange, ImportedIssue
from trackly.issues.queries import (
    find_visible_issue,
    find_visible_issue_by_id,
    labels_of,
    lock_issue,
    people_named,
    visible_ids,
    visible_predicate,
)
from trackly.issues.records import TouchedIssue, touch_issue
from trackly.issues.rules import Priority, Resolution, Severity
from trackly.issues.schemas import IssueKey, IssueNew, IssueOut, IssuePatch, IssueSummary
from trackly.issues.terms import FIELDS, Reading, Unset, Within, date_meaning, nearest, person_meaning, time_meaning

__all__ = [
    "FIELDS",
    "And",
    "HeldIssue",
    "ImportResult",
    "ImportedChange",
    "ImportedIssue",
    "InvalidQuery",
    "IssueKey",
    "IssueNew",
    "IssueNotFound",
    "IssueOut",
    "IssuePatch",
    "IssueRef",
    "IssueSummary",
    "Node",
    "Not",
    "NotAllowed",
    "Or",
    "Phrase",
    "Priority",
    "Reading",
    "Resolution",
    "Severity",
    "Term",
    "TouchedIssue",
    "Unset",
    "Value",
    "Within",
    "Word",
    "audience_of",
    "create_issue",
    "date_meaning",
    "find_visible_issue",
    "find_visible_issue_by_id",
    "import_issues",
    "labels_of",
    "lock_issue",
    "mistake",
    "nearest",
    "parse_query",
    "people_named",
    "person_meaning",
    "render_aside",
    "render_markdown",
    "term_condition",
    "text_condition",
    "time_meaning",
    "touch_issue",
    "update_issue",
    "visible_ids",
    "visible_predicate",
    "watch_issue",
]
