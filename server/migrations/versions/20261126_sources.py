"""Data sources and uploaded tables.

Revision: 20261126_sources, after 20261126_sandbox.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261126_sources"
down_revision = "20261126_sandbox"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_source",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("port", sa.Integer(), nullable=True),
        sa.Column("database", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("sslmode", sa.Text(), nullable=True),
        sa.Column("tested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("test_ok", sa.Boolean(), nullable=True),
        sa.Column("table_name", sa.Text(), nullable=True),
        sa.Column("table_columns", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("table_rows", sa.BigInteger(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("file_bytes", sa.BigInteger(), nullable=True),
        sa.Column("file_note", sa.Text(), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('postgresql', 'upload')", name=op.f("ck_data_source_kind")),
        sa.CheckConstraint(
            "kind <> 'postgresql' OR (host IS NOT NULL AND port IS NOT NULL AND database IS NOT NULL"
            " AND username IS NOT NULL AND sslmode IS NOT NULL)",
            name=op.f("ck_data_source_whole_postgresql"),
        ),
        sa.CheckConstraint(
            "kind <> 'upload' OR (table_name IS NOT NULL AND table_columns IS NOT NULL AND table_rows IS NOT NULL)",
            name=op.f("ck_data_source_whole_upload"),
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["user_account.id"], name=op.f("fk_data_source_owner_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_data_source_project_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_source")),
        sa.UniqueConstraint("table_name", name=op.f("uq_data_source_table_name")),
    )
    op.create_index("ix_data_source_owner_id", "data_source", ["owner_id"], unique=False)
    op.create_index("ix_data_source_project_id", "data_source", ["project_id"], unique=False)
    op.create_index("ix_data_source_name_id", "data_source", [sa.text("lower(name)"), "id"], unique=False)
    op.create_table(
        "retired_table",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("table_name", name=op.f("pk_retired_table")),
    )
    op.create_index("ix_retired_table_due_at", "retired_table", ["due_at"], unique=False)
    op.execute("CREATE SCHEMA uploads")
    op.execute("REVOKE ALL ON SCHEMA uploads FROM PUBLIC")


def downgrade() -> None:
    op.execute("DROP SCHEMA uploads CASCADE")
    op.drop_table("retired_table")
    op.drop_table("data_source")
