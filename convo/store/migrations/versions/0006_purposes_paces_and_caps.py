"""What a text is for, who goes first, how fast a number sends, and consent to marketing."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Document, Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # With defaults, or SQLite would have to copy the whole table.
    op.add_column(
        "message", sa.Column("purpose", sa.String(), nullable=False, server_default="transactional")
    )
    op.add_column("message", sa.Column("answers", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message", sa.Column("priority", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("message", sa.Column("give_up_at", Moment(), nullable=True))
    queued = sa.text("status = 'queued'")
    op.create_index(
        "ix_message_queue",
        "message",
        ["number", "priority", "due_at", "id"],
        sqlite_where=queued,
        postgresql_where=queued,
    )
    op.drop_index("ix_message_due_at", "message")
    op.add_column("consent", sa.Column("marketing", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("consent", sa.Column("marketing_entry_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "pace",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("held_until", Moment(), nullable=True),
        sa.Column("taken", Document, nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("rules", sa.String(), nullable=True),
    )
    op.create_table(
        "daily_texts",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "number", "purpose", name="pk_daily_texts"),
    )
