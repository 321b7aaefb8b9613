"""What the numbers say: counts by hour, and what is to be added to them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Id, Moment

revision = "0015"
down_revision = "0014"

_KEY = ("figure", "number", "flow", "version", "campaign", "variant", "language", "state", "label")


def upgrade() -> None:
    op.create_table(
        "talk",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _KEY[1:7]),
        sa.Column("said", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, Moment(), nullable=True)
            for name in ("first_sent_at", "replied_at", "handed_at", "person_at")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_talk"),
    )
    op.create_table(
        "leaving",
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _KEY[1:7]),
        sa.PrimaryKeyConstraint("entry_id", name="pk_leaving"),
    )
    op.create_table(
        "insight",
        *_columns(),
        sa.PrimaryKeyConstraint("hour", *_KEY, "archived", name="pk_insight"),
    )
    op.create_table(
        "insight_delta",
        sa.Column("id", Id, nullable=False),
        *_columns(),
        sa.PrimaryKeyConstraint("id", name="pk_insight_delta"),
        sqlite_autoincrement=True,
    )


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("hour", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _KEY),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
    ]
