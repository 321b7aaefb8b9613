"""Events are told to several: each has a delivery for everyone who is told of it."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "event_delivery",
        sa.Column("event_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("endpoint", sa.String(), primary_key=True),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("due_at", Moment(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("done_at", Moment(), nullable=True),
        sqlite_with_rowid=False,
    )
    _index("ix_event_delivery_due_at", ["endpoint", "due_at", "event_id"], "done_at IS NULL")
    _index("ix_event_delivery_open", ["contact_id", "endpoint", "event_id"], "done_at IS NULL")
    _index("ix_event_delivery_dead", ["event_id"], "status = 'dead'")
    op.create_table(
        "endpoint_off",
        sa.Column("endpoint", sa.String(), primary_key=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    # What was not told yet waits for the subscribers in the process: there was nobody else.
    op.execute(
        "INSERT INTO event_delivery (event_id, endpoint, contact_id, status, due_at, tries) "
        "SELECT id, 'python', contact_id, 'waiting', due_at, 0 FROM outgoing_event WHERE due_at IS NOT NULL"
    )
    op.drop_index("ix_outgoing_event_due_at", "outgoing_event")
    op.drop_column("outgoing_event", "due_at")
    # With a default, or SQLite would have to copy the whole table.
    op.add_column("outgoing_event", sa.Column("brand", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE outgoing_event SET brand = coalesce("
        "(SELECT brand FROM conversation WHERE conversation.id = outgoing_event.conversation_id), number)"
    )


def _index(name: str, columns: list[str], where: str) -> None:
    clause = sa.text(where)
    op.create_index(name, "event_delivery", columns, sqlite_where=clause, postgresql_where=clause)
