"""The dataset `comments`: one row for each comment."""

from sqlalchemy import distinct, func

from trackly.comments.facade import CommentKind
from trackly.datasets.dataset import ChartOf, Dataset, Field, Measure, Rows, Scope
from trackly.datasets.expressions import how_many
from trackly.datasets.issue_fields import FIELDS, IDS, RANKS, issue_columns, without
from trackly.datasets.queries import COMMENT, ISSUE, PERSON, issues_joined
from trackly.datasets.schemas import DatasetSource
from trackly.exports.facade import ColumnType
from trackly.issues.facade import visible_predicate

_T = ColumnType


def _rows(scope: Scope, needed: frozenset[str]) -> Rows:
    author = PERSON.alias("author")
    source = issues_joined(needed, COMMENT, COMMENT.c.issue_id == ISSUE.c.id)
    own = {
        "written": COMMENT.c.created_at,
        "author": author.c.name,
        "kind": COMMENT.c.kind,
        "body": COMMENT.c.body,
        "edited": COMMENT.c.version > 1,
        "issue": ISSUE.c.id,
        "author_id": COMMENT.c.author_id,
    }
    return Rows(
        source=source.outerjoin(author, author.c.id == COMMENT.c.author_id),
        rights=(visible_predicate(scope.reader, throughout=True),),
        columns={**issue_columns(scope), **own},
        tie=(COMMENT.c.created_at, COMMENT.c.id),
        ranks={**RANKS, "author": (func.lower(author.c.name),)},
        ids={**IDS, "author": COMMENT.c.author_id},
    )


_FIELDS = (
    Field("written", "Written", _T.TIMESTAMP, "When the comment was written.", "written", group=True),
    FIELDS["key"],
    FIELDS["title"],
    Field("author", "Author", _T.TEXT, "Who wrote it.", "author", group=True),
    Field(
        *("kind", "Kind", _T.TEXT, "Comment, progress, analysis or resolution.", "kind"),
        words=tuple(CommentKind),
        group=True,
    ),
    Field("body", "Text", _T.TEXT, "What it says, in Markdown (`body:*crash*` looks inside).", "body"),
    Field("edited", "Edited", _T.BOOLEAN, "Whether it was changed since.", "edited", group=True),
    *without("key", "title", "description"),
)

COMMENTS = Dataset(
    name="comments",
    title="Comments",
    description="One row for each comment on an issue.",
    fields=_FIELDS,
    measures=(
        Measure("count", "Comments", _T.INTEGER, "comments", "How many comments.", lambda _: how_many()),
        Measure(
            *("issues", "Issues", _T.INTEGER, "issues", "On how many issues."),
            lambda rows: func.count(distinct(rows.columns["issue"])),
        ),
        Measure(
            *("people", "People", _T.INTEGER, "people", "By how many people."),
            lambda rows: func.count(distinct(rows.columns["author_id"])),
        ),
    ),
    rows=_rows,
    default_columns=("written", "key", "title", "author", "kind", "body"),
    default_measures=("count", "issues", "people"),
    default_sort=("-written",),
    example=DatasetSource(dataset="comments", filter="kind:analysis written>-7d", sort=["-written"]),
    key_column="key",
    about_issues=True,
    charts=(ChartOf("Comments by week", "line", "written_week", "count"),),
    figures=(("Comments", "count"), ("Issues", "issues"), ("People", "people")),
)
