"""Conversations as they are counted: what each counts for, and what a transaction changes of that."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, delete, select

from convo.messages import Direction, Kind
from convo.reactions import is_reaction
from convo.store import counting
from convo.store.bulk import insert_rows, update_rows
from convo.store.counting import Counts, Fact, Figure, Place, Text, Where
from convo.store.insight_tables import leavings, talks
from convo.store.rows import Lookup
from convo.store.tables import contacts, conversations, messages

if TYPE_CHECKING:
    from convo.store.conversations import Stored
    from convo.store.messages import Draft

_ENDED, HANDED_OFF = "ended", "handed_off"
LEAVERS = ("contact", "provider")  # whose STOPs tell how people take the texts; lists that are brought do not
NOWHERE = Place(0, "")  # where what belongs to no conversation is counted; its hour and number are its own
REPLIES = (Kind.TEXT, Kind.CODE)  # what of the contact's may answer a conversation


class Talk(NamedTuple):
    """A row of `talk`."""

    id: int
    hour: int
    number: str
    flow: str
    version: str
    campaign: str
    variant: str
    language: str
    said: bool = False
    first_sent_at: datetime | None = None
    replied_at: datetime | None = None
    handed_at: datetime | None = None
    person_at: datetime | None = None

    @property
    def place(self) -> Where:
        return self[1:8]


class Side(NamedTuple):
    """What of a conversation its row does not tell: on which side of splits its contact falls, and so on."""

    variant: str = ""
    language: str = ""


class Moved(NamedTuple):
    """What becomes of a message; None in `sent_at` leaves it as it is."""

    id: int
    status: str
    reason: str | None
    sent_at: datetime | None


_BY_ID = Lookup(select(*(talks.c[name] for name in Talk._fields)), talks.c.id)
_TEXTS = Lookup(
    select(
        messages.c.id,
        messages.c.conversation_id,
        messages.c.kind,
        *(contacts.c.number if name == "contact" else messages.c[name] for name in Text._fields),
    ).join(contacts, contacts.c.id == messages.c.contact_id),
    messages.c.id,
)
_HAPPENING = range(Talk._fields.index("said"), len(Talk._fields))
_NOTHING: frozenset[Fact] = frozenset()
_LATEST = select(conversations.c.id, conversations.c.started_at).order_by(conversations.c.id.desc()).limit(20)


def by_ids(connection: Connection, numbers: Iterable[int]) -> dict[int, Talk]:
    """How these conversations are counted, by row number."""
    found = map(Talk._make, _BY_ID.rows(connection, sorted(set(numbers))))
    return {talk.id: talk for talk in found}


def opened(stored: "Stored", side: Side) -> Talk:
    """A conversation that was not counted before."""
    hour = counting.hour_of(stored.started_at)
    return Talk(
        stored.id,
        hour,
        stored.number,
        stored.flow,
        stored.version,
        str(stored.campaign_id or ""),
        side.variant,
        side.language,
    )


def conversation_facts(stored: "Stored") -> set[Fact]:
    """What a conversation counts for by its own row; one that never began counts for nothing."""
    visits = stored.progress.get("visits")
    if not visits:
        return set()
    facts = {(_REACHED, state, "") for state in visits}
    facts.add(_STARTED)
    if stored.status == _ENDED:
        facts.add((_ENDING, stored.state, stored.outcome or ""))
    return facts


# The hot line's figures as plain words: the hash of an enum's is worked out in Python.
_STARTED, _REACHED, _ENDING = (Figure.STARTED.value, "", ""), Figure.REACHED.value, Figure.ENDED.value


def talk_facts(talk: Talk) -> set[Fact]:
    """What a conversation counts for by what happened in it first."""
    facts = set()
    if talk.first_sent_at is not None:
        facts.add((Figure.ASKED.value, "", ""))
        if talk.replied_at is not None:
            facts.add((Figure.ANSWERED.value, "", ""))
            taken = counting.bucket(talk.first_sent_at, talk.replied_at)
            facts.add((Figure.ANSWER_TIME.value, "", taken))
    if talk.handed_at is not None:
        facts.add((Figure.HANDED.value, "", ""))
        if talk.person_at is not None:
            facts.add((Figure.PERSON_ANSWERED.value, "", ""))
            facts.add((Figure.PERSON_TIME.value, "", counting.bucket(talk.handed_at, talk.person_at)))
    return facts


def stepped(
    connection: Connection,
    new: Sequence["Stored"],
    changed: Sequence[tuple["Stored", "Stored"]],
    drafts: Sequence["Draft"],
    sides: Mapping[int, Side],
) -> None:
    """Count what a transaction makes of conversations, and the texts that it writes, in their order.

    `sides` are those of new conversations. What is to be sent counts once it is.
    """
    counts: Counts = Counts()
    talked = {draft.conversation_id for draft in drafts if draft.conversation_id is not None}
    talked.update([after.id for _, after in changed])
    known = by_ids(connection, talked.difference([stored.id for stored in new]))
    now: dict[int, Talk] = {}
    for before, after in changed:
        if (talk := known.get(after.id)) is None:  # from before there were counts
            talk = now[after.id] = opened(after, sides.get(after.id, Side(language=after.language or "")))
            _differ(counts, talk.place, _NOTHING, conversation_facts(after))
        elif before.status != after.status:
            _differ(counts, talk.place, conversation_facts(before), conversation_facts(after))
        elif before.visit != after.visit:
            _reach(counts, talk.place, before.progress["visits"], after.progress["visits"])
        if after.status == HANDED_OFF and talk.handed_at is None:
            now[after.id] = talk._replace(handed_at=after.status_at)
    for stored in new:
        talk = opened(stored, sides.get(stored.id, Side(language=stored.language or "")))
        if stored.status == HANDED_OFF:
            talk = talk._replace(handed_at=stored.status_at)
        now[stored.id] = talk
        place = talk.place
        for fact in conversation_facts(stored):
            counts[place, fact] += 1
    for draft in drafts:
        found = now.get(draft.conversation_id or 0) or known.get(draft.conversation_id or 0)
        if draft.direction is Direction.IN:
            counting.count_received(counts, draft, found.place if found else NOWHERE)
        if found is not None and (later := heard(found, draft)) is not found:
            now[later.id] = later
    _write(connection, counts, known, now)


def heard(talk: Talk, draft: Any) -> Talk:
    """What a text of a conversation, in either direction, makes of how it is counted."""
    if draft.direction == Direction.OUT:
        if draft.kind != Kind.TEXT:
            return talk
        if draft.state is None and talk.handed_at and talk.person_at is None:
            talk = talk._replace(person_at=draft.created_at)
        return talk if talk.said else Talk._make((*talk[:8], True, *talk[9:]))
    if talk.said and talk.replied_at is None and draft.kind in REPLIES and not is_reaction(draft.text):
        return talk._replace(replied_at=draft.created_at)
    return talk


def changed(connection: Connection, pairs: Sequence[tuple["Stored", "Stored"]]) -> None:
    """Count what became of conversations otherwise than by a turn: from the first to the second of each."""
    stepped(connection, (), pairs, (), {})


def moved(connection: Connection, changes: Iterable[Moved]) -> None:
    """Count what becomes of messages; before it is written, under their contacts' locks."""
    wanted = {change.id: change for change in changes}
    counts: Counts = Counts()
    rows = _TEXTS.rows(connection, sorted(wanted))
    known = by_ids(connection, {number for _, number, *_ in rows if number is not None})
    now: dict[int, Talk] = {}
    for row_id, conversation, kind, *values in rows:
        before, change = Text._make(values), wanted[row_id]
        after = before._replace(
            status=change.status, reason=change.reason, sent_at=change.sent_at or before.sent_at
        )
        talk = now.get(conversation) or known.get(conversation)
        place = talk.place if talk else NOWHERE
        counting.count_text(counts, before, place, -1)
        counting.count_text(counts, after, place)
        if talk is not None and kind == Kind.TEXT and after.sent_at != before.sent_at:
            first = min(each for each in (after.sent_at, talk.first_sent_at) if each)
            now[conversation] = talk._replace(first_sent_at=first)
    _write(connection, counts, known, now)


