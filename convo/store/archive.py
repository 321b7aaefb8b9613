"""What is old and over, to be kept elsewhere or nowhere: conversations that ended, with all that was said in
them, and texts that no conversation took; with each text what was delivered word for word, and what operators
decided; verifications; deliveries of which nothing could be made; reminders and campaigns. Contacts and the
consent ledger stay.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

from pydantic_core import to_json
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    TextClause,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
    update,
)

from convo.messages import Direction, Status
from convo.retention import Stock
from convo.store import contacts, recounting
from convo.store.campaign_tables import campaign_contacts, campaign_files, campaigns
from convo.store.campaigns import State
from convo.store.conversations import ENDED
from convo.store.reminder_tables import reminders
from convo.store.tables import (
    OUTLIVED,
    WORDED,
    codes,
    conversations,
    decisions,
    events,
    messages,
    receipts,
    wordless,
)  # fmt: skip
from convo.store.verification_tables import verifications

Row = dict[str, Any]  # by column; `table` says whose it is
Key = tuple[Any, ...]
Whole = list[Row]  # one row, and after it all that goes with it

T = TypeVar("T")

_UNDER_WAY = messages.c.status.in_([each.value for each in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN)])
_KEYS: Mapping[str, tuple[Table, tuple[str, ...]]] = {
    "event": (events, ("id",)),
    "message": (messages, ("id",)),
    "message_decision": (decisions, ("id",)),
    "receipt": (receipts, ("provider_id", "account")),
    "verification": (verifications, ("id",)),
    "conversation": (conversations, ("id",)),  # after its texts: where they are counted is its to say
    "reminder": (reminders, ("id",)),
    "campaign_contact": (campaign_contacts, ("id",)),
    "campaign_file": (campaign_files, ("id",)),
    "campaign": (campaigns, ("id",)),
}
_MOST_KEYS = 5000  # in a statement: PostgreSQL takes 65,535 values


class Found(NamedTuple):
    """What is known of a whole that was found, to see whether it is the same when it is deleted."""

    key: Key
    contact_id: int | None
    rows: int
    digest: bytes


def page(
    connection: Connection, table: Table, over: ColumnElement[bool], after: Key, most: int
) -> list[Whole]:
    """What of a table is `over`, by its key from `after` on."""
    return _wholes(connection, table, _page(connection, table, over, after, most))


def last_key(wholes: Sequence[Whole]) -> Key:
    """From where the next page goes on."""
    return _key_of(wholes[-1][0])


def line(row: Row) -> bytes:
    """A row as it stands in a file."""
    return to_json(row, bytes_mode="base64") + b"\n"


def found(whole: Whole) -> Found:
    """What `drop` needs of a whole."""
    return Found(_key_of(whole[0]), whole[0].get("contact_id"), len(whole), _digest(whole))


def over(stock: Stock, before: datetime) -> list[tuple[Table, ColumnElement[bool]]]:
    """The tables of a kind, in the order in which they are emptied, each with what of it is too old.

    Of deliveries only those of which nothing could be made: the others go with their texts, see `outlive`. Of
    campaigns only those that `close` has closed.
    """
    return _OVER[stock](before)


def count(connection: Connection, stock: Stock, before: datetime) -> int:
    """How many of a kind have outlived their time."""
    table, wanted = over(stock, before)[-1]
    if stock is Stock.DELIVERIES:
        wanted = or_(wanted, and_(*_worded(connection, before)))
    if stock is Stock.CAMPAIGNS:
        wanted = _campaigns_over(before)
    number: int = connection.execute(select(func.count()).select_from(table).where(wanted)).scalar_one()
    return number


def close(connection: Connection, before: datetime) -> None:
    """Cancel the campaigns that are over: nobody starts one, or adds to it, while it is taken away."""
    wanted = and_(_campaigns_over(before), campaigns.c.status != State.CANCELLED.value)
    locked = select(campaigns.c.id).where(wanted).order_by(campaigns.c.id).with_for_update()
    for keys in _some(connection.execute(locked).scalars().all()):
        # Asked again: who loaded a list held the lock, and the rows were not to be seen before.
        still = campaigns.c.id.in_(keys), wanted
        connection.execute(update(campaigns).where(*still).values(status=State.CANCELLED.value))


def outlive(connection: Connection, before: datetime, most: int) -> int:
    """Forget the words of some deliveries from `before`, which are still known again; of how many."""
    oldest = select(*_key_columns(receipts)).where(*_worded(connection, before))
    # Whoever erases a contact holds some of them, in an order of its own.
    some = oldest.order_by(receipts.c.received_at).limit(most).with_for_update(skip_locked=True)
    keys = connection.execute(some).all()
    still = WORDED[connection.dialect.name]  # else their contact was erased meanwhile
    these = _is_one_of(receipts, [tuple(key) for key in keys])
    connection.execute(update(receipts).where(these, still).values(**wordless(OUTLIVED)))
    return len(keys)


def drop(
    connection: Connection, table: Table, over: ColumnElement[bool], those: Sequence[Found]
) -> Counter[str]:
    """Delete those that are still over and, row by row, as they were found; how many rows of each table.

    Their contacts are locked first. Whatever changed stays as it is: a later run finds it again.
    """
    contacts.lock_ids(connection, {each.contact_id for each in those if each.contact_id is not None})
    still = select(table).where(_is_one_of(table, [each.key for each in those]), over)
    if table is campaigns:
        still = still.where(~exists().where(campaign_contacts.c.campaign_id == campaigns.c.id))
    roots = _rows(connection, table, still.order_by(*_key_columns(table)).with_for_update())
    digests = {each.key: each.digest for each in those}
    rows: Counter[str] = Counter()
    wholes = _wholes(connection, table, roots)
    same = [row for whole in wholes if digests[_key_of(whole[0])] == _digest(whole) for row in whole]
    for name in _KEYS:
        for keys in _some([_key_of(row) for row in same if row["table"] == name]):
            rows[name] += _delete(connection, name, keys)
    return rows


def _delete(connection: Connection, name: str, keys: Sequence[Key]) -> int:
    table, _ = _KEYS[name]
    if name == "message":
        recounting.archive_texts(connection, [one for (one,) in keys])
    if name == "conversation":
        recounting.archive_conversations(connection, [one for (one,) in keys])
        connection.execute(delete(codes).where(codes.c.conversation_id.in_([one for (one,) in keys])))
    return connection.execute(delete(table).where(_is_one_of(table, keys))).rowcount


def _wholes(connection: Connection, table: Table, roots: Sequence[Row]) -> list[Whole]:
    """Each of these rows with what goes with it: of conversations also all that goes with their texts."""
    wholes = {_key_of(root): [root] for root in roots}
    if table is campaigns:
        for row in _of(connection, campaign_files, "campaign_id", wholes):
            wholes[(row["campaign_id"],)].append(row)
    if table is conversations:
        for row in _of(connection, events, "conversation_id", wholes):
            wholes[(row["conversation_id"],)].append(row)
        whose = messages.c.contact_id.in_({root["contact_id"] for root in roots})  # the index goes by contact
        for row in _of(connection, messages, "conversation_id", wholes, whose):
            wholes[(row["conversation_id"],)].append(row)
    texts = {row["id"]: whole for whole in wholes.values() for row in whole if row["table"] == "message"}
    for row in _of(connection, decisions, "message_id", [(number,) for number in texts]):
        texts[row["message_id"]].append(row)
    delivered = {
        (row["provider_id"], row["account"]): whole
        for whole in wholes.values()
        for row in whole
        if row["table"] == "message" and row["direction"] == Direction.IN.value
    }
    for keys in _some(list(delivered)):
        wanted = select(receipts).where(_is_one_of(receipts, keys)).order_by(*_key_columns(receipts))
        for row in _rows(connection, receipts, wanted):
            delivered[_key_of(row)].append(row)
    return list(wholes.values())


def _of(
    connection: Connection, table: Table, column: str, keys: Collection[Key], *where: ColumnElement[bool]
) -> Iterator[Row]:
    """The rows of a table that belong to others with these keys."""
    for some in _some(list(keys)):
        wanted = select(table).where(table.c[column].in_([one for (one,) in some]), *where)
        yield from _rows(connection, table, wanted.order_by(table.c.id))


def _conversations_over(before: datetime) -> ColumnElement[bool]:
    sending = exists().where(
        messages.c.contact_id == conversations.c.contact_id,
        messages.c.conversation_id == conversations.c.id,
        # Settled or sent anew long after the end: its report is still to come.
        or_(_UNDER_WAY, messages.c.created_at >= before, messages.c.sent_at >= before),
    )
    return and_(conversations.c.status == ENDED, conversations.c.ended_at < before, ~sending)


def _messages_alone(before: datetime) -> ColumnElement[bool]:
    gone = ~exists().where(conversations.c.id == messages.c.conversation_id)
    alone = or_(messages.c.conversation_id.is_(None), gone)
    left = or_(messages.c.sent_at.is_(None), messages.c.sent_at < before)
    return and_(messages.c.created_at < before, left, alone, ~_UNDER_WAY)


def _events_over(before: datetime) -> ColumnElement[bool]:
    c = conversations.c
    return exists().where(c.id == events.c.conversation_id, c.status == ENDED, c.ended_at < before)


def _worded(connection: Connection, before: datetime) -> tuple[ColumnElement[bool], TextClause]:
    return receipts.c.received_at < before, WORDED[connection.dialect.name]


def _campaigns_over(before: datetime) -> ColumnElement[bool]:
    """Those in whose lists nobody waits, and to which nobody has added any of late."""
    c, files, people = campaigns.c, campaign_files.c, campaign_contacts.c
    listed = exists().where(
        files.campaign_id == c.id, or_(files.loaded_at.is_(None), files.loaded_at >= before)
    )
    waits = exists().where(people.campaign_id == c.id, people.id > c.released)
    idle = or_(
        c.status == State.CANCELLED.value,
        and_(c.status == State.LOADING.value, ~listed),
        and_(c.status == State.FINISHED.value, ~listed, ~waits),
    )
    return and_(idle, func.coalesce(c.ended_at, c.created_at) < before)


def _closed(before: datetime) -> ColumnElement[bool]:
    return and_(campaigns.c.status == State.CANCELLED.value, _campaigns_over(before))


def _of_closed(before: datetime) -> ColumnElement[bool]:
    return campaign_contacts.c.campaign_id.in_(select(campaigns.c.id).where(_closed(before)))


_OVER: Mapping[Stock, Callable[[datetime], list[tuple[Table, ColumnElement[bool]]]]] = {
    Stock.CONVERSATIONS: lambda before: [(conversations, _conversations_over(before))],
    Stock.TEXTS: lambda before: [(messages, _messages_alone(before))],
    Stock.HISTORIES: lambda before: [(events, _events_over(before))],
    Stock.DELIVERIES: lambda before: [
        # Without an id of their own, so that they are no texts (see `intake`).
        (
            receipts,
            and_(
                receipts.c.error.is_not(None),
                receipts.c.provider_id.like("sha256:%"),
                receipts.c.received_at < before,
            ),
        )
    ],
    Stock.VERIFICATIONS: lambda before: [(verifications, verifications.c.created_at < before)],
    Stock.REMINDERS: lambda before: [
        (reminders, and_(reminders.c.due_at.is_(None), reminders.c.updated_at < before))
    ],
    Stock.CAMPAIGNS: lambda before: [
        (campaign_contacts, _of_closed(before)),
        (campaigns, _closed(before)),
    ],
}


def _page(
    connection: Connection, table: Table, over: ColumnElement[bool], after: Key, most: int
) -> list[Row]:
    key = _key_columns(table)
    statement = select(table).where(over).order_by(*key).limit(most)
    if after:
        statement = statement.where(tuple_(*key) > tuple_(*after))
    return _rows(connection, table, statement)


def _digest(whole: Whole) -> bytes:
    lines = sorted(line(row) for row in whole)  # their order is by what else was asked for
    return blake2b(b"".join(lines), digest_size=16).digest()


def _key_of(row: Row) -> Key:
    _, names = _KEYS[row["table"]]
    return tuple(row[name] for name in names)


def _key_columns(table: Table) -> list[ColumnElement[Any]]:
    _, names = _KEYS[table.name]
    return [table.c[name] for name in names]


def _is_one_of(table: Table, keys: Sequence[Key]) -> ColumnElement[bool]:
    columns = _key_columns(table)
    if len(columns) == 1:
        return columns[0].in_([one for (one,) in keys])
    return tuple_(*columns).in_(keys)


def _some(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(keys), _MOST_KEYS):
        yield keys[begin : begin + _MOST_KEYS]


def _rows(connection: Connection, table: Table, statement: Select[Any]) -> list[Row]:
    return [{"table": table.name, **row} for row in connection.execute(statement).mappings()]
