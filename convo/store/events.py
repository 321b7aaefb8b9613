"""What happened to conversations, in its order, so that they can be replayed.

Messages and events share one row of numbers. A reply is on record as the text that came in; an event
row is written for everything else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, literal, select

from convo.messages import Direction, Kind, Status
from convo.reactions import is_reaction
from convo.store import ids
from convo.store.bulk import insert_rows
from convo.store.messages import Draft, insert
from convo.store.tables import conversations, events, messages

REPLIED = "Replied"


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of one conversation, by the name of its kind and the words that came with it."""

    conversation_id: int
    at: datetime
    kind: str
    data: str | None = None
    media: tuple[str, ...] = ()  # kinds of what came with a reply


@dataclass(frozen=True, slots=True)
class Text:
    """What was said to the contact: by a state of the flow, or by a person where `state` is None."""

    at: datetime
    text: str
    state: str | None
    visit: int | None
    starts_clock: bool
    sent_at: datetime | None  # when the provider had accepted it


def write(connection: Connection, history: Sequence[Draft | Happened]) -> list[int]:
    """Write new messages and events, numbered in this order; their numbers."""
    drafts: list[tuple[int, Draft]] = []
    rows = []
    numbers = ids.allocate(connection, messages, len(history))
    for number, item in zip(numbers, history, strict=True):
        if isinstance(item, Draft):
            drafts.append((number, item))
        else:
            rows.append((number, item.conversation_id, item.at, item.kind, item.data))
    insert(connection, drafts)
    if rows:
        insert_rows(connection, events, ("id", "conversation_id", "at", "kind", "data"), rows)
        ids.used(connection, messages, rows[-1][0])
    return numbers


def of_conversation(connection: Connection, conversation_id: int) -> list[Happened]:
    """What happened to one conversation, oldest first. A reaction is stored with it, and is no reply."""
    return [happened for _, happened in _numbered(connection, conversation_id)]


def with_texts(connection: Connection, conversation_id: int) -> list[Happened | Text]:
    """The same, and after each event what was said then."""
    contact = select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
    said = select(
        messages.c.id,
        messages.c.created_at,
        messages.c.text,
        messages.c.state,
        messages.c.visit,
        messages.c.starts_clock,
        messages.c.sent_at,
    ).where(
        messages.c.contact_id == contact.scalar_subquery(),  # the index goes by contact
        messages.c.conversation_id == conversation_id,
        messages.c.direction == Direction.OUT.value,
        messages.c.kind == Kind.TEXT.value,
    )
    found: list[tuple[int, Happened | Text]] = [*_numbered(connection, conversation_id)]
    found += [(row[0], Text(*row[1:])) for row in connection.execute(said)]
    return [each for _, each in sorted(found, key=lambda numbered: numbered[0])]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a conversation's history: a text either way, or something else that happened."""

    id: int
    at: datetime
    kind: str | None  # of an event; None: it is a text
    text: str | None  # or the words that came with the event
    direction: Direction | None = None
    state: str | None = None
    status: Status | None = None


def history(connection: Connection, conversation_id: int, after: int, most: int) -> list[Line]:
    """What happened to one conversation and what was said in it, from after number `after` on."""
    contact = select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
    texts = select(
        messages.c.id,
        messages.c.created_at,
        messages.c.text,
        messages.c.direction,
        messages.c.state,
        messages.c.status,
    ).where(
        messages.c.contact_id == contact.scalar_subquery(),  # the index goes by contact
        messages.c.conversation_id == conversation_id,
        messages.c.id > after,
    )
    others = select(events.c.id, events.c.at, events.c.kind, events.c.data).where(
        events.c.conversation_id == conversation_id, events.c.id > after
    )
    found = [
        Line(number, at, None, text, Direction(direction), state, Status(status))
        for number, at, text, direction, state, status in connection.execute(
            texts.order_by(messages.c.id).limit(most)
        )
    ]
    found += [Line(*row) for row in connection.execute(others.order_by(events.c.id).limit(most))]
    return sorted(found, key=lambda line: line.id)[:most]


def _numbered(connection: Connection, conversation_id: int) -> list[tuple[int, Happened]]:
    contact = select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
    replies = select(
        messages.c.id,
        messages.c.created_at.label("at"),
        literal(REPLIED).label("kind"),
        messages.c.text,
        messages.c.media,
    ).where(
        messages.c.contact_id == contact.scalar_subquery(),  # the index goes by contact
        messages.c.conversation_id == conversation_id,
        messages.c.direction == Direction.IN.value,
        messages.c.kind == Kind.TEXT.value,
    )
    others = select(events.c.id, events.c.at, events.c.kind, events.c.data).where(
        events.c.conversation_id == conversation_id
    )
    found = [
        (number, Happened(conversation_id, at, kind, words, tuple(media or ())))
        for number, at, kind, words, media in connection.execute(replies)
        if not is_reaction(words)
    ]
    found += [(row[0], Happened(conversation_id, *row[1:])) for row in connection.execute(others)]
    return sorted(found, key=lambda numbered: numbered[0])
