"""The outgoing messages as a sender sees them: what may leave now, claims, and what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Connection,
    Integer,
    String,
    Update,
    and_,
    bindparam,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from convo.messages import Direction, Kind, Priority, Purpose, Reason, Status
from convo.store import talks
from convo.store.bulk import Given, Updates
from convo.store.columns import Id, Moment
from convo.store.rows import Lookup, Statement
from convo.store.tables import contacts, messages, spelled
from convo.store.talks import Moved


class Waiting(NamedTuple):
    """An outgoing message that is not settled yet."""

    id: int
    kind: Kind
    account: str
    number: str
    brand: str
    contact_id: int
    contact: str
    timezone: str | None  # the contact's, where it is known
    text: str
    status: Status
    purpose: Purpose
    answers: bool  # a text that the contact had just sent
    priority: Priority
    conversation_id: int | None
    visit: int | None
    starts_clock: bool
    lapses: bool
    key: str | None
    tries: int
    created_at: datetime
    valid_until: datetime | None
    first_tried_at: datetime | None
    give_up_at: datetime | None
    provider_id: str | None
    unclear: bool  # a try ended without a clear answer: it may have gone
    code_id: str | None  # of the one-time code that goes into the text

    @property
    def taken_back(self) -> Status:
        """What becomes of it where it is not tried again. Whether it may have gone its report will tell."""
        return Status.UNCERTAIN if self.unclear else Status.WITHDRAWN


class Queue(NamedTuple):
    """Texts of one priority that wait to leave from one number."""

    number: str
    priority: Priority
    first_due: datetime  # the earliest of those that no other text holds back


class Wanted(NamedTuple):
    """So many texts, at most, of one queue."""

    number: str
    priority: Priority
    most: int


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a message. None in `provider_id`, `detail` and the moments leaves them as they are."""

    id: int
    status: Status
    tries: int
    reason: Reason | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    detail: str | None = None  # what its provider said; the last trouble stays on record
    unclear: bool = False  # it may have gone; once so, it stays so
    moved: bool = False  # to `due_at`, by the gate: the time in which it is tried begins anew


def _is(status: Status, column: ColumnElement[str] = messages.c.status) -> ColumnElement[bool]:
    return column == spelled(status)


