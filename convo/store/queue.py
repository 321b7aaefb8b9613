"""The queue as operators see it: texts that are not done with, and what was decided about them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.sql.elements import ColumnElement

from convo.messages import Direction, Kind, Priority, Purpose, Status
from convo.store import messages as texts
from convo.store.messages import Draft
from convo.store.tables import contacts, decisions, messages, spelled

# What can be in it. A text that has left, or never will, is in the history alone.
STATUSES = (Status.QUEUED, Status.SENDING, Status.UNCERTAIN, Status.FAILED)


class Action(StrEnum):
    """What an operator does with a text."""

    WITHDRAWN = "withdrawn"
    SENT_ANEW = "sent_anew"
    ACCEPTED = "accepted"  # an uncertain one had left
    FAILED = "failed"  # an uncertain one had not


class Decision(NamedTuple):
    """One line of the record of what operators decided; it is only ever added to."""

    message: int
    action: Action
    before: Status
    actor: str
    note: str | None
    became: int | None  # the message that is sent in its place
    at: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which texts: those that meet all of it."""

    statuses: Sequence[Status] = (Status.QUEUED, Status.SENDING, Status.UNCERTAIN)
    contact: str | None = None
    number: str | None = None
    before: datetime | None = None  # stored until then


@dataclass(frozen=True, slots=True)
class Listed:
    """A text of the queue."""

    message: texts.Stored
    account: str
    tries: int
    valid_until: datetime | None
    decisions: tuple[Decision, ...]

    @property
    def id(self) -> int:
        return self.message.id


def listed(connection: Connection, chosen: Chosen, after: int, most: int) -> list[Listed]:
    """Texts from after row `after` on, in the order in which they were stored."""
    # A statement for each status: each has an index of its own, which only its own word finds.
    each = [_of_status(connection, status, chosen, after, most) for status in chosen.statuses]
    found = list(islice(merge(*each), most))
    rows = connection.execute(texts.SELECT.where(messages.c.id.in_(found)).order_by(messages.c.id))
    more = {
        row.id: row
        for row in connection.execute(
            select(messages.c.id, messages.c.account, messages.c.tries, messages.c.valid_until).where(
                messages.c.id.in_(found)
            )
        )
    }
    decided = of_messages(connection, found)
    return [
        Listed(text, more[text.id].account, more[text.id].tries, more[text.id].valid_until, decided[text.id])
        for text in map(texts.stored, rows)
    ]


def _of_status(connection: Connection, status: Status, chosen: Chosen, after: int, most: int) -> list[int]:
    where: list[ColumnElement[bool]] = [
        messages.c.status == spelled(status),
        messages.c.direction == spelled(Direction.OUT),
        messages.c.id > after,
    ]
    if chosen.contact is not None:
        who = select(contacts.c.id).where(contacts.c.number == chosen.contact).scalar_subquery()
        where.append(messages.c.contact_id == who)
    if chosen.number is not None:
        where.append(messages.c.number == chosen.number)
    if chosen.before is not None:
        where.append(messages.c.created_at <= chosen.before)
    statement = select(messages.c.id).where(*where).order_by(messages.c.id).limit(most)
    return list(connection.execute(statement).scalars())


def again(connection: Connection, number: int, now: datetime) -> Draft:
    """A message to write that says what an earlier one said, due now; no clock waits for it."""
    row: Any = connection.execute(select(messages).where(messages.c.id == number)).one()
    earlier = Draft(**{name: getattr(row, name) for name in Draft._fields})
    return earlier._replace(
        direction=Direction.OUT,
        kind=Kind(row.kind),
        purpose=Purpose(row.purpose),
        status=Status.QUEUED,
        reason=None,
        created_at=now,
        due_at=now,
        provider_id=None,
        tries=0,
        starts_clock=False,
        lapses=False,
        answers=False,
        priority=Priority(row.priority),
    )


def record(connection: Connection, made: Iterable[Decision]) -> None:
    """Write down what was decided."""
    rows = [
        {
            "message_id": one.message,
            "action": one.action.value,
            "before": one.before.value,
            "actor": one.actor,
            "note": one.note,
            "became": one.became,
            "at": one.at,
        }
        for one in made
    ]
    if rows:
        connection.execute(decisions.insert(), rows)


def of_messages(connection: Connection, numbers: Sequence[int]) -> dict[int, tuple[Decision, ...]]:
    """What was decided about these, oldest first."""
    found: dict[int, list[Decision]] = {number: [] for number in numbers}
    rows = connection.execute(
        select(decisions).where(decisions.c.message_id.in_(numbers)).order_by(decisions.c.id)
    )
    for row in rows:
        made = Decision(
            row.message_id,
            Action(row.action),
            Status(row.before),
            row.actor,
            row.note,
            row.became,
            row.at,
        )
        found[row.message_id].append(made)
    return {number: tuple(made) for number, made in found.items()}
