"""Reminders: conversations that are asked for at a moment."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Document, Id, Moment

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("vars", Document(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("every", sa.String(), nullable=True),
        sa.Column("first", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("updated_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reminder"),
        sa.UniqueConstraint("key", name="uq_reminder_key"),
        sqlite_autoincrement=True,
    )
    waits = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_reminder_due_at", "reminder", ["due_at", "id"], sqlite_where=waits, postgresql_where=waits
    )
    op.create_index("ix_reminder_contact_id", "reminder", ["contact", "id"])
