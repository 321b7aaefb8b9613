"""Reviews of what phrases made of consent."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "consent_review",
        sa.Column("entry_id", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("entry_id", name="pk_consent_review"),
    )
    undecided = sa.text("decision IS NULL")
    op.create_index(
        "ix_consent_review_open",
        "consent_review",
        ["entry_id"],
        sqlite_where=undecided,
        postgresql_where=undecided,
    )
