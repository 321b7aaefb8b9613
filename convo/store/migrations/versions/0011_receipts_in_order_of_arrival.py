"""SQLite keeps receipts in the order in which they came, and what they are looked up by beside them.

In one tree, ordered by ids that providers draw at random, each text wrote a page of its own, and split many.
"""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0011"
down_revision = "0010"

_COLUMNS = "provider_id, account, raw, error, received_at"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("ix_receipt_error", "receipt")
    op.rename_table("receipt", "receipt_by_key")
    op.create_table(
        "receipt",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("received_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "account", name="pk_receipt"),
    )
    op.execute(
        f"INSERT INTO receipt ({_COLUMNS}) SELECT {_COLUMNS} FROM receipt_by_key ORDER BY received_at"  # noqa: S608 - our own names
    )
    op.drop_table("receipt_by_key")
    op.create_index("ix_receipt_error", "receipt", ["received_at"], sqlite_where=sa.text("error IS NOT NULL"))