_OTHER = messages.alias("other")
_IN_FLIGHT = exists().where(
    _OTHER.c.contact_id == messages.c.contact_id, _is(Status.SENDING, _OTHER.c.status)
)
_HELD_BACK = and_(
    messages.c.kind == Kind.TEXT.value,
    exists().where(
        _OTHER.c.contact_id == messages.c.contact_id,  # the index goes by contact
        _OTHER.c.conversation_id == messages.c.conversation_id,
        _OTHER.c.id < messages.c.id,
        _is(Status.QUEUED, _OTHER.c.status),
    ),
)
_MAY_LEAVE = and_(
    _is(Status.QUEUED),
    messages.c.due_at <= bindparam("now"),
    ~_IN_FLIGHT,
    or_(messages.c.conversation_id.is_(None), ~_HELD_BACK),
)
# The numbers for which something waits: from one to the next over the index, however much waits for each.
_FIRST = select(func.min(messages.c.number).label("number")).where(_is(Status.QUEUED))
_FIRST_NUMBER = _FIRST.cte("waiting", recursive=True)
_NUMBERS = _FIRST_NUMBER.union_all(
    select(_FIRST.where(messages.c.number > _FIRST_NUMBER.c.number).scalar_subquery()).where(
        _FIRST_NUMBER.c.number.is_not(None)
    )
)
_PRIORITIES = union_all(*(select(literal(each.value).label("priority")) for each in Priority)).cte()
_FIRST_DUE = (
    select(messages.c.due_at)
    .where(
        _is(Status.QUEUED),
        messages.c.number == _NUMBERS.c.number,
        messages.c.priority == _PRIORITIES.c.priority,
        or_(messages.c.conversation_id.is_(None), ~_HELD_BACK),
    )
    .order_by(messages.c.due_at)
    .limit(1)
    .correlate(_NUMBERS, _PRIORITIES)
    .scalar_subquery()
    .label("first_due")
)
_QUEUES = Statement(
    select(_NUMBERS.c.number, _PRIORITIES.c.priority, _FIRST_DUE)
    .select_from(_NUMBERS.join(_PRIORITIES, true()))
    .where(_NUMBERS.c.number.is_not(None))
    .order_by(_PRIORITIES.c.priority, _FIRST_DUE)
)
_CONTACTS = Statement(
    select(contacts.c.id)
    .join(messages, messages.c.contact_id == contacts.c.id)
    .where(messages.c.number == bindparam("number"), messages.c.priority == bindparam("priority"), _MAY_LEAVE)
    .order_by(messages.c.due_at, messages.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True),
    "number",
    "priority",
    "now",
    "most",
)
_OF_CONTACTS = {"contact": contacts.c.number.label("contact"), "timezone": contacts.c.timezone}
_SELECT = select(
    *(_OF_CONTACTS[name] if name in _OF_CONTACTS else messages.c[name] for name in Waiting._fields)
).join(contacts, contacts.c.id == messages.c.contact_id)
# Our own words among the columns, by their place.
_WORDS: list[tuple[int, Mapping[Any, Any]]] = [
    (Waiting._fields.index(name), {word.value: word for word in words})
    for name, words in (("kind", Kind), ("status", Status), ("purpose", Purpose), ("priority", Priority))
]
_READY = Lookup(
    _SELECT.where(_MAY_LEAVE).order_by(messages.c.kind == Kind.TEXT.value, messages.c.id),
    messages.c.contact_id,
    "now",
)
_BY_ID = Lookup(_SELECT, messages.c.id)
_OF_PROVIDER = Lookup(
    _SELECT.where(messages.c.provider_id.is_not(None), messages.c.direction == spelled(Direction.OUT)),
    messages.c.provider_id,
)
_DEAD_CONTACTS = Statement(
    select(contacts.c.id)
    .join(messages, messages.c.contact_id == contacts.c.id)
    .where(_is(Status.SENDING), messages.c.lease_until <= bindparam("now"))
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True),
    "now",
    "most",
)
_DEAD = Lookup(
    _SELECT.where(_is(Status.SENDING), messages.c.lease_until <= bindparam("now")),
    messages.c.contact_id,
    "now",
)
_CLAIM = Updates(
    lambda given: (
        update(messages)
        .where(messages.c.id == given("row_id"))
        .values(
            status=Status.SENDING.value,
            key=given("new_key"),
            tries=messages.c.tries + 1,
            lease_until=given("until"),
            first_tried_at=func.coalesce(messages.c.first_tried_at, given("now")),
            give_up_at=func.coalesce(messages.c.give_up_at, given("give_up")),
        )
    ),
    row_id=Id,
    new_key=String(),
    now=Moment(),
    until=Moment(),
    give_up=Moment(),
)
# What of a change is written only where it is known, and not overwritten otherwise.
_KNOWN = ("provider_id", "due_at", "sent_at", "delivered_at", "detail")


def queues(connection: Connection) -> list[Queue]:
    """What waits to leave, by number and priority, those that go first in front."""
    found = _QUEUES.rows(connection)
    return [Queue(number, Priority(priority), due) for number, priority, due in found if due is not None]


def lock_ready(connection: Connection, wanted: Iterable[Wanted], now: datetime) -> list[int]:
    """Lock contacts to whom something of these queues may leave now; their rows.

    Those whom somebody else holds are left out.
    """
    found: set[int] = set()
    for number, priority, most in wanted:
        found.update(row for (row,) in _CONTACTS.rows(connection, number, priority.value, now, most))
    return sorted(found)


