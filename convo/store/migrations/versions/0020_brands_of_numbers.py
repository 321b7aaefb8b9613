"""The brands that numbers had: a STOP to one is not lost when it is called something else."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "served_brand",
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=False),
        sa.Column("settled", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("number", "brand", name="pk_served_brand"),
    )
    # Of a brand that a number had before its last only what was said to that number counts: since when it
    # has another, nobody knows.
    op.execute(
        "INSERT INTO served_brand (number, brand, settled) "
        "SELECT number, brand, CASE WHEN seen_at < max(seen_at) OVER (PARTITION BY number) THEN 0 END FROM ("
        "SELECT number, brand, max(seen_at) AS seen_at FROM ("
        "SELECT number, brand, created_at AS seen_at FROM message UNION ALL "
        "SELECT number, brand, started_at FROM conversation UNION ALL "
        "SELECT number, brand, at FROM consent_entry WHERE number <> ''"
        ") AS seen GROUP BY number, brand) AS pair"
    )
