"""An index in which lists are counted.

Revision: 20261126_issue_counting, after 20261121_first.
"""

from alembic import op

revision = "20261126_issue_counting"
down_revision = "20261121_first"
branch_labels = None
depends_on = None

_COLUMNS = ["project_id", "status", "severity", "priority", "assignee_id", "reporter_id", "id"]


def upgrade() -> None:
    op.create_index("ix_issue_counted", "issue", _COLUMNS, unique=False)


def downgrade() -> None:
    op.drop_index("ix_issue_counted", table_name="issue")
