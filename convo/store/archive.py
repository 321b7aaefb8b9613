"""What is old and over, to be kept elsewhere or nowhere: conversations that ended, with all that was said in
them, and texts that no conversation took; with each text what was delivered word for word, and what operators
decided; verifications; deliveries of which nothing could be made; reminders and campaigns. Contacts and the
consent ledger stay.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
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
from convo.store.receipts import OUTLIVED, WORDLESS
from convo.store.reminder_tables import reminders
from convo.store.tables import codes, conversations, decisions, events, messages, receipts
from convo.store.verification_tables import verifications

Row = dict[str, Any]  # by column; `table` says whose it is

_UNDER_WAY = messages.c.status.in_([each.value for each in (Status.QUEUED, Status.SENDING, Status.UNCERTAIN)])
_IDLE = campaigns.c.status.in_([each.value for each in (State.LOADING, State.FINISHED, State.CANCELLED)])
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
LAST = ("conversation", "campaign")  # what belongs to them goes before, so that none of it is left alone
_OF_CAMPAIGNS = ("campaign_contact", "campaign_file")
_KEPT_KEYS = ("contact_id", "campaign_id")


def page(
    connection: Connection, table: Table, over: ColumnElement[bool], after: Sequence[Any], most: int
) -> list[Row]:
    """Rows of a table that are `over`, by their key from `after` on; without what is theirs."""
    _, names = _KEYS[table.name]
    key = tuple_(*(table.c[name] for name in names))
    statement = select(table).where(over).order_by(*(table.c[name] for name in names)).limit(most)
    if after:
        statement = statement.where(key > tuple_(*after))
    return _rows(connection, table, statement)


def last_key(rows: Sequence[Row]) -> list[Any]:
    """From where the next page goes on."""
    _, names = _KEYS[rows[-1]["table"]]
    return [rows[-1][name] for name in names]


def over(stock: Stock, before: Mapping[Stock, datetime]) -> list[tuple[Table, ColumnElement[bool]]]:
    """The tables of a kind, in the order in which they are emptied, each with what of it is too old.

    Of deliveries only those of which nothing could be made: the others go with their texts, see `outlive`.
    Histories of conversations that go themselves go with these.
    """
    wanted = _OVER[stock](before[stock])
    if stock is Stock.HISTORIES and Stock.CONVERSATIONS in before:
        ((table, over),) = wanted
        return [(table, and_(over, _kept(before[Stock.CONVERSATIONS])))]
    return wanted


def count(connection: Connection, stock: Stock, before: Mapping[Stock, datetime]) -> int:
    """How many of a kind have outlived their time."""
    table, wanted = over(stock, before)[-1]
    if stock is Stock.DELIVERIES:
        wanted = or_(wanted, _worded(before[stock]))
    number: int = connection.execute(select(func.count()).select_from(table).where(wanted)).scalar_one()
    return number


def worded(connection: Connection, before: datetime, after: Sequence[Any], most: int) -> list[Row]:
    """Deliveries from `before` whose words are still there, by their key from `after` on."""
    return page(connection, receipts, _worded(before), after, most)


def outlive(connection: Connection, rows: Sequence[Row]) -> int:
    """Forget the words of these deliveries, which are still known again; how many there were."""
    names = _KEYS["receipt"][1]
    these = _is_one_of(receipts, names, [tuple(row[name] for name in names) for row in rows])
    still = receipts.c.raw.not_in(WORDLESS)  # else their contact was erased, since they were found
    return connection.execute(update(receipts).where(these, still).values(raw=OUTLIVED)).rowcount


def belongings(connection: Connection, found: Sequence[Row]) -> list[Row]:
    """What goes with these rows: the events and texts of conversations, and all that goes with texts."""
    numbers = [row["id"] for row in found if row["table"] == "campaign"]
    if numbers:
        lists = select(campaign_files).where(campaign_files.c.campaign_id.in_(numbers))
        return _rows(connection, campaign_files, lists)
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
    kept = ("table", *names, *_KEPT_KEYS)
    return {name: row[name] for name in kept if name in row}


def drop(connection: Connection, rows: Iterable[Row]) -> int:
    """Delete these rows, where they are still there; how many were. Their contacts are locked first."""
    found = list(rows)
    idle = _lock_idle(connection, found)
    whose = {row["contact_id"] for row in found if "contact_id" in row}
    contacts.lock_ids(connection, whose)
    busy = _under_way(connection, whose)  # an operator has a text sent anew, since it was found
    found = [row for row in found if row["table"] != "conversation" or row["id"] not in busy]
    found = [row for row in found if (number := _campaign_of(row)) is None or number in idle]
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
        gone = delete(table).where(_is_one_of(table, key, keys))
        if name == "reminder":
            gone = gone.where(reminders.c.due_at.is_(None))  # else it was set anew, since it was found
        count += connection.execute(gone).rowcount
    return count


def _conversations_over(before: datetime) -> ColumnElement[bool]:
    sending = exists().where(
        messages.c.contact_id == conversations.c.contact_id,
        messages.c.conversation_id == conversations.c.id,
        _UNDER_WAY,
    )
    return and_(conversations.c.status == ENDED, conversations.c.ended_at < before, ~sending)


def _messages_alone(before: datetime) -> ColumnElement[bool]:
    gone = ~exists().where(conversations.c.id == messages.c.conversation_id)
    alone = or_(messages.c.conversation_id.is_(None), gone)
    return and_(messages.c.created_at < before, alone, ~_UNDER_WAY)


def _events_over(before: datetime) -> ColumnElement[bool]:
    c = conversations.c
    return exists().where(c.id == events.c.conversation_id, c.status == ENDED, c.ended_at < before)


def _kept(before: datetime) -> ColumnElement[bool]:
    """Events of conversations that have not outlived their own time."""
    c = conversations.c
    return exists().where(c.id == events.c.conversation_id, c.ended_at >= before)


def _worded(before: datetime) -> ColumnElement[bool]:
    return and_(receipts.c.received_at < before, receipts.c.raw.not_in(WORDLESS))


def _campaigns_over(before: datetime) -> ColumnElement[bool]:
    return and_(_IDLE, func.coalesce(campaigns.c.ended_at, campaigns.c.created_at) < before)


def _of_campaigns_over(before: datetime) -> ColumnElement[bool]:
    return campaign_contacts.c.campaign_id.in_(select(campaigns.c.id).where(_campaigns_over(before)))


_OVER: Mapping[Stock, Callable[[datetime], list[tuple[Table, ColumnElement[bool]]]]] = {
    Stock.CONVERSATIONS: lambda before: [(conversations, _conversations_over(before))],
    Stock.TEXTS: lambda before: [(messages, _messages_alone(before))],
    Stock.HISTORIES: lambda before: [(events, _events_over(before))],
    Stock.DELIVERIES: lambda before: [
        (receipts, and_(receipts.c.error.is_not(None), receipts.c.received_at < before))
    ],
    Stock.VERIFICATIONS: lambda before: [(verifications, verifications.c.created_at < before)],
    Stock.REMINDERS: lambda before: [
        (reminders, and_(reminders.c.due_at.is_(None), reminders.c.updated_at < before))
    ],
    Stock.CAMPAIGNS: lambda before: [
        (campaign_contacts, _of_campaigns_over(before)),
        (campaigns, _campaigns_over(before)),
    ],
}


def _campaign_of(row: Row) -> int | None:
    """The campaign that a row is about; None where it is about none, like a conversation that one began."""
    if row["table"] == "campaign":
        return int(row["id"])
    return row["campaign_id"] if row["table"] in _OF_CAMPAIGNS else None


def _lock_idle(connection: Connection, rows: Iterable[Row]) -> set[int]:
    """The campaigns of these rows, locked, but for those that somebody has started since they were found."""
    numbers = sorted({number for row in rows if (number := _campaign_of(row)) is not None})
    if not numbers:
        return set()
    found = select(campaigns.c.id).where(campaigns.c.id.in_(numbers), _IDLE).order_by(campaigns.c.id)
    return set(connection.execute(found.with_for_update()).scalars())


def _under_way(connection: Connection, contact_ids: Iterable[int]) -> set[int]:
    """The conversations of these contacts that have a text on its way."""
    found = select(messages.c.conversation_id).where(
        messages.c.contact_id.in_(sorted(contact_ids)), _UNDER_WAY
    )
    return {number for (number,) in connection.execute(found) if number is not None}


def _is_one_of(table: Table, key: tuple[str, ...], keys: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    if len(key) == 1:
        return table.c[key[0]].in_([one for (one,) in keys])
    return tuple_(*(table.c[name] for name in key)).in_(keys)


def _rows(connection: Connection, table: Table, statement: Select[Any]) -> list[Row]:
    return [{"table": table.name, **row} for row in connection.execute(statement).mappings()]
