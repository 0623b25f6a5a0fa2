"""The schema `reporting`, its views and rights, run tokens, and who may write SQL.

Revision: 20261126_sandbox, after 20261126_notifications.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_sandbox"
down_revision = "20261126_notifications"
branch_labels = None
depends_on = None

_REPORTING = Path(__file__).parents[1] / "sql" / "reporting.sql"


def upgrade() -> None:
    op.create_table(
        "sandbox_grant",
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["granted_by"], ["user_account.id"], name=op.f("fk_sandbox_grant_granted_by")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sandbox_grant_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_sandbox_grant")),
    )
    op.create_table(
        "sandbox_run",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("whole", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("partly", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("everybody", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("backend_pid", sa.Integer(), nullable=True),
        sa.Column("backend_start", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_sandbox_run_token_hash")),
        sa.CheckConstraint("(backend_pid IS NULL) = (backend_start IS NULL)", name=op.f("ck_sandbox_run_bound_whole")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_sandbox_run_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sandbox_run")),
    )
    op.create_index("ix_sandbox_run_expires_at", "sandbox_run", ["expires_at"], unique=False)
    op.create_table(
        "sandbox_setup",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_sandbox_setup_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox_setup")),
    )
    op.get_bind().connection.dbapi_connection.execute(_REPORTING.read_text())


def downgrade() -> None:
    op.execute("DROP SCHEMA reporting CASCADE")
    op.execute("GRANT EXECUTE ON FUNCTION append_events, extend_event_log, refuse_log_change TO PUBLIC")
    op.drop_table("sandbox_setup")
    op.drop_index("ix_sandbox_run_expires_at", table_name="sandbox_run")
    op.drop_table("sandbox_run")
    op.drop_table("sandbox_grant")
