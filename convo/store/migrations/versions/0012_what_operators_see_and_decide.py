"""What providers said, what operators decided, and since when reports wait for their messages."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Id, Moment
from convo.store.migrations.numbering import going_on

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("message", sa.Column("detail", sa.String(), nullable=True))
    troubled = sa.text("status = 'uncertain' OR status = 'failed'")
    op.create_index(
        "ix_message_troubled",
        "message",
        ["status", "id"],
        sqlite_where=troubled,
        postgresql_where=troubled,
    )
    _reports()
    op.create_table(
        "message_decision",
        sa.Column("id", Id, nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("became", sa.BigInteger(), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_decision_message_id", "message_decision", ["message_id"])


def _reports() -> None:
    """Those that wait already were kept when they were made, as far as is known."""
    op.add_column("report", sa.Column("kept_at", Moment(), nullable=True))
    op.add_column("report", sa.Column("why", sa.String(), nullable=True))
    op.execute("UPDATE report SET kept_at = at, why = 'unknown'")
    with (
        going_on("report"),
        op.batch_alter_table("report", table_kwargs={"sqlite_autoincrement": True}) as report,
    ):
        report.alter_column("kept_at", nullable=False)
        report.alter_column("why", nullable=False)
    op.create_index("ix_report_kept_at", "report", ["kept_at"])
