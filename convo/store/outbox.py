"""The outgoing messages as a sender sees them: what may leave now, claims, and what came of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from convo.messages import Direction, Kind, Priority, Purpose, Reason, Status
from convo.store.columns import Moment
from convo.store.tables import contacts, messages, spelled


@dataclass(frozen=True, slots=True)
class Waiting:
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
    """What becomes of a message. None in `provider_id` and the moments leaves them as they are."""

    id: int
    status: Status
    tries: int
    reason: Reason | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
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
_QUEUES = (
    select(_NUMBERS.c.number, _PRIORITIES.c.priority, _FIRST_DUE)
    .select_from(_NUMBERS.join(_PRIORITIES, true()))
    .where(_NUMBERS.c.number.is_not(None))
    .order_by(_PRIORITIES.c.priority, _FIRST_DUE)
)
_CONTACTS = (
    select(contacts.c.id)
    .join(messages, messages.c.contact_id == contacts.c.id)
    .where(messages.c.number == bindparam("number"), messages.c.priority == bindparam("priority"), _MAY_LEAVE)
    .order_by(messages.c.due_at, messages.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True)
)
_COLUMNS = (
    messages.c.id,
    messages.c.kind,
    messages.c.account,
    messages.c.number,
    messages.c.brand,
    messages.c.contact_id,
    contacts.c.number.label("contact"),
    contacts.c.timezone,
    messages.c.text,
    messages.c.status,
    messages.c.purpose,
    messages.c.answers,
    messages.c.priority,
    messages.c.conversation_id,
    messages.c.visit,
    messages.c.starts_clock,
    messages.c.lapses,
    messages.c.key,
    messages.c.tries,
    messages.c.created_at,
    messages.c.valid_until,
    messages.c.first_tried_at,
    messages.c.give_up_at,
    messages.c.provider_id,
    messages.c.unclear,
    messages.c.code_id,
)
_SELECT = select(*_COLUMNS).join(contacts, contacts.c.id == messages.c.contact_id)
_READY = _SELECT.where(messages.c.contact_id.in_(bindparam("contacts", expanding=True)), _MAY_LEAVE).order_by(
    messages.c.kind == Kind.TEXT.value, messages.c.id
)
_BY_ID = _SELECT.where(messages.c.id.in_(bindparam("ids", expanding=True)))
_OF_PROVIDER = _SELECT.where(
    messages.c.provider_id.is_not(None),
    messages.c.direction == spelled(Direction.OUT),
    messages.c.provider_id.in_(bindparam("ids", expanding=True)),
)
_DEAD_CONTACTS = (
    select(contacts.c.id)
    .join(messages, messages.c.contact_id == contacts.c.id)
    .where(_is(Status.SENDING), messages.c.lease_until <= bindparam("now"))
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True)
)
_DEAD = _SELECT.where(
    messages.c.contact_id.in_(bindparam("contacts", expanding=True)),
    _is(Status.SENDING),
    messages.c.lease_until <= bindparam("now"),
)
_CLAIM = (
    update(messages)
    .where(messages.c.id == bindparam("row_id"))
    .values(
        status=Status.SENDING.value,
        key=bindparam("new_key"),
        tries=messages.c.tries + 1,
        lease_until=bindparam("until"),
        first_tried_at=func.coalesce(messages.c.first_tried_at, bindparam("now", type_=Moment())),
        give_up_at=func.coalesce(messages.c.give_up_at, bindparam("give_up", type_=Moment())),
    )
)
_CHANGE = (
    update(messages)
    .where(messages.c.id == bindparam("row_id"))
    .values(
        status=bindparam("status"),
        reason=bindparam("reason"),
        tries=bindparam("tries"),
        unclear=or_(messages.c.unclear, bindparam("unclear")),
        lease_until=None,
    )
)
# One statement a set of columns, so that what is not known yet is not overwritten.
_MOMENTS = ("provider_id", "due_at", "sent_at", "delivered_at")


def queues(connection: Connection) -> list[Queue]:
    """What waits to leave, by number and priority, those that go first in front."""
    found = connection.execute(_QUEUES)
    return [Queue(number, Priority(priority), due) for number, priority, due in found if due is not None]


def lock_ready(connection: Connection, wanted: Iterable[Wanted], now: datetime) -> list[int]:
    """Lock contacts to whom something of these queues may leave now; their rows.

    Those whom somebody else holds are left out.
    """
    found: set[int] = set()
    for number, priority, most in wanted:
        values = {"number": number, "priority": priority.value, "now": now, "most": most}
        found.update(connection.execute(_CONTACTS, values).scalars())
    return sorted(found)


def ready(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """What may leave now to these locked contacts, answers to keywords first, then as stored.

    Nothing for a contact to whom something is under way; no text of a conversation while an
    earlier one of it waits for a retry.
    """
    if not contact_ids:
        return []
    rows = connection.execute(_READY, {"contacts": list(contact_ids), "now": now})
    return [_waiting(row) for row in rows]


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
    times = {"now": now, "until": until, "give_up": give_up}
    rows = [{"row_id": number, "new_key": key, **times} for number, key in claims]
    if rows:
        connection.execute(_CLAIM, rows)


def lock_dead(connection: Connection, now: datetime, most: int) -> list[int]:
    """Lock contacts with a message whose sender's lease has run out; their rows."""
    return sorted(set(connection.execute(_DEAD_CONTACTS, {"now": now, "most": most}).scalars()))


