"""Events for the application, written with what they tell of and kept after they were told.

`due_at` is when they are to be told next; it is empty once everybody in the process was told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from convo.store.tables import contacts, outgoing_events


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is not stored yet."""

    kind: str  # like order.ready
    contact_id: int
    number: str
    conversation_id: int | None
    data: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """Something that the application is told of. The same `id` twice is the same event again."""

    id: int
    kind: str
    contact: str
    number: str  # ours
    conversation: int | None
    data: Mapping[str, Any]
    at: datetime


_SELECT = select(
    outgoing_events.c.id,
    outgoing_events.c.kind,
    contacts.c.number,
    outgoing_events.c.number,
    outgoing_events.c.conversation_id,
    outgoing_events.c.data,
    outgoing_events.c.created_at,
).join(contacts, contacts.c.id == outgoing_events.c.contact_id)
_DUE = (
    select(outgoing_events.c.id)
    .where(outgoing_events.c.due_at.is_not(None), outgoing_events.c.due_at <= bindparam("now"))
    .order_by(outgoing_events.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def write(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Keep events, in this order; each is due at once."""
    rows = [
        {
            "kind": one.kind,
            "contact_id": one.contact_id,
            "number": one.number,
            "conversation_id": one.conversation_id,
            "data": dict(one.data),
            "created_at": one.created_at,
            "due_at": one.created_at,
        }
        for one in drafts
    ]
    if rows:
        connection.execute(insert(outgoing_events), rows)


def claim(connection: Connection, now: datetime, until: datetime, most: int) -> list[OutgoingEvent]:
    """Events that are due, oldest first; nobody else gets them before `until`."""
    numbers = list(connection.execute(_DUE, {"now": now, "most": most}).scalars())
    _due(connection, numbers, until)
    found = connection.execute(
        _SELECT.where(outgoing_events.c.id.in_(numbers)).order_by(outgoing_events.c.id)
    )
    return [OutgoingEvent(*row) for row in found]


def settle(connection: Connection, numbers: Sequence[int]) -> None:
    """These events were told."""
    _due(connection, numbers, None)


def of_contact(connection: Connection, contact: str) -> list[OutgoingEvent]:
    """Every event about a contact, oldest first."""
    found = _SELECT.where(contacts.c.number == contact).order_by(outgoing_events.c.id)
    return [OutgoingEvent(*row) for row in connection.execute(found)]


def next_due(connection: Connection) -> datetime | None:
    """When the next event is to be told."""
    due_at = outgoing_events.c.due_at
    return connection.execute(select(due_at).where(due_at.is_not(None)).order_by(due_at).limit(1)).scalar()


def _due(connection: Connection, numbers: Sequence[int], at: datetime | None) -> None:
    if numbers:
        connection.execute(update(outgoing_events).where(outgoing_events.c.id.in_(numbers)).values(due_at=at))
