"""How many conversations stand in each state of a flow now."""

from collections import Counter

from sqlalchemy import Connection, func, select

from convo.store.conversations import ENDED
from convo.store.tables import conversations


def by_state(connection: Connection, flow: str) -> dict[str, int]:
    """The conversations in `flow` that have not ended, whatever their version, counted by state.

    One that is in a sub-flow stands in the state that runs it, and in the sub-flow's own.
    """
    c = conversations.c
    alone = c.state.not_like("%.%")
    statement = (
        select(c.state, func.count())
        .where(c.flow == flow, c.status != ENDED, c.state != "", alone)
        .group_by(c.state)
    )
    found = Counter[str]()
    for state, count in connection.execute(statement):
        found[state] = count
    # Few are in a sub-flow, and what waits for it stands in their JSON.
    statement = select(c.flow, c.state, c.progress).where(c.status != ENDED, c.state.like("%.%"))
    for own, state, progress in connection.execute(statement):
        for place in (state, *(frame["state"] for frame in progress["stack"])):
            name, _, here = place.rpartition(".")
            if (name or own) == flow:
                found[here] += 1
    return found
