"""Reminders, by the application's own key."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from convo.store.reminder_tables import reminders

_R = reminders.c


class State(StrEnum):
    """How it stands with a reminder."""

    SCHEDULED = "scheduled"
    STARTED = "started"  # the conversation began; it was the last
    MISSED = "missed"  # nothing was at work until it was too late
    REFUSED = "refused"  # it could not begin; `reason` says why
    CANCELLED = "cancelled"


class Reminder(NamedTuple):
    """A reminder; the columns in their order."""

    id: int
    key: str
    flow: str
    contact: str
    number: str
    vars: Mapping[str, Any]
    at: str
    every: str | None
    first: str
    zone: str
    language: str | None
    timezone: str | None
    status: State
    reason: str | None
    due_at: datetime | None
    conversation_id: int | None
    created_at: datetime
    updated_at: datetime


def hold(connection: Connection, key: str) -> Reminder | None:
    """The reminder with this key, locked."""
    return _one(connection, select(reminders).where(_R.key == key).with_for_update())


def by_key(connection: Connection, key: str) -> Reminder | None:
    return _one(connection, select(reminders).where(_R.key == key))


def add(connection: Connection, new: Reminder) -> None:
    """Keep a new one; its number is given here. Raises IntegrityError for a key that is taken."""
    connection.execute(insert(reminders).values(_values(new)))


def save(connection: Connection, changed: Reminder) -> None:
    connection.execute(update(reminders).where(_R.id == changed.id).values(_values(changed)))


def next_due(connection: Connection) -> datetime | None:
    """When the next reminder is due."""
    waits = select(_R.due_at).where(_R.due_at.is_not(None)).order_by(_R.due_at, _R.id).limit(1)
    return connection.execute(waits).scalar()


def due(connection: Connection, now: datetime, most: int) -> list[Reminder]:
    """Reminders whose moment has come, those that wait longest first."""
    waits = select(reminders).where(_R.due_at <= now).order_by(_R.due_at, _R.id).limit(most)
    return [_made(row) for row in connection.execute(waits)]


def take(connection: Connection, wanted: Iterable[Reminder]) -> list[Reminder]:
    """Those of them, locked, that are as they were when they were found, and that nobody else is about."""
    found = {each.id: each for each in wanted}
    held = select(reminders).where(_R.id.in_(sorted(found))).order_by(_R.due_at, _R.id)
    rows = map(_made, connection.execute(held.with_for_update(skip_locked=True)))
    return [each for each in rows if each == found[each.id]]


def listed(
    connection: Connection, contact: str | None, after: int, most: int, *, status: str | None = None
) -> list[Reminder]:
    """Reminders by row number, from after `after` on; of one contact, or of everyone."""
    statement = select(reminders).where(_R.id > after).order_by(_R.id).limit(most)
    if contact is not None:
        statement = statement.where(_R.contact == contact)
    if status is not None:
        statement = statement.where(_R.status == status)
    return [_made(row) for row in connection.execute(statement)]


def _one(connection: Connection, statement: Any) -> Reminder | None:
    row = connection.execute(statement).one_or_none()
    return _made(row) if row else None


def _made(row: Any) -> Reminder:
    found = Reminder._make(row)
    return found._replace(status=State(found.status))


def _values(reminder: Reminder) -> dict[str, Any]:
    values = {name: value for name, value in reminder._asdict().items() if name != "id"}
    return {**values, "status": reminder.status.value}
