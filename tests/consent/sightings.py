"""What the street looks up in the store: which texts there are, and how they stand."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from convo.flow.session import Phase
from convo.messages import Direction, Kind, Reason, Status
from convo.store.tables import contacts as contact_table
from convo.store.tables import conversations as conversation_table
from convo.store.tables import messages as message_table


def kinds_of(connection: Connection, rows: Sequence[int]) -> dict[int, Kind]:
    found = connection.execute(
        select(message_table.c.id, message_table.c.kind).where(message_table.c.id.in_(rows))
    )
    return {row: Kind(kind) for row, kind in found}


def outgoing(
    connection: Connection, numbers: Sequence[str]
) -> Iterable[tuple[str, int, Kind, Status, Reason | None]]:
    found = connection.execute(
        select(
            contact_table.c.number, message_table.c.id, message_table.c.kind, message_table.c.status,
            message_table.c.reason,
        )
        .join(contact_table, contact_table.c.id == message_table.c.contact_id)
        .where(
            contact_table.c.number.in_(numbers),
            message_table.c.direction == Direction.OUT.value,
        )
    )  # fmt: skip
    for number, row, kind, status, reason in found:
        yield number, row, Kind(kind), Status(status), Reason(reason) if reason else None


def taken_by_provider(connection: Connection, number: str) -> Iterable[tuple[int, str]]:
    """The texts that the provider has taken, and what it calls them."""
    found = connection.execute(
        select(message_table.c.id, message_table.c.provider_id)
        .join(contact_table, contact_table.c.id == message_table.c.contact_id)
        .where(
            contact_table.c.number == number,
            message_table.c.direction == Direction.OUT.value,
            message_table.c.status == Status.SENT.value,
        )
        .order_by(message_table.c.id)
    )
    return [(row, name) for row, name in found]


def waits_to_leave(connection: Connection) -> bool:
    """Whether something may leave yet."""
    found = select(message_table.c.id).where(
        message_table.c.status.in_([Status.QUEUED.value, Status.SENDING.value])
    )
    return connection.execute(found.limit(1)).first() is not None


def at_the_desk(connection: Connection) -> list[tuple[str, int]]:
    """The contacts who are handed to a person, and their conversations."""
    found = connection.execute(
        select(contact_table.c.number, conversation_table.c.id)
        .join(conversation_table, conversation_table.c.contact_id == contact_table.c.id)
        .where(conversation_table.c.status == Phase.HANDED_OFF.value)
        .order_by(contact_table.c.id)
    )
    return [(number, row) for number, row in found]
