"""Counting everything anew from the rows themselves, and keeping the counts of rows that are archived."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select

from convo.keywords.keyword import KeywordKind
from convo.messages import Direction, Kind
from convo.store import conversations, counting, talks
from convo.store.consent import LATE
from convo.store.consent_tables import consent_entries
from convo.store.conversations import Stored
from convo.store.counting import Counts, Figure, Place, Text, Where
from convo.store.insight_tables import insights, leavings
from convo.store.insight_tables import talks as talk_table
from convo.store.rows import Lookup
from convo.store.tables import contacts, messages
from convo.store.tables import conversations as conversation_table
from convo.store.talks import LEAVERS, NOWHERE, Side, Talk

_PAGE = 1000  # rows at a time
_MOST_COUNTS = 20_000  # in memory
_SELECT = select(
    messages.c.id,
    messages.c.conversation_id,
    messages.c.kind,
    messages.c.text,
    *(contacts.c.number.label(name) if name == "contact" else messages.c[name] for name in Text._fields),
).join(contacts, contacts.c.id == messages.c.contact_id)
_BY_ID = Lookup(_SELECT, messages.c.id)
_LEFT = Lookup(
    select(leavings.c.entry_id, *(leavings.c[name] for name in Place._fields)), leavings.c.entry_id
)
_CONTACTS = Lookup(select(contacts.c.number, contacts.c.id), contacts.c.number)


def recount(connection: Connection, side: Callable[[Connection, Stored], Side]) -> None:
    """Add what every row counts for, a page at a time; how each conversation is counted is written as well.

    `side` tells it of those that were not counted before. What of a conversation no row of another table
    tells stays as it was found: its language when it began, and when it was handed to a person.
    """
    counts: Counts = Counts()
    gone = ~exists().where(conversation_table.c.id == talk_table.c.id)
    connection.execute(delete(talk_table).where(gone))
    for page in _pages(connection):
        begun = list(_begun(connection, page, side))
        talks.drop(connection, [talk.id for talk in begun])
        talks.add(connection, begun)
    for texts in _texts(connection):
        _count_texts(connection, counts, texts)
        _add(connection, counts, _MOST_COUNTS)
    for page in _pages(connection):
        of_page = talks.by_ids(connection, [stored.id for stored in page])
        for stored in page:
            _count_conversation(counts, stored, of_page[stored.id])
        _add(connection, counts, _MOST_COUNTS)
    for entries in _entries(connection):
        _count_stops(connection, counts, entries)
        _add(connection, counts, _MOST_COUNTS)
    _add(connection, counts)


def _add(connection: Connection, counts: Counts, most: int = 0) -> None:
    """Add what was counted where it is so much by now, and begin with nothing."""
    if len(counts) >= most:
        counting.add(connection, counts)
        counts.clear()


def archive_texts(connection: Connection, numbers: Sequence[int]) -> None:
    """These messages are about to be deleted: what they count for stays."""
    rows = [_named(row) for row in _BY_ID.rows(connection, sorted(numbers))]
    known = talks.by_ids(connection, {number for _, number, *_ in rows if number is not None})
    counts: Counts = Counts()
    for _, number, _, _, text in rows:
        counting.count_text(counts, text, _place(known.get(number or 0)))
    _archive(connection, counts)


def archive_conversations(connection: Connection, numbers: Sequence[int]) -> None:
    """The same for conversations; how they are counted is forgotten."""
    known = talks.by_ids(connection, numbers)
    counts: Counts = Counts()
    for stored in conversations.by_ids(connection, numbers):
        if (talk := known.get(stored.id)) is not None:
            _count_conversation(counts, stored, talk)
    _archive(connection, counts)
    talks.drop(connection, numbers)


def archived(connection: Connection) -> dict[str, int]:
    """How often each figure was counted from what is archived by now."""
    total = func.sum(insights.c.value)
    rows = connection.execute(
        select(insights.c.figure, total).where(insights.c.archived).group_by(insights.c.figure)
    )
    return {figure: int(value) for figure, value in rows}


def _archive(connection: Connection, counts: Counts) -> None:
    counting.add(connection, Counts({key: -value for key, value in counts.items()}))
    counting.add(connection, counts, archived=True)


def _named(row: tuple[Any, ...]) -> tuple[int, int | None, str, str, Text]:
    return row[0], row[1], row[2], row[3], Text._make(row[4:])


def _pages(connection: Connection) -> Iterator[list[Stored]]:
    after = 0
    while page := conversations.listed(connection, None, after, _PAGE):
        yield page
        after = page[-1].id


def _begun(
    connection: Connection, page: Sequence[Stored], side: Callable[[Connection, Stored], Side]
) -> Iterator[Talk]:
    """Conversations as they are counted before anything has happened in them."""
    known = talks.by_ids(connection, [stored.id for stored in page])
    for stored in page:
        talk = known.get(stored.id)
        handed_at = stored.status_at if stored.status == talks.HANDED_OFF else None
        if talk is None:
            yield talks.opened(stored, side(connection, stored))._replace(handed_at=handed_at)
        else:
            kept = talk.handed_at or handed_at
            yield Talk(*talk[:8], handed_at=kept)


def _texts(connection: Connection) -> Iterator[list[Any]]:
    after = 0
    while page := connection.execute(
        _SELECT.where(messages.c.id > after).order_by(messages.c.id).limit(_PAGE)
    ).all():
        yield list(page)
        after = page[-1].id


def _count_texts(connection: Connection, counts: Counts, rows: Sequence[Any]) -> None:
    before = talks.by_ids(
        connection, {row.conversation_id for row in rows if row.conversation_id is not None}
    )
    now = dict(before)
    for row in rows:
        text = Text._make(row[4:])
        talk = now.get(row.conversation_id)
        counting.count_text(counts, text, _place(talk))
        if talk is None:
            continue
        talk = talks.heard(talk, row)
        if text.direction == Direction.OUT and row.kind == Kind.TEXT and text.sent_at is not None:
            first = min(each for each in (text.sent_at, talk.first_sent_at) if each)
            talk = talk._replace(first_sent_at=first)
        now[row.conversation_id] = talk
    talks.save(connection, [(before[number], talk) for number, talk in now.items() if before[number] != talk])


def _count_conversation(counts: Counts, stored: Stored, talk: Talk) -> None:
    for fact in talks.conversation_facts(stored) | talks.talk_facts(talk):
        counts[talk.place, fact] += 1


def _entries(connection: Connection) -> Iterator[Sequence[Any]]:
    """The STOPs of the ledger that opted somebody out and count, some at a time."""
    c = consent_entries.c
    found = (
        select(c.id, c.brand, c.contact, c.number, c.action, c.rule, c.actor, c.at)
        .where(c.action.in_([KeywordKind.STOP.value, KeywordKind.START.value]))
        .order_by(c.brand, c.contact, c.id)
        .execution_options(yield_per=_PAGE)
    )
    who, out = None, False
    for page in connection.execute(found).partitions():
        counted = []
        for entry in page:
            if who != (entry.brand, entry.contact):
                who, out = (entry.brand, entry.contact), False
            if entry.action == KeywordKind.START:
                out = False
            elif entry.rule != LATE and not out:
                out = True
                if entry.actor in LEAVERS:
                    counted.append(entry)
        yield counted


def _count_stops(connection: Connection, counts: Counts, entries: Sequence[Any]) -> None:
    """Count STOPs where they are on record as counted."""
    placed = {
        number: Place._make(place) for number, *place in _LEFT.rows(connection, [e.id for e in entries])
    }
    lost = sorted({entry.contact for entry in entries if entry.id not in placed})
    rows: dict[str, int] = dict(_CONTACTS.rows(connection, lost))
    for entry in entries:
        place: Where | None = placed.get(entry.id)
        if place is None:  # from before there were counts
            talk = talks.latest(connection, rows.get(entry.contact, 0), entry.number, entry.at)
            place = (counting.hour_of(entry.at), entry.number, *_place(talk)[2:])
        counts[place, (Figure.OPT_OUTS.value, "", "")] += 1


def _place(talk: Talk | None) -> Where:
    return talk.place if talk else NOWHERE
