"""SQLite keeps receipts in the order in which they came, and what they are looked up by beside them.

In one tree, ordered by ids that providers draw at random, each text wrote a page of its own, and split many.
"""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Moment

revision = "0011"
down_revision = "0010"


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
        "INSERT INTO receipt (provider_id, account, raw, error, received_at) "
        "SELECT provider_id, account, raw, error, received_at FROM receipt_by_key ORDER BY received_at"
    )
    op.drop_table("receipt_by_key")
    op.create_index("ix_receipt_error", "receipt", ["received_at"], sqlite_where=sa.text("error IS NOT NULL"))
