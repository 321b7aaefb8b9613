"""Tags of contacts, events for the application, and flows to begin with other contacts."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Document, Id, Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("contact", sa.Column("tags", Document, nullable=True))
    op.create_table(
        "outgoing_event",
        sa.Column("id", Id, primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("data", Document, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("due_at", Moment(), nullable=True),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outgoing_event_contact_id_id", "outgoing_event", ["contact_id", "id"])
    due = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_outgoing_event_due_at", "outgoing_event", ["due_at"], sqlite_where=due, postgresql_where=due
    )
    op.create_table(
        "errand",
        sa.Column("id", Id, primary_key=True),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("vars", Document, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sqlite_autoincrement=True,
    )
