"""How many conversations stand in each state of a flow now."""

from sqlalchemy import Connection, func, select

from convo.store.conversations import ENDED
from convo.store.tables import conversations


def by_state(connection: Connection, flow: str) -> dict[str, int]:
    """The conversations of `flow` that have not ended, whatever their version, counted by state."""
    where = (conversations.c.flow == flow) & (conversations.c.status != ENDED) & (conversations.c.state != "")
    statement = select(conversations.c.state, func.count()).where(where).group_by(conversations.c.state)
    return {row[0]: row[1] for row in connection.execute(statement)}
