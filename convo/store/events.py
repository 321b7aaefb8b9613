"""Everything that happened to conversations, so that they can be replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from convo.store.rows import insert_rows
from convo.store.tables import events


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of one conversation, by the name of its kind and the words that came with it."""

    conversation_id: int
    at: datetime
    kind: str
    data: str | None = None


def append(connection: Connection, happened: Sequence[Happened]) -> None:
    """Store these, in order."""
    insert_rows(
        connection,
        events,
        ("conversation_id", "at", "kind", "data"),
        [(item.conversation_id, item.at, item.kind, item.data) for item in happened],
    )


def of_conversation(connection: Connection, conversation_id: int) -> list[Happened]:
    """What happened to one conversation, oldest first."""
    rows = connection.execute(
        select(events).where(events.c.conversation_id == conversation_id).order_by(events.c.id)
    )
    return [Happened(row.conversation_id, row.at, row.kind, row.data) for row in rows]
