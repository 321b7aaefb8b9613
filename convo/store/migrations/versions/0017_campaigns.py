"""Campaigns, their files and contacts; conversations know theirs, and events may be about no contact."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Document, Id, Moment
from convo.store.migrations.numbering import going_on

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("conversation", sa.Column("campaign_id", sa.BigInteger(), nullable=True))
    _partial_index(
        "ix_conversation_campaign_id_id", "conversation", ["campaign_id", "id"], "campaign_id IS NOT NULL"
    )
    with (
        going_on("outgoing_event"),
        op.batch_alter_table("outgoing_event", table_kwargs={"sqlite_autoincrement": True}) as event,
    ):
        event.alter_column("contact_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_table(
        "campaign",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("flow", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("numbers", Document(), nullable=False),
        sa.Column("vars", Document(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=True),
        sa.Column("released", sa.BigInteger(), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("skipped", Document(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("started_at", Moment(), nullable=True),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("name", name="uq_campaign_name"),
        sqlite_autoincrement=True,
    )
    _partial_index("ix_campaign_running", "campaign", ["id"], "status = 'running'")
    op.create_table(
        "campaign_file",
        sa.Column("id", Id, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("opted_out", sa.Integer(), nullable=False),
        sa.Column("no_consent", sa.Integer(), nullable=False),
        sa.Column("bad", sa.Integer(), nullable=False),
        sa.Column("loaded_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_file"),
        sa.UniqueConstraint("campaign_id", "digest", name="uq_campaign_file_campaign_id_digest"),
        sqlite_autoincrement=True,
    )
    _contacts()


def _contacts() -> None:
    op.create_table(
        "campaign_contact",
        sa.Column("id", Id, nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("vars", Document(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_campaign_contact"),
        sa.UniqueConstraint("campaign_id", "contact", name="uq_campaign_contact_campaign_id_contact"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_campaign_contact_campaign_id_id", "campaign_contact", ["campaign_id", "id"])
    waiting, held = ["campaign_id", "number", "id"], ["campaign_id", "number", "due_at"]
    _partial_index("ix_campaign_contact_waiting", "campaign_contact", waiting, "status = 'waiting'")
    _partial_index("ix_campaign_contact_held", "campaign_contact", held, "status = 'held'")


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    clause = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)
