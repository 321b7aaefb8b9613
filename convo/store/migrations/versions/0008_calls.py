"""Calls that conversations wait for; one that is calling runs, and others wait behind it."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Document, Id, Moment

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", Id, primary_key=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Boolean(), nullable=False),
        sa.Column("what", Document, nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("lease_until", Moment(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_call_conversation_id", "call", ["conversation_id"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_call_due_at", "call", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.drop_index("ux_conversation_running", "conversation")
    running = sa.text("status IN ('live', 'calling', 'handed_off')")
    op.create_index(
        "ux_conversation_running",
        "conversation",
        ["contact_id", "number"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
