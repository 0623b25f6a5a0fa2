"""Reports, schedules, runs, editions, files and links.

Revision: 20261126_reports, after 20261126_sources.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_reports"
down_revision = "20261126_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_report_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    op.create_index("ix_report_name_id", "report", [sa.text("lower(name)"), "id"], unique=False)
    op.create_index("ix_report_owner_id", "report", ["owner_id"], unique=False)
    op.create_table(
        "report_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("scheduled_for", sa.DateTime(timezone=True), nullable=True),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=True),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Text(), nullable=True),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancel_by", sa.BigInteger(), nullable=True),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("truncated", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state IN ('QUEUED', 'RUNNING', 'RENDERED', 'DELIVERING', 'SUCCESS', 'PARTIAL', 'FAILED', 'CANCELLED', 'MISSED', 'SKIPPED')",
            name=op.f("ck_report_run_state"),
        ),
        sa.CheckConstraint("trigger IN ('schedule', 'manual', 'test', 'api')", name=op.f("ck_report_run_trigger")),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_report_run_report_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["requested_by"], ["user_account.id"], name=op.f("fk_report_run_requested_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run")),
        sa.UniqueConstraint("report_id", "scheduled_for", name=op.f("uq_report_run_report_id_scheduled_for")),
    )
    op.create_index(
        "ix_report_run_going",
        "report_run",
        ["report_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING', 'RENDERED')"),
    )
    op.create_index("ix_report_run_report_id_id", "report_run", ["report_id", "id"], unique=False)
    op.create_index("ix_report_run_state_not_before", "report_run", ["state", "not_before"], unique=False)
    op.create_table(
        "report_schedule",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("tz", sa.Text(), nullable=False),
        sa.Column("catchup", sa.Text(), server_default="latest", nullable=False),
        sa.Column("overlap", sa.Text(), server_default="skip", nullable=False),
        sa.Column("grace_s", sa.Integer(), server_default="1800", nullable=False),
        sa.Column("jitter_s", sa.Integer(), server_default="0", nullable=False),
        sa.Column("wait_for", sa.Text(), nullable=True),
        sa.Column("wait_until", sa.Text(), nullable=True),
        sa.Column("pause_after", sa.Integer(), server_default="3", nullable=False),
        sa.Column("last_slot", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_reason", sa.Text(), nullable=True),
        sa.Column("failure_streak", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("catchup IN ('latest', 'all', 'skip')", name=op.f("ck_report_schedule_catchup")),
        sa.CheckConstraint("overlap IN ('skip', 'queue', 'allow')", name=op.f("ck_report_schedule_overlap")),
        sa.CheckConstraint(
            "wait_for IS NULL OR wait_for = 'yesterday_closed'", name=op.f("ck_report_schedule_wait_for")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_schedule_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_report_schedule")),
    )
    op.create_index(
        "ix_report_schedule_next_fire_at",
        "report_schedule",
        ["next_fire_at"],
        unique=False,
        postgresql_where=sa.text("next_fire_at IS NOT NULL"),
    )
    op.create_table(
        "report_version",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("git_commit", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_report_version_author_id")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_report_version_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("pk_report_version")),
    )
    op.create_table(
        "report_edition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("scope_label", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("truncated", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("data_blob", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["report_run.id"], name=op.f("fk_report_edition_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_edition")),
        sa.UniqueConstraint("run_id", "scope", name=op.f("uq_report_edition_run_id_scope")),
    )
    op.create_table(
        "report_run_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["report_run.id"], name=op.f("fk_report_run_log_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_run_log")),
    )
    op.create_index("ix_report_run_log_run_id_id", "report_run_log", ["run_id", "id"], unique=False)
    op.create_table(
        "report_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.BigInteger(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_name", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["report_edition.id"], name=op.f("fk_report_file_edition_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_file")),
        sa.UniqueConstraint("edition_id", "name", name=op.f("uq_report_file_edition_id_name")),
    )
    op.create_index("ix_report_file_stored_name", "report_file", ["stored_name"], unique=False)
    op.create_table(
        "report_share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("downloads", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"], name=op.f("fk_report_share_created_by")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["report_file.id"], name=op.f("fk_report_share_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_share")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_report_share_token_hash")),
    )
    op.create_index("ix_report_share_file_id", "report_share", ["file_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_report_share_file_id", table_name="report_share")
    op.drop_table("report_share")
    op.drop_index("ix_report_file_stored_name", table_name="report_file")
    op.drop_table("report_file")
    op.drop_index("ix_report_run_log_run_id_id", table_name="report_run_log")
    op.drop_table("report_run_log")
    op.drop_table("report_edition")
    op.drop_table("report_version")
    op.drop_index(
        "ix_report_schedule_next_fire_at",
        table_name="report_schedule",
        postgresql_where=sa.text("next_fire_at IS NOT NULL"),
    )
    op.drop_table("report_schedule")
    op.drop_index("ix_report_run_state_not_before", table_name="report_run")
    op.drop_index("ix_report_run_report_id_id", table_name="report_run")
    op.drop_index(
        "ix_report_run_going",
        table_name="report_run",
        postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING', 'RENDERED')"),
    )
    op.drop_table("report_run")
    op.drop_index("ix_report_owner_id", table_name="report")
    op.drop_index("ix_report_name_id", table_name="report")
    op.drop_table("report")
