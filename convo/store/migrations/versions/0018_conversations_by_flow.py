"""Conversations of a flow are found without a walk through all the others."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_index("ix_conversation_flow_id", "conversation", ["flow", "id"])
