"""What people say in conversations that were handed to them, and how long those have waited."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from convo.messages import Direction, Kind
from convo.store import messages as texts
from convo.store.conversations import Stored as Conversation
from convo.store.messages import Stored
from convo.store.tables import messages


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation waits: since when (None: we had the last word), and what was said last."""

    waiting_since: datetime | None
    last_text: str | None
    last_direction: Direction | None


def queued(connection: Connection, contact_id: int, key: str | None) -> Stored:
    """The text that was just written for this locked contact, with its idempotency key from now on."""
    newest = select(func.max(messages.c.id)).where(messages.c.contact_id == contact_id)
    number = connection.execute(newest).scalar_one()
    if key is not None:
        connection.execute(update(messages).where(messages.c.id == number).values(key=key))
    found = texts.one(connection, number)
    if found is None:
        raise LookupError(f"message {number}, written just now, is not there")
    return found


def by_key(connection: Connection, contact_id: int, key: str) -> Stored | None:
    """The text to this contact that was written with this key."""
    where = (messages.c.contact_id == contact_id) & (messages.c.key == key)
    number = connection.execute(select(messages.c.id).where(where)).scalar()
    return texts.one(connection, number) if number is not None else None


def standing(connection: Connection, stored: Conversation) -> Standing:
    """How a conversation that was handed off stands.

    It waits since it was handed over, or since the first text that came after a person's own.
    """
    said = (
        select(messages.c.id, messages.c.created_at, messages.c.text, messages.c.direction)
        .where(messages.c.contact_id == stored.contact_id, messages.c.conversation_id == stored.id)
        .order_by(messages.c.id.desc())
        .limit(1)
    )
    answer = connection.execute(
        said.where(
            messages.c.direction == Direction.OUT.value,
            messages.c.kind == Kind.TEXT.value,
            messages.c.state.is_(None),  # no state of the flow said it
            messages.c.created_at >= stored.status_at,
        )
    ).one_or_none()
    since: datetime | None = stored.status_at
    if answer is not None:
        came = said.where(messages.c.direction == Direction.IN.value, messages.c.id > answer.id)
        first = connection.execute(came.order_by(None).order_by(messages.c.id)).one_or_none()
        since = first.created_at if first else None
    last = connection.execute(said).one_or_none()
    return Standing(since, last.text if last else None, Direction(last.direction) if last else None)