def opted_out(connection: Connection, entry: int, contact_id: int, number: str, at: datetime) -> None:
    """Count a STOP, by its line of the ledger: for the conversation with this number that was stored last."""
    talk = latest(connection, contact_id, number, at)
    place = Place(counting.hour_of(at), number, *(talk.place if talk else NOWHERE)[2:])
    connection.execute(leavings.insert().values(entry_id=entry, **place._asdict()))
    counting.add(connection, Counts({(place, (Figure.OPT_OUTS.value, "", "")): 1}))


def latest(connection: Connection, contact_id: int, number: str, at: datetime) -> Talk | None:
    """The conversation between these two that was stored last, and not after `at`."""
    statement = _LATEST.where(
        conversations.c.contact_id == contact_id,
        conversations.c.number == number,
        conversations.c.started_at <= at,
    ).limit(1)
    row = connection.execute(statement).first()
    return by_ids(connection, [row.id]).get(row.id) if row else None


def drop(connection: Connection, numbers: Sequence[int]) -> None:
    """Forget these: their conversations are archived."""
    connection.execute(delete(talks).where(talks.c.id.in_(numbers)))


def _reach(counts: Counts, place: Where, before: Collection[str], after: Collection[str]) -> None:
    """Count the states that a conversation has reached since; one that was renamed is reached no more."""
    for state in before:
        if state not in after:
            counts[place, (_REACHED, state, "")] -= 1
    for state in after:
        if state not in before:
            counts[place, (_REACHED, state, "")] += 1


def _differ(counts: Counts, place: Where, before: AbstractSet[Fact], after: AbstractSet[Fact]) -> None:
    for fact in before - after:
        counts[place, fact] -= 1
    for fact in after - before:
        counts[place, fact] += 1


def _write(
    connection: Connection, counts: Counts, known: Mapping[int, Talk], now: Mapping[int, Talk]
) -> None:
    """Write talks that are not as they were known, and count what they count for beside their rows."""
    happened = [(known[talk.id], talk) for talk in now.values() if talk.id in known]
    new = [talk for talk in now.values() if talk.id not in known]
    for before, after in happened:
        _differ(counts, after.place, talk_facts(before), talk_facts(after))
    for talk in new:
        if talk.handed_at is not None:
            _differ(counts, talk.place, _NOTHING, talk_facts(talk))
    add(connection, new)
    save(connection, happened)
    counting.add(connection, counts)


def add(connection: Connection, new: Sequence[Talk]) -> None:
    """Write how conversations are counted that were not before."""
    begun = [talk[:9] for talk in new if not any(talk[9:])]  # nearly always: nothing has happened yet
    insert_rows(connection, talks, Talk._fields[:9], begun)
    if len(begun) < len(new):
        insert_rows(connection, talks, Talk._fields, [talk for talk in new if any(talk[9:])])


def save(connection: Connection, changed: Iterable[tuple[Talk, Talk]]) -> None:
    """Write what has happened in these, from the first to the second of each pair."""
    sorts: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for before, after in changed:
        places = [place for place in _HAPPENING if before[place] != after[place]]
        if places:
            row = (*[after[place] for place in places], after.id)
            sorts.setdefault(tuple([Talk._fields[place] for place in places]), []).append(row)
    for columns, rows in sorts.items():
        update_rows(connection, talks, columns, rows)