def dead(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Waiting]:
    """The messages of these locked contacts whose sender's lease has run out."""
    if not contact_ids:
        return []
    rows = connection.execute(_DEAD, {"contacts": list(contact_ids), "now": now})
    return [_waiting(row) for row in rows]


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
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    return {row.id: _waiting(row) for row in connection.execute(_BY_ID, {"ids": wanted})}


def by_provider_ids(connection: Connection, provider_ids: Iterable[str]) -> dict[tuple[str, str], Waiting]:
    """Outgoing messages by account and the provider's id."""
    wanted = sorted(set(provider_ids))
    if not wanted:
        return {}
    return {
        (row.account, row.provider_id): _waiting(row)
        for row in connection.execute(_OF_PROVIDER, {"ids": wanted})
    }


def change(connection: Connection, changes: Iterable[Change]) -> None:
    """Write what becomes of these messages."""
    sorts: dict[tuple[str, ...], list[dict[str, object]]] = {}
    for item in changes:
        known = tuple(name for name in _MOMENTS if getattr(item, name) is not None)
        known += ("give_up_at",) if item.moved else ()
        row: dict[str, object] = {
            "row_id": item.id,
            "status": item.status.value,
            "reason": item.reason.value if item.reason else None,
            "tries": item.tries,
            "unclear": item.unclear,
        }
        row.update({f"new_{name}": getattr(item, name, None) for name in known})
        sorts.setdefault(known, []).append(row)
    for known, rows in sorts.items():
        extra: dict[str, Any] = {name: bindparam(f"new_{name}") for name in known}
        connection.execute(_CHANGE.values(extra) if extra else _CHANGE, rows)


def _waiting(row: Any) -> Waiting:
    return Waiting(
        id=row.id,
        kind=Kind(row.kind),
        account=row.account,
        number=row.number,
        brand=row.brand,
        contact_id=row.contact_id,
        contact=row.contact,
        timezone=row.timezone,
        text=row.text,
        status=Status(row.status),
        purpose=Purpose(row.purpose),
        answers=row.answers,
        priority=Priority(row.priority),
        conversation_id=row.conversation_id,
        visit=row.visit,
        starts_clock=row.starts_clock,
        lapses=row.lapses,
        key=row.key,
        tries=row.tries,
        created_at=row.created_at,
        valid_until=row.valid_until,
        first_tried_at=row.first_tried_at,
        give_up_at=row.give_up_at,
        provider_id=row.provider_id,
        unclear=row.unclear,
        code_id=row.code_id,
    )
