"""Messages: writing them, and lists for people. What a sender does with them is in `outbox`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, or_, select, update

from convo.messages import ENDED_BY_STOP, Direction, Kind, Priority, Purpose, Reason, Status
from convo.store import ids, talks
from convo.store.bulk import insert_rows
from convo.store.rows import Lookup
from convo.store.tables import contacts, conversations, messages, spelled
from convo.store.talks import Moved


class Draft(NamedTuple):
    """A message to write, by its columns. Its number is given in `write`, under its contact's lock."""

    direction: Direction
    account: str
    number: str
    brand: str
    contact_id: int
    text: str
    segments: int
    status: Status
    created_at: datetime
    kind: Kind = Kind.TEXT
    conversation_id: int | None = None
    state: str | None = None
    visit: int | None = None
    starts_clock: bool = False
    lapses: bool = False
    entry_id: int | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    valid_until: datetime | None = None
    media: tuple[str, ...] | None = None
    code_id: str | None = None  # of the one-time code for which a placeholder stands in the text
    purpose: Purpose = Purpose.TRANSACTIONAL
    answers: bool = False  # a text that the contact has just sent
    reason: Reason | None = None  # why it is not due at once
    tries: int = 0
    priority: Priority | None = None  # None: that of its kind and purpose


@dataclass(frozen=True, slots=True)
class Stored:
    """A message as people and programs see it."""

    id: int
    direction: Direction
    kind: Kind
    contact: str
    number: str
    text: str
    status: Status
    reason: Reason | None
    detail: str | None  # what its provider said the last time that a try went wrong
    segments: int
    conversation: int | None
    state: str | None
    provider_id: str | None
    created_at: datetime
    due_at: datetime | None  # when a queued one may leave
    sent_at: datetime | None
    delivered_at: datetime | None
    code_id: str | None  # of the one-time code for which a placeholder stands in the text


SELECT = select(
    messages.c.id,
    messages.c.direction,
    messages.c.kind,
    contacts.c.number.label("contact"),
    messages.c.number,
    messages.c.text,
    messages.c.status,
    messages.c.reason,
    messages.c.detail,
    messages.c.segments,
    messages.c.conversation_id.label("conversation"),
    messages.c.state,
    messages.c.provider_id,
    messages.c.created_at,
    messages.c.due_at,
    messages.c.sent_at,
    messages.c.delivered_at,
    messages.c.code_id,
).join(contacts, contacts.c.id == messages.c.contact_id)

_QUEUED = messages.c.status == spelled(Status.QUEUED)
_LAPSING = Lookup(
    select(messages.c.id, messages.c.unclear, messages.c.conversation_id, messages.c.visit).where(
        messages.c.lapses, _QUEUED
    ),
    messages.c.contact_id,
)


_WRITTEN = ("id", *Draft._fields)


