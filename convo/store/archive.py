"""What is old and over, to be kept elsewhere: conversations that ended, with all that was said in them,
and texts that no conversation took; with each text what was delivered word for word, and what operators
decided; verifications; deliveries of which nothing could be made. Contacts and the consent ledger stay, and
so does who was in a campaign: another list may be added to it, and texts nobody twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, and_, delete, exists, or_, select, tuple_

from convo.messages import Direction, Status
from convo.store import contacts, recounting
from convo.store.conversations import ENDED
from convo.store.tables import codes, conversations, decisions, events, messages, receipts
from convo.store.verification_tables import verifications

Row = dict[str, Any]  # by column; `table` says whose it is

_UNDER_WAY = messages.c.status.in_([each.value for each in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN)])
_KEYS: Mapping[str, tuple[Table, tuple[str, ...]]] = {
    "event": (events, ("id",)),
    "message": (messages, ("id",)),
    "message_decision": (decisions, ("id",)),
    "receipt": (receipts, ("provider_id", "account")),
    "verification": (verifications, ("id",)),
    "conversation": (conversations, ("id",)),  # last: where its texts are counted is its to say
}


def conversations_over(
    connection: Connection, before: datetime, after: Sequence[Any], most: int
) -> list[Row]:
    """Conversations that ended `before`, by number from `after` on; without what is theirs."""
    sending = exists().where(
        messages.c.contact_id == conversations.c.contact_id,
        messages.c.conversation_id == conversations.c.id,
        _UNDER_WAY,
    )
    over = and_(conversations.c.status == ENDED, conversations.c.ended_at < before, ~sending)
    return _page(connection, conversations, over, after, most)


def messages_alone(connection: Connection, before: datetime, after: Sequence[Any], most: int) -> list[Row]:
    """Texts from `before` that belong to no conversation, or to one that was archived, and are on no way."""
    gone = ~exists().where(conversations.c.id == messages.c.conversation_id)
    alone = or_(messages.c.conversation_id.is_(None), gone)
    return _page(connection, messages, and_(messages.c.created_at < before, alone, ~_UNDER_WAY), after, most)


def receipts_useless(connection: Connection, before: datetime, after: Sequence[Any], most: int) -> list[Row]:
    """Deliveries from `before` of which nothing could be made; the others go with their texts."""
    useless = and_(receipts.c.error.is_not(None), receipts.c.received_at < before)
    return _page(connection, receipts, useless, after, most)


def verifications_over(
    connection: Connection, before: datetime, after: Sequence[Any], most: int
) -> list[Row]:
    """Verifications from `before`, whose codes are long over."""
    return _page(connection, verifications, verifications.c.created_at < before, after, most)


def belongings(connection: Connection, found: Sequence[Row]) -> list[Row]:
    """What goes with these rows: the events and texts of conversations, and all that goes with texts."""
    numbers = [row["id"] for row in found if row["table"] == "conversation"]
    if numbers:
        happened = select(events).where(events.c.conversation_id.in_(numbers))
        said = select(messages).where(
            messages.c.contact_id.in_({row["contact_id"] for row in found}),  # the index goes by contact
            messages.c.conversation_id.in_(numbers),
        )
        texts = _rows(connection, messages, said)
        return [*_rows(connection, events, happened), *texts, *belongings(connection, texts)]
    numbers = [row["id"] for row in found if row["table"] == "message"]
    delivered = [
        (row["provider_id"], row["account"])
        for row in found
        if row["table"] == "message" and row["direction"] == Direction.IN.value
    ]
    rows: list[Row] = []
    if numbers:
        rows += _rows(connection, decisions, select(decisions).where(decisions.c.message_id.in_(numbers)))
    if delivered:
        word_for_word = select(receipts).where(_is_one_of(receipts, _KEYS["receipt"][1], delivered))
        rows += _rows(connection, receipts, word_for_word)
    return rows


def key_of(row: Row) -> Row:
    """What `drop` needs of a row."""
    _, names = _KEYS[row["table"]]
    kept = ("table", *names, "contact_id")
    return {name: row[name] for name in kept if name in row}


def drop(connection: Connection, rows: Iterable[Row]) -> int:
    """Delete these rows, where they are still there; how many were. Their contacts are locked first."""
    found = list(rows)
    whose = {row["contact_id"] for row in found if "contact_id" in row}
    contacts.lock_ids(connection, whose)
    busy = _under_way(connection, whose)  # an operator has a text sent anew, since it was found
    found = [row for row in found if row["table"] != "conversation" or row["id"] not in busy]
    count = 0
    for name, (table, key) in _KEYS.items():
        keys = [tuple(row[column] for column in key) for row in found if row["table"] == name]
        if not keys:
            continue
        if name == "message":
            recounting.archive_texts(connection, [one for (one,) in keys])
        if name == "conversation":
            recounting.archive_conversations(connection, [one for (one,) in keys])
            connection.execute(delete(codes).where(codes.c.conversation_id.in_([one for (one,) in keys])))
        count += connection.execute(delete(table).where(_is_one_of(table, key, keys))).rowcount
    return count


def _under_way(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """The conversations of these contacts that have a text on its way."""
    found = select(messages.c.conversation_id).where(
        messages.c.contact_id.in_(sorted(contact_ids)), _UNDER_WAY
    )
    return {number for (number,) in connection.execute(found) if number is not None}


def _page(connection: Connection, table: Table, wanted: Any, after: Sequence[Any], most: int) -> list[Row]:
    _, names = _KEYS[table.name]
    key = tuple_(*(table.c[name] for name in names))
    statement = select(table).where(wanted).order_by(*(table.c[name] for name in names)).limit(most)
    if after:
        statement = statement.where(key > tuple_(*after))
    return _rows(connection, table, statement)


def _is_one_of(table: Table, key: tuple[str, ...], keys: Sequence[tuple[Any, ...]]) -> Any:
    if len(key) == 1:
        return table.c[key[0]].in_([one for (one,) in keys])
    return tuple_(*(table.c[name] for name in key)).in_(keys)


def _rows(connection: Connection, table: Table, statement: Select[Any]) -> list[Row]:
    return [{"table": table.name, **row} for row in connection.execute(statement).mappings()]
