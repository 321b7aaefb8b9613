"""Telling events again because somebody wants it: one of them, or all that were given up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from convo.endpoints import IN_PROCESS, Events
from convo.errors import EventError
from convo.store import deliveries, outgoing
from convo.store.deliveries import State


def resend(
    connection: Connection, events: Events, number: int, endpoint: str | None, now: datetime
) -> Sequence[str]:
    """Tell an event again to `endpoint`, else to whom it was given up for, else to everybody it was for.

    Returns who is told. Raises EventError where there is no such event, or nobody to tell.
    """
    order = outgoing.order_of(connection, number)
    if order is None:
        raise EventError("not_found", f"there is no event {number}")
    to = [endpoint] if endpoint is not None else _by_itself(connection, events, number)
    _check(events, to)
    deliveries.again(connection, number, order, to, now)
    return to


def resend_dead(connection: Connection, events: Events, endpoint: str | None, now: datetime) -> int:
    """Tell everything again that was given up for `endpoint`, or for anybody; how much that was."""
    to = [endpoint] if endpoint is not None else known(events)
    _check(events, to)
    return deliveries.revive(connection, to, now)


def known(events: Events) -> list[str]:
    """Everybody who can be told of events."""
    return [*events.by_name, IN_PROCESS]


def _by_itself(connection: Connection, events: Events, number: int) -> list[str]:
    found = [
        one for one in deliveries.of_events(connection, [number])[number] if one.endpoint in known(events)
    ]
    dead = [one.endpoint for one in found if one.status is State.DEAD]
    if not found:
        raise EventError(
            "nobody", f"event {number} was for nobody that the settings name; say to whom: {_named(events)}"
        )
    return dead or [one.endpoint for one in found]


def _check(events: Events, to: Sequence[str]) -> None:
    for name in to:
        if name not in known(events):
            raise EventError("unknown_endpoint", f"there is no endpoint '{name}'; there is {_named(events)}")


def _named(events: Events) -> str:
    return ", ".join(known(events))