def ready(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """What may leave now to these locked contacts, answers to keywords first, then as stored.

    Nothing for a contact to whom something is under way; no text of a conversation while an
    earlier one of it waits for a retry.
    """
    return [_waiting(row) for row in _READY.rows(connection, contact_ids, now)]


def claim(
    connection: Connection,
    claims: Iterable[tuple[int, str]],
    now: datetime,
    *,
    until: datetime,
    give_up: datetime,
) -> None:
    """Mark these messages, each with its key, as being sent by us until the lease ends.

    Those that are tried for the first time are tried until `give_up`.
    """
    _CLAIM.run(connection, [(number, key, now, until, give_up) for number, key in claims])


def lock_dead(connection: Connection, now: datetime, most: int) -> list[int]:
    """Lock contacts with a message whose sender's lease has run out; their rows."""
    return sorted({row for (row,) in _DEAD_CONTACTS.rows(connection, now, most)})


def dead(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """The messages of these locked contacts whose sender's lease has run out."""
    return [_waiting(row) for row in _DEAD.rows(connection, contact_ids, now)]


def release(connection: Connection, number: str, now: datetime) -> int:
    """Make texts due that wait by this number's quiet hours and caps; of how many contacts, at most 500."""
    held = (
        _is(Status.QUEUED),
        messages.c.number == number,
        messages.c.due_at > now,
        messages.c.reason.in_([Reason.QUIET_HOURS.value, Reason.OVER_CAP.value]),
    )
    of_contacts = select(messages.c.contact_id).where(*held).distinct().limit(500)
    locked = select(contacts.c.id).where(contacts.c.id.in_(of_contacts)).order_by(contacts.c.id)
    rows = list(connection.execute(locked.with_for_update()).scalars())
    connection.execute(update(messages).where(messages.c.contact_id.in_(rows), *held).values(due_at=now))
    return len(rows)


def last_due(connection: Connection, contact_id: int, conversation_id: int) -> datetime | None:
    """When the last text of a conversation is due that is on its way or waits; None where there is none."""
    # A statement for each status: each has an index of its own.
    found = [
        connection.execute(
            select(func.max(messages.c.due_at)).where(
                _is(status),
                messages.c.contact_id == contact_id,
                messages.c.conversation_id == conversation_id,
            )
        ).scalar()
        for status in (Status.QUEUED, Status.SENDING)
    ]
    return max((moment for moment in found if moment is not None), default=None)


def by_ids(connection: Connection, numbers: Iterable[int]) -> dict[int, Waiting]:
    """These outgoing messages, by row number."""
    rows = _BY_ID.rows(connection, sorted(set(numbers)))
    return {found.id: found for found in map(_waiting, rows)}


def by_provider_ids(connection: Connection, provider_ids: Iterable[str]) -> dict[tuple[str, str], Waiting]:
    """Outgoing messages by account and the provider's id."""
    rows = _OF_PROVIDER.rows(connection, sorted(set(provider_ids)))
    return {(found.account, str(found.provider_id)): found for found in map(_waiting, rows)}


def change(connection: Connection, changes: Iterable[Change]) -> None:
    """Write what becomes of these messages, and count it."""
    changes = list(changes)
    talks.moved(connection, [Moved(each.id, each.status, each.reason, each.sent_at) for each in changes])
    sorts: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for item in changes:
        known = tuple([name for name in _KNOWN if getattr(item, name) is not None])
        row = (
            item.status.value,
            item.reason and item.reason.value,
            item.tries,
            item.unclear,
            item.id,
            *[getattr(item, name) for name in known],
        )
        sorts.setdefault((*known, "give_up_at") if item.moved else known, []).append(row)
    for known, rows in sorts.items():
        _change(known).run(connection, rows)


@cache
def _change(known: tuple[str, ...]) -> Updates:
    """The statement that writes a change of which so much is known."""
    types: dict[str, TypeEngine[Any]] = {
        "status": String(), "reason": String(), "tries": Integer(), "unclear": Boolean(), "id": Id
    }  # fmt: skip
    types |= {name: messages.c[name].type for name in known if name in _KNOWN}

    def build(given: Given) -> Update:
        values = {name: given(f"new_{name}") for name in types if name not in ("id", "unclear")}
        if "give_up_at" in known:  # what was moved is tried anew for as long as any other
            values["give_up_at"] = null()
        unclear = or_(messages.c.unclear, given("new_unclear"))
        return (
            update(messages)
            .where(messages.c.id == given("new_id"))
            .values(lease_until=None, unclear=unclear, **values)
        )

    return Updates(build, **{f"new_{name}": kind for name, kind in types.items()})


def _waiting(row: tuple[Any, ...]) -> Waiting:
    values = list(row)
    for place, words in _WORDS:
        values[place] = words[values[place]]
    return Waiting._make(values)
