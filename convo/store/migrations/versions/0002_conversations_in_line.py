"""Conversations that wait or are suspended, media, first tries; replies are on record as messages."""

import sqlalchemy as sa
from alembic import op

from convo.store import ids
from convo.store.columns import Document, Moment
from convo.store.tables import messages

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_index("ux_conversation_live", "conversation")
    # With a default, or SQLite would have to copy the whole table.
    long_ago = sa.text("'1970-01-01T00:00:00.000000+00:00'")
    op.add_column("conversation", sa.Column("status_at", Moment(), nullable=False, server_default=long_ago))
    op.execute("UPDATE conversation SET status_at = coalesce(ended_at, started_at)")
    running = sa.text("status IN ('live', 'handed_off')")
    op.create_index(
        "ux_conversation_running",
        "conversation",
        ["contact_id", "number"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    still_open = sa.text("status <> 'ended'")
    op.create_index(
        "ix_conversation_open_contact_id",
        "conversation",
        ["contact_id"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.add_column("message", sa.Column("media", Document, nullable=True))
    op.add_column("message", sa.Column("first_tried_at", Moment(), nullable=True))
    op.add_column("message", sa.Column("unclear", sa.Boolean(), nullable=False, server_default=sa.false()))
    # From now on a reply is on record as the text that came in, and both share one row of numbers.
    op.execute("DELETE FROM event WHERE kind = 'Replied'")
    _number_above_the_events()


def _number_above_the_events() -> None:
    """Events had numbers of their own, and may have got further than the messages."""
    database = op.get_bind()
    most = database.execute(sa.text("SELECT max(id) FROM event")).scalar()
    if most is None:
        return
    ids.used(database, messages, most)
    if database.dialect.name == "postgresql":
        sequence = "pg_get_serial_sequence('message', 'id')"
        op.execute(f"SELECT setval({sequence}, greatest(nextval({sequence}), {most:d}))")
