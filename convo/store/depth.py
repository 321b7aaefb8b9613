"""How much waits, and for how long: what is measured of the database each time that somebody asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from convo.messages import Priority, Status
from convo.store import conversations, outbox, reports
from convo.store.reports import Why
from convo.store.tables import messages, spelled

MOST_COUNTED = 100_000  # texts of a kind; to count more would cost more than the number is worth


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits at one moment. Counts end at MOST_COUNTED; ages are in seconds."""

    due: Mapping[Priority, int]  # may leave as far as their own time goes
    later: Mapping[Priority, int]  # wait for theirs: a clock, quiet hours, a cap, the next try
    oldest: Mapping[Priority, float]  # since when the first of them is due
    sending: int
    uncertain: int
    clock_lag: float  # since when the first conversation to wake is due
    reports: Mapping[Why, int]  # whose message is not known


def depth(connection: Connection, now: datetime) -> Depth:
    """What waits now."""
    due, later = _queued(connection, now)
    wake = conversations.next_wake(connection)
    return Depth(
        due,
        later,
        _oldest(connection, now),
        _count(connection, messages.c.status == spelled(Status.SENDING)),
        _count(connection, messages.c.status == spelled(Status.UNCERTAIN)),
        max(0.0, (now - wake).total_seconds()) if wake else 0.0,
        reports.waiting(connection),
    )


def _queued(connection: Connection, now: datetime) -> tuple[dict[Priority, int], dict[Priority, int]]:
    queued = (
        select(messages.c.priority, (messages.c.due_at <= now).label("due"))
        .where(messages.c.status == spelled(Status.QUEUED))
        .limit(MOST_COUNTED)
        .subquery()
    )
    counted = select(queued.c.priority, queued.c.due, func.count()).group_by(queued.c.priority, queued.c.due)
    due, later = dict.fromkeys(Priority, 0), dict.fromkeys(Priority, 0)
    for priority, is_due, count in connection.execute(counted):
        (due if is_due else later)[Priority(priority)] += count
    return due, later


def _oldest(connection: Connection, now: datetime) -> dict[Priority, float]:
    ages = dict.fromkeys(Priority, 0.0)
    for queue in outbox.queues(connection):
        age = (now - queue.first_due).total_seconds()
        ages[queue.priority] = max(ages[queue.priority], age)
    return ages


def _count(connection: Connection, which: ColumnElement[bool]) -> int:
    some = select(literal(1)).select_from(messages).where(which).limit(MOST_COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
