"""The first schema.

Revision: 20261121_first, after . Written 2026-11-21 07:03:55.949409+00:00.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_first"
down_revision = None
branch_labels = None
depends_on = None

_EVENT_LOG = Path(__file__).parents[1] / "sql" / "event_log.sql"


def upgrade() -> None:
    op.create_table(
        "blob_deletion",
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("stored_name", name=op.f("pk_blob_deletion")),
    )
    op.create_index("ix_blob_deletion_due_at", "blob_deletion", ["due_at"], unique=False)
    op.create_table(
        "event_log",
        sa.Column("stream", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_version", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=True),
        sa.Column("issue", sa.Text(), nullable=True),
        sa.Column("audience", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("body_full", sa.LargeBinary(), nullable=False),
        sa.Column("body_public", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("stream", "seq", name=op.f("pk_event_log")),
        postgresql_partition_by="RANGE (seq)",
    )
    op.create_index("ix_event_log_entity_seq", "event_log", ["entity", "seq"], unique=False)
    op.create_index("ix_event_log_issue_seq", "event_log", ["issue", "seq"], unique=False)
    op.create_table(
        "idempotency_key",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index(op.f("ix_idempotency_key_created_at"), "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "issue_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("issue_key", sa.Text(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("changed", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("status_before", sa.Text(), nullable=True),
        sa.Column("status_after", sa.Text(), nullable=True),
        sa.Column("severity_before", sa.Text(), nullable=True),
        sa.Column("severity_after", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_change")),
    )
    op.create_index("ix_issue_change_at", "issue_change", ["at"], unique=False)
    op.create_index("ix_issue_change_issue_id_at_id", "issue_change", ["issue_id", "at", "id"], unique=False)
    op.create_index("ix_issue_change_project_id_at", "issue_change", ["project_id", "at"], unique=False)
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("user_key", sa.LargeBinary(), nullable=False),
        sa.Column("ip", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index("ix_login_attempt_at", "login_attempt", ["at"], unique=False)
    op.create_index("ix_login_attempt_ip_at", "login_attempt", ["ip", "at"], unique=False)
    op.create_table(
        "oauth_state",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("code_verifier", sa.Text(), nullable=False),
        sa.Column("next_path", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_oauth_state")),
    )
    op.create_index("ix_oauth_state_expires_at", "oauth_state", ["expires_at"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("visibility", sa.Text(), server_default="open", nullable=False),
        sa.Column("reporters_see_all", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="UTC", nullable=False),
        sa.Column("next_number", sa.Integer(), server_default="1", nullable=False),
        sa.Column("wip_limits", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("workflow_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("key ~ '^[A-Z][A-Z0-9]{1,9}$'", name=op.f("ck_project_key")),
        sa.CheckConstraint("visibility IN ('open', 'private')", name=op.f("ck_project_visibility")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("key", name=op.f("uq_project_key")),
    )
    op.create_table(
        "stats_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("through_change", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_stats_mark_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stats_mark")),
    )
    op.create_table(
        "stats_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("through_change", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "trigger IN ('start', 'schedule', 'manual', 'import', 'demo')", name=op.f("ck_stats_run_trigger")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stats_run")),
    )
    op.create_index("ix_stats_run_started_at", "stats_run", ["started_at"], unique=False)
    op.create_table(
        "stream_epoch",
        sa.Column("stream", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first_seq", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column(
            "started_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("stream", "epoch", name=op.f("pk_stream_epoch")),
    )
    op.create_table(
        "stream_head",
        sa.Column("stream", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("stream", name=op.f("pk_stream_head")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("google_iss", sa.Text(), nullable=True),
        sa.Column("google_sub", sa.Text(), nullable=True),
        sa.Column("preferences", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('ADMIN', 'MAINTAINER', 'REPORTER')", name=op.f("ck_user_account_role")),
        sa.CheckConstraint("(google_iss IS NULL) = (google_sub IS NULL)", name=op.f("ck_user_account_google_whole")),
        sa.CheckConstraint("deleted_at IS NULL OR NOT active", name=op.f("ck_user_account_deleted_is_inactive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("google_iss", "google_sub", name=op.f("uq_user_account_google_iss_google_sub")),
    )
    op.create_index("ix_user_account_name_id", "user_account", [sa.literal_column("lower(name)"), "id"], unique=False)
    op.create_index("uq_user_account_email", "user_account", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("uploader_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("stored_name", sa.Text(), nullable=False),
        sa.Column("thumbnail_name", sa.Text(), nullable=True),
        sa.Column("thumbnail_bytes", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(thumbnail_name IS NULL) = (thumbnail_bytes IS NULL)", name=op.f("ck_attachment_thumbnail_whole")
        ),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_attachment_bytes")),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_attachment_sha256")),
        sa.ForeignKeyConstraint(["uploader_id"], ["user_account.id"], name=op.f("fk_attachment_uploader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_name", name=op.f("uq_attachment_stored_name")),
        sa.UniqueConstraint("thumbnail_name", name=op.f("uq_attachment_thumbnail_name")),
    )
    op.create_index(
        "ix_attachment_issue_id_created_at_id", "attachment", ["issue_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_attachment_uploader_id", "attachment", ["uploader_id"], unique=False)
    op.create_table(
        "daily_stats",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("triaged", sa.Integer(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("in_open", sa.Integer(), nullable=False),
        sa.Column("in_triaged", sa.Integer(), nullable=False),
        sa.Column("in_progress", sa.Integer(), nullable=False),
        sa.Column("in_done", sa.Integer(), nullable=False),
        sa.Column("open_low", sa.Integer(), nullable=False),
        sa.Column("open_medium", sa.Integer(), nullable=False),
        sa.Column("open_high", sa.Integer(), nullable=False),
        sa.Column("open_critical", sa.Integer(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_daily_stats_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "day", name=op.f("pk_daily_stats")),
    )
    op.create_index("ix_daily_stats_day", "daily_stats", ["day"], unique=False)
    op.create_table(
        "issue",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("description_html", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="OPEN", nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("severity", sa.Text(), server_default="MEDIUM", nullable=False),
        sa.Column("priority", sa.Text(), server_default="MEDIUM", nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("watchers_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("comments_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attachments_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "status_rank",
            sa.Integer(),
            sa.Computed(
                "CASE status WHEN 'OPEN' THEN 0 WHEN 'TRIAGED' THEN 1 WHEN 'IN_PROGRESS' THEN 2 WHEN 'DONE' THEN 3 END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "severity_rank",
            sa.Integer(),
            sa.Computed(
                "CASE severity WHEN 'LOW' THEN 0 WHEN 'MEDIUM' THEN 1 WHEN 'HIGH' THEN 2 WHEN 'CRITICAL' THEN 3 END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority_rank",
            sa.Integer(),
            sa.Computed(
                "CASE priority WHEN 'LOW' THEN 0 WHEN 'MEDIUM' THEN 1 WHEN 'HIGH' THEN 2 WHEN 'URGENT' THEN 3 END",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("search", postgresql.TSVECTOR(), server_default="", nullable=False),
        sa.CheckConstraint("(status = 'DONE') = (done_at IS NOT NULL)", name=op.f("ck_issue_dated_when_done")),
        sa.CheckConstraint("(status = 'DONE') = (resolution IS NOT NULL)", name=op.f("ck_issue_resolved_when_done")),
        sa.CheckConstraint("priority IN ('LOW', 'MEDIUM', 'HIGH', 'URGENT')", name=op.f("ck_issue_priority")),
        sa.CheckConstraint(
            "resolution IN ('FIXED', 'WONT_FIX', 'DUPLICATE', 'CANNOT_REPRODUCE')", name=op.f("ck_issue_resolution")
        ),
        sa.CheckConstraint("severity IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')", name=op.f("ck_issue_severity")),
        sa.CheckConstraint("status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')", name=op.f("ck_issue_status")),
        sa.ForeignKeyConstraint(["assignee_id"], ["user_account.id"], name=op.f("fk_issue_assignee_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_issue_project_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["reporter_id"], ["user_account.id"], name=op.f("fk_issue_reporter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("key", name=op.f("uq_issue_key")),
        sa.UniqueConstraint("project_id", "external_ref", name=op.f("uq_issue_project_id_external_ref")),
        sa.UniqueConstraint("project_id", "number", name=op.f("uq_issue_project_id_number")),
    )
    op.create_index("ix_issue_assignee_id_updated_at_id", "issue", ["assignee_id", "updated_at", "id"], unique=False)
    op.create_index("ix_issue_created_at_id", "issue", ["created_at", "id"], unique=False)
    op.create_index(
        "ix_issue_due_on_id", "issue", ["due_on", "id"], unique=False, postgresql_where=sa.text("due_on IS NOT NULL")
    )
    op.create_index("ix_issue_priority_rank_id", "issue", ["priority_rank", "id"], unique=False)
    op.create_index("ix_issue_project_id_updated_at_id", "issue", ["project_id", "updated_at", "id"], unique=False)
    op.create_index("ix_issue_reporter_id_updated_at_id", "issue", ["reporter_id", "updated_at", "id"], unique=False)
    op.create_index(
        "ix_issue_search",
        "issue",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
    op.create_index("ix_issue_severity_rank_id", "issue", ["severity_rank", "id"], unique=False)
    op.create_index("ix_issue_status_rank_id", "issue", ["status_rank", "id"], unique=False)
    op.create_index("ix_issue_updated_at_id", "issue", ["updated_at", "id"], unique=False)
    op.create_table(
        "label",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("color", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_label_project_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("project_id", "name", name=op.f("pk_label")),
    )
    op.create_index("uq_label_project_id_name", "label", ["project_id", sa.literal_column("lower(name)")], unique=True)
    op.create_table(
        "membership",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('ADMIN', 'MAINTAINER', 'REPORTER')", name=op.f("ck_membership_role")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_membership_project_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_membership_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "user_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_user_id", "membership", ["user_id"], unique=False)
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ip", sa.Text(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('browser', 'program')", name=op.f("ck_session_kind")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_session_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"], unique=False)
    op.create_index("ix_session_user_id", "session", ["user_id"], unique=False)
    op.create_table(
        "transition",
        sa.Column("project_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "from_status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE') AND to_status IN ('OPEN', 'TRIAGED', 'IN_PROGRESS', 'DONE')",
            name=op.f("ck_transition_statuses"),
        ),
        sa.CheckConstraint("role IN ('ADMIN', 'MAINTAINER', 'REPORTER')", name=op.f("ck_transition_role")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_transition_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "role", "from_status", "to_status", name=op.f("pk_transition")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("external_ref", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="comment", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('comment', 'progress', 'analysis', 'resolution')", name=op.f("ck_comment_kind")),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name=op.f("fk_comment_author_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_comment_issue_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("issue_id", "external_ref", name=op.f("uq_comment_issue_id_external_ref")),
    )
    op.create_index("ix_comment_author_id", "comment", ["author_id"], unique=False)
    op.create_index("ix_comment_issue_id_created_at_id", "comment", ["issue_id", "created_at", "id"], unique=False)
    op.create_table(
        "issue_label",
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_issue_label_issue_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "name", name=op.f("pk_issue_label")),
    )
    op.create_index(
        "ix_issue_label_name_issue_id", "issue_label", [sa.literal_column("lower(name)"), "issue_id"], unique=False
    )
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["refresh_token.id"], name=op.f("fk_refresh_token_parent_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["session.id"], name=op.f("fk_refresh_token_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("parent_id", name=op.f("uq_refresh_token_parent_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
    )
    op.create_index("ix_refresh_token_session_id", "refresh_token", ["session_id"], unique=False)
    op.create_table(
        "watcher",
        sa.Column("issue_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issue.id"], name=op.f("fk_watcher_issue_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_watcher_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("issue_id", "user_id", name=op.f("pk_watcher")),
    )
    op.create_index("ix_watcher_user_id_issue_id", "watcher", ["user_id", "issue_id"], unique=False)
    # Several statements with their own quoting: as the driver takes them, not through SQLAlchemy.
    op.get_bind().connection.dbapi_connection.execute(_EVENT_LOG.read_text())


def downgrade() -> None:
    op.execute("DROP FUNCTION IF EXISTS append_events, extend_event_log")
    op.drop_index("ix_watcher_user_id_issue_id", table_name="watcher")
    op.drop_table("watcher")
    op.drop_index("ix_refresh_token_session_id", table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index("ix_issue_label_name_issue_id", table_name="issue_label")
    op.drop_table("issue_label")
    op.drop_index("ix_comment_issue_id_created_at_id", table_name="comment")
    op.drop_index("ix_comment_author_id", table_name="comment")
    op.drop_table("comment")
    op.drop_table("transition")
    op.drop_index("ix_session_user_id", table_name="session")
    op.drop_index("ix_session_expires_at", table_name="session")
    op.drop_table("session")
    op.drop_index("ix_membership_user_id", table_name="membership")
    op.drop_table("membership")
    op.drop_index("uq_label_project_id_name", table_name="label")
    op.drop_table("label")
    op.drop_index("ix_issue_updated_at_id", table_name="issue")
    op.drop_index("ix_issue_status_rank_id", table_name="issue")
    op.drop_index("ix_issue_severity_rank_id", table_name="issue")
    op.drop_index("ix_issue_search", table_name="issue", postgresql_using="gin", postgresql_with={"fastupdate": "off"})
    op.drop_index("ix_issue_reporter_id_updated_at_id", table_name="issue")
    op.drop_index("ix_issue_project_id_updated_at_id", table_name="issue")
    op.drop_index("ix_issue_priority_rank_id", table_name="issue")
    op.drop_index("ix_issue_due_on_id", table_name="issue", postgresql_where=sa.text("due_on IS NOT NULL"))
    op.drop_index("ix_issue_created_at_id", table_name="issue")
    op.drop_index("ix_issue_assignee_id_updated_at_id", table_name="issue")
    op.drop_table("issue")
    op.drop_index("ix_daily_stats_day", table_name="daily_stats")
    op.drop_table("daily_stats")
    op.drop_index("ix_attachment_uploader_id", table_name="attachment")
    op.drop_index("ix_attachment_issue_id_created_at_id", table_name="attachment")
    op.drop_table("attachment")
    op.drop_index("ix_api_token_user_id", table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("uq_user_account_email", table_name="user_account")
    op.drop_index("ix_user_account_name_id", table_name="user_account")
    op.drop_table("user_account")
    op.drop_table("stream_head")
    op.drop_table("stream_epoch")
    op.drop_index("ix_stats_run_started_at", table_name="stats_run")
    op.drop_table("stats_run")
    op.drop_table("stats_mark")
    op.drop_table("project")
    op.drop_index("ix_oauth_state_expires_at", table_name="oauth_state")
    op.drop_table("oauth_state")
    op.drop_index("ix_login_attempt_ip_at", table_name="login_attempt")
    op.drop_index("ix_login_attempt_at", table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_index("ix_issue_change_project_id_at", table_name="issue_change")
    op.drop_index("ix_issue_change_issue_id_at_id", table_name="issue_change")
    op.drop_index("ix_issue_change_at", table_name="issue_change")
    op.drop_table("issue_change")
    op.drop_index(op.f("ix_idempotency_key_created_at"), table_name="idempotency_key")
    op.drop_table("idempotency_key")
    op.drop_index("ix_event_log_issue_seq", table_name="event_log")
    op.drop_index("ix_event_log_entity_seq", table_name="event_log")
    op.drop_table("event_log")
    op.drop_index("ix_blob_deletion_due_at", table_name="blob_deletion")
    op.drop_table("blob_deletion")
    op.execute("DROP FUNCTION IF EXISTS refuse_log_change")
