"""Conversations: the live ones of a contact, those whose clock is due, and lists for people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from convo.store.rows import insert_rows, update_rows
from convo.store.tables import contacts, conversations, spelled

ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation as it is stored: the columns in their order, the session's values as JSON."""

    id: int
    contact_id: int
    number: str
    brand: str
    flow: str
    version: str
    key: str | None
    status: str
    state: str
    visit: int
    clock_from: datetime | None
    outcome: str | None
    queue: str | None
    trouble: str | None
    vars: dict[str, Any]
    progress: dict[str, Any]
    wake_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    contact: str
    language: str | None
    timezone: str | None  # the contact's own, where it is known


_SELECT = select(
    conversations,
    contacts.c.number.label("contact"),
    contacts.c.language,
    contacts.c.timezone,
).join(contacts, contacts.c.id == conversations.c.contact_id)

_ALIVE = conversations.c.status != spelled(ENDED)
_OF_CONTACTS = _SELECT.where(conversations.c.contact_id.in_(bindparam("contacts", expanding=True)), _ALIVE)
_DUE_CONTACTS = (
    select(contacts.c.id)
    .join(conversations, contacts.c.id == conversations.c.contact_id)
    .where(conversations.c.wake_at.is_not(None), conversations.c.wake_at <= bindparam("now"))
    .order_by(conversations.c.wake_at)
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True)
)
_DUE = _SELECT.where(
    conversations.c.contact_id.in_(bindparam("contacts", expanding=True)),
    conversations.c.wake_at.is_not(None),
    conversations.c.wake_at <= bindparam("now"),
).order_by(conversations.c.wake_at)
_BY_ID = _SELECT.where(conversations.c.id.in_(bindparam("ids", expanding=True)))
_COLUMNS = tuple(column.name for column in conversations.c)
_CHANGING = (
    "status",
    "state",
    "visit",
    "clock_from",
    "outcome",
    "queue",
    "trouble",
    "vars",
    "progress",
    "wake_at",
    "ended_at",
)
_inserted = attrgetter(*_COLUMNS)
_saved = attrgetter(*_CHANGING, "id")


def alive(connection: Connection, contact_ids: Iterable[int]) -> list[Stored]:
    """The conversations of these contacts that have not ended. Their contacts are locked."""
    rows = connection.execute(_OF_CONTACTS, {"contacts": sorted(set(contact_ids))})
    return [_stored(row) for row in rows]


def lock_due(connection: Connection, now: datetime, most: int) -> list[int]:
    """Lock contacts who have a conversation to be woken; the rows of those nobody else holds."""
    return list(connection.execute(_DUE_CONTACTS, {"now": now, "most": most}).scalars())


def due(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Stored]:
    """The conversations of these locked contacts whose clock is due."""
    rows = connection.execute(_DUE, {"contacts": sorted(set(contact_ids)), "now": now})
    return [_stored(row) for row in rows]


def by_ids(connection: Connection, numbers: Iterable[int]) -> list[Stored]:
    """These conversations, by row number."""
    return [_stored(row) for row in connection.execute(_BY_ID, {"ids": sorted(set(numbers))})]


def by_key(connection: Connection, key: str) -> Stored | None:
    """The conversation that was started with this idempotency key."""
    row = connection.execute(_SELECT.where(conversations.c.key == key)).one_or_none()
    return _stored(row) if row else None


def insert(connection: Connection, new: Sequence[Stored]) -> None:
    """Write new conversations."""
    insert_rows(connection, conversations, _COLUMNS, map(_inserted, new))


def save(connection: Connection, changed: Sequence[Stored]) -> None:
    """Write what an event changed."""
    update_rows(connection, conversations, _CHANGING, map(_saved, changed))


def stop(connection: Connection, brand: str, contact_id: int, outcome: str, now: datetime) -> list[int]:
    """End whatever this contact has running with this brand, whatever its flow says; their rows."""
    ended = connection.execute(
        update(conversations)
        .where(conversations.c.contact_id == contact_id, conversations.c.brand == brand, _ALIVE)
        .values(status=ENDED, outcome=outcome, wake_at=None, ended_at=now, queue=None)
        .returning(conversations.c.id)
    )
    return list(ended.scalars())


def listed(connection: Connection, contact: str | None, after: int, most: int) -> list[Stored]:
    """Conversations by row number, from after `after` on; of one contact, or of everyone."""
    statement = _SELECT.where(conversations.c.id > after).order_by(conversations.c.id).limit(most)
    if contact is not None:
        statement = statement.where(contacts.c.number == contact)
    return [_stored(row) for row in connection.execute(statement)]


def latest(connection: Connection, contact: str, number: str) -> Stored | None:
    """The newest conversation between two numbers; the live one, if there is one."""
    row = connection.execute(
        _SELECT.where(contacts.c.number == contact, conversations.c.number == number)
        .order_by(conversations.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _stored(row) if row else None


def next_wake(connection: Connection) -> datetime | None:
    """When the next conversation is to be woken."""
    return connection.execute(
        select(conversations.c.wake_at)
        .where(conversations.c.wake_at.is_not(None))
        .order_by(conversations.c.wake_at)
        .limit(1)
    ).scalar()


def _stored(row: Any) -> Stored:
    return Stored(*row)
