"""Everything that happened to conversations, so that they can be replayed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

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
    if happened:
        connection.execute(
            events.insert(),
            [
                {
                    "conversation_id": item.conversation_id,
                    "at": item.at,
                    "kind": item.kind,
                    "data": item.data,
                }
                for item in happened
            ],
        )


def of_conversation(connection: Connection, conversation_id: int) -> list[Happened]:
    """What happened to one conversation, oldest first."""
    rows = connection.execute(
        select(events).where(events.c.conversation_id == conversation_id).order_by(events.c.id)
    )
    return [Happened(row.conversation_id, row.at, row.kind, row.data) for row in rows]
