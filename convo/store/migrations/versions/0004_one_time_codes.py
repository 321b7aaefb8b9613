"""One-time codes, and the texts that they go into."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("most_tries", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("issued_at", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
    )
    op.create_index("ix_code_conversation_id", "code", ["conversation_id"])
    op.add_column("message", sa.Column("code_id", sa.String(), nullable=True))
