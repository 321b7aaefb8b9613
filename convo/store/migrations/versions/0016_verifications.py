"""Verifications: one-time codes that an application asks for."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "verification",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("amount", sa.String(), nullable=True),
        sa.Column("payee", sa.String(), nullable=True),
        sa.Column("country", sa.String(), nullable=True),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("digits", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("most_tries", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("valid_until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verification"),
    )
    of_contact = ["contact_id", "brand", "purpose", "created_at"]
    op.create_index("ix_verification_contact_id", "verification", of_contact)
    op.create_index("ix_verification_prefix", "verification", ["prefix", "created_at"])
    op.create_index("ix_verification_created_at", "verification", ["created_at"])
    op.create_table(
        "verification_failures",
        sa.Column("contact_id", sa.BigInteger(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("contact_id", "brand", name="pk_verification_failures"),
    )
    op.create_table(
        "verification_window",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("slice", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "period", "slice", name="pk_verification_window"),
    )
    op.create_index("ix_verification_window_ends_at", "verification_window", ["ends_at"])
    op.create_table(
        "verification_rest",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name="pk_verification_rest"),
    )
