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
        sa.Column("carried", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", "brand", name="pk_served_brand"),
    )
    op.execute(
        "INSERT INTO served_brand (number, brand, carried) "
        "SELECT number, brand, false FROM message UNION "
        "SELECT number, brand, false FROM conversation UNION "
        "SELECT number, brand, false FROM consent_entry WHERE number <> ''"
    )