def write(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Write new messages, numbered in this order."""
    insert(connection, zip(ids.allocate(connection, messages, len(drafts)), drafts, strict=True))


def insert(connection: Connection, numbered: Iterable[tuple[int, Draft]]) -> None:
    """Write new messages under these numbers."""
    rows = [(number, *draft[:-1], _priority(draft)) for number, draft in numbered]
    insert_rows(connection, messages, _WRITTEN, rows)


def lapse(connection: Connection, left: Iterable[tuple[int, int, int]]) -> None:
    """Withdraw texts of clocks and misses whose state was left: (contact, conversation, visit)."""
    left_from = {number: (contact, visit) for contact, number, visit in left}
    rows = _LAPSING.rows(connection, sorted({contact for contact, _ in left_from.values()}))
    _take_back(
        connection,
        [
            (row_id, unclear)
            for row_id, unclear, number, visit in rows
            if number in left_from and visit < left_from[number][1]
        ],
        Reason.LEFT_STATE,
    )


def has_left(connection: Connection, contact_id: int, conversation_id: int) -> bool:
    """Whether a text that a conversation said is on its way, or was."""
    return connection.execute(left(contact_id, conversation_id).limit(1)).first() is not None


def left(contact_id: Any, conversation_id: Any) -> Select[tuple[int]]:
    """The texts of a conversation that are on their way, or were; by values or columns."""
    return select(messages.c.id).where(
        messages.c.contact_id == contact_id,  # the index goes by contact
        messages.c.conversation_id == conversation_id,
        messages.c.direction == spelled(Direction.OUT),
        messages.c.status.not_in([Status.QUEUED.value, Status.WITHDRAWN.value]),
    )


def failed(connection: Connection, contact_id: int, conversation_id: int, visit: int) -> bool:
    """Whether a text that a conversation said in this visit failed for good."""
    found = select(messages.c.id).where(
        messages.c.contact_id == contact_id,  # the index goes by contact
        messages.c.conversation_id == conversation_id,
        messages.c.visit == visit,
        messages.c.status == spelled(Status.FAILED),
    )
    return connection.execute(found.limit(1)).first() is not None


def withdraw_all(
    connection: Connection, brand: str, numbers: Collection[str], contact_id: int, reason: Reason
) -> None:
    """Withdraw every text that a brand has queued for a contact, but for answers to STOP and HELP.

    Also what its numbers have queued under another name.
    """
    queued = select(messages.c.id, messages.c.unclear).where(
        messages.c.contact_id == contact_id,
        or_(messages.c.brand == brand, messages.c.number.in_(numbers)),
        messages.c.kind.in_([each.value for each in ENDED_BY_STOP]),
        _QUEUED,
    )
    _take_back(connection, [(row.id, row.unclear) for row in connection.execute(queued)], reason)


def _take_back(connection: Connection, found: Sequence[tuple[int, bool]], reason: Reason) -> None:
    """Send these no more, and count it. One that may have gone is uncertain: only its report can tell."""
    for status, unclear in ((Status.WITHDRAWN, False), (Status.UNCERTAIN, True)):
        numbers = [number for number, may_have_gone in found if bool(may_have_gone) is unclear]
        if numbers:
            talks.moved(connection, [Moved(number, status, reason, None) for number in numbers])
            statement = update(messages).where(messages.c.id.in_(numbers))
            connection.execute(statement.values(status=status.value, reason=reason.value))


def latest(connection: Connection, contact: str, number: str, most: int) -> list[Stored]:
    """The newest messages between two numbers, oldest first."""
    statement = (
        SELECT.where(contacts.c.number == contact, messages.c.number == number)
        .order_by(messages.c.id.desc())
        .limit(most)
    )
    return [stored(row) for row in connection.execute(statement)][::-1]


def listed(connection: Connection, contact: str | None, after: int, most: int) -> list[Stored]:
    """Messages from after row `after` on, in the order in which they were stored."""
    statement = SELECT.where(messages.c.id > after).order_by(messages.c.id).limit(most)
    if contact is not None:
        statement = statement.where(contacts.c.number == contact)
    return [stored(row) for row in connection.execute(statement)]


def chosen(
    connection: Connection,
    contact: str | None,
    after: int,
    most: int,
    *,
    number: str | None = None,
    direction: Direction | None = None,
    status: Status | None = None,
    conversation: int | None = None,
) -> list[Stored]:
    """Like `listed`, with one of our numbers, one way, of one status, or of one conversation."""
    statement = SELECT.where(messages.c.id > after).order_by(messages.c.id).limit(most)
    if contact is not None:
        statement = statement.where(contacts.c.number == contact)
    if number is not None:
        statement = statement.where(messages.c.number == number)
    if direction is not None:
        statement = statement.where(messages.c.direction == direction.value)
    if status is not None:
        statement = statement.where(messages.c.status == spelled(status))
    if conversation is not None:
        whose = select(conversations.c.contact_id).where(conversations.c.id == conversation)
        statement = statement.where(
            messages.c.contact_id == whose.scalar_subquery(),  # the index goes by contact
            messages.c.conversation_id == conversation,
        )
    return [stored(row) for row in connection.execute(statement)]


def one(connection: Connection, number: int) -> Stored | None:
    """A message by its row number."""
    row = connection.execute(SELECT.where(messages.c.id == number)).one_or_none()
    return stored(row) if row else None


def may_have_said(connection: Connection, contact_id: int, code_id: str) -> bool:
    """Whether a text that says this code has reached its contact or still may, as far as is known."""
    found = select(messages.c.id).where(
        messages.c.contact_id == contact_id,  # the index goes by contact
        messages.c.code_id == code_id,
        messages.c.status.not_in([Status.FAILED, Status.WITHDRAWN]),
    )
    return connection.execute(found.limit(1)).one_or_none() is not None


def last_heard(connection: Connection, contact_id: int, number: str) -> datetime | None:
    """When a contact last texted one of our numbers."""
    moment: datetime | None = connection.execute(
        select(messages.c.created_at)
        .where(
            messages.c.contact_id == contact_id,
            messages.c.number == number,
            messages.c.direction == Direction.IN.value,
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    ).scalar()
    return moment


def last_said(connection: Connection, contact_id: int, conversation_id: int) -> str | None:
    """The text that a conversation said last."""
    text: str | None = connection.execute(
        select(messages.c.text)
        .where(
            messages.c.contact_id == contact_id,
            messages.c.conversation_id == conversation_id,
            messages.c.direction == Direction.OUT.value,
        )
        .order_by(messages.c.id.desc())
        .limit(1)
    ).scalar()
    return text


def newest(connection: Connection) -> datetime | None:
    """When the last message was stored."""
    moment: datetime | None = connection.execute(
        select(messages.c.created_at).order_by(messages.c.id.desc()).limit(1)
    ).scalar()
    return moment


def _priority(draft: Draft) -> int:
    own = draft.priority
    return _usual(draft.kind, draft.purpose, answers=draft.answers) if own is None else own.value


@cache
def _usual(kind: Kind, purpose: Purpose, *, answers: bool) -> int:
    return Priority.of(kind, purpose, answers=answers).value


def stored(row: Any) -> Stored:
    values = dict(row._mapping)
    values["direction"] = Direction(row.direction)
    values["kind"] = Kind(row.kind)
    values["status"] = Status(row.status)
    values["reason"] = Reason(row.reason) if row.reason else None
    return Stored(**values)
