"""A version of a flow holds the sources of the flows that it runs, too."""

import sqlalchemy as sa
from alembic import op

from convo.store.columns import Document

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("flow_version", sa.Column("runs", Document, nullable=True))
