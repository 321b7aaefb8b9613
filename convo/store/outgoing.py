"""Events for the application, written with what they tell of. Who is told of one is in `deliveries`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, delete, exists, or_, select, update

from convo.kinds import EVERY
from convo.store import ids, messages
from convo.store.bulk import insert_rows
from convo.store.deliveries import Delivery, State, of_events
from convo.store.event_tables import event_deliveries, outgoing_events
from convo.store.tables import contacts, spelled

MOST_FORGOTTEN = 500  # in one transaction
TOO_OLD = "it waited for longer than events are kept"
_PREFIX = "evt_"
_LONGEST_ID = 18  # digits: what a database takes as a number
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = ("id", "kind", "contact_id", "number", "brand", "conversation_id", "data", "created_at")
_DELIVERED = ("event_id", "endpoint", "contact_id", "status", "due_at", "tries")


class Draft(NamedTuple):
    """An event that is not stored yet."""

    kind: str  # like order.ready
    contact_id: int | None  # None: it is about a campaign, which `data` names
    number: str
    brand: str
    conversation_id: int | None
    data: Mapping[str, Any]
    created_at: datetime
    to: Sequence[str]  # the endpoints that are told
    about: messages.Draft | None = None  # a message whose number goes into `data` once it is known


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """Something that the application is told of. The same `id` twice is the same event again."""

    id: int
    kind: str
    contact: str | None
    number: str  # ours
    brand: str
    conversation: int | None
    data: Mapping[str, Any]
    at: datetime

    @property
    def webhook_id(self) -> str:
        """Its name wherever it is posted: the same for every try, and in no other database."""
        return f"{_PREFIX}{(self.at - _EPOCH) // timedelta(microseconds=1):x}_{self.id}"


@dataclass(frozen=True, slots=True)
class Listed:
    """An event and what became of it."""

    event: OutgoingEvent
    deliveries: Sequence[Delivery]

    @property
    def id(self) -> int:
        return self.event.id


class Chosen(NamedTuple):
    """Which events are listed; None leaves the choice open."""

    contact: str | None = None
    kind: str | None = None  # a pattern, like consent.*
    status: State | None = None  # some delivery has it
    endpoint: str | None = None  # some delivery goes there


_E = outgoing_events.c
_SELECT = select(
    _E.id, _E.kind, contacts.c.number, _E.number, _E.brand, _E.conversation_id, _E.data, _E.created_at
).join(contacts, contacts.c.id == _E.contact_id, isouter=True)
# One whose contact was removed is told to nobody.
_SELECT = _SELECT.where(or_(_E.contact_id.is_(None), contacts.c.id.is_not(None)))
_D = event_deliveries.c


def write(connection: Connection, drafts: Sequence[Draft]) -> None:
    """Keep events, in this order; each is due at once."""
    if not drafts:
        return
    numbered = list(zip(ids.allocate(connection, outgoing_events, len(drafts)), drafts, strict=True))
    insert_rows(connection, outgoing_events, _WRITTEN, ((number, *draft[:7]) for number, draft in numbered))
    deliveries = [
        (number, endpoint, _order(draft.contact_id, draft.data), State.WAITING.value, draft.created_at, 0)
        for number, draft in numbered
        for endpoint in draft.to
    ]
    insert_rows(connection, event_deliveries, _DELIVERED, deliveries)


def by_ids(connection: Connection, numbers: Sequence[int]) -> dict[int, OutgoingEvent]:
    """These events, by number."""
    return {row[0]: OutgoingEvent(*row) for row in connection.execute(_SELECT.where(_E.id.in_(numbers)))}


def of_contact(connection: Connection, contact: str) -> list[OutgoingEvent]:
    """Every event about a contact, oldest first."""
    found = _SELECT.where(contacts.c.number == contact).order_by(_E.id)
    return [OutgoingEvent(*row) for row in connection.execute(found)]


def listed(connection: Connection, chosen: Chosen, after: int, most: int) -> list[Listed]:
    """Events from after number `after` on, oldest first, with what became of them."""
    return _listed(connection, _choice(chosen).where(_E.id > after).order_by(_E.id).limit(most))


def latest(connection: Connection, chosen: Chosen, most: int) -> list[Listed]:
    """The newest events, oldest first, with what became of them."""
    return _listed(connection, _choice(chosen).order_by(_E.id.desc()).limit(most))[::-1]


def numbered(name: str) -> int | None:
    """The number of an event by its id in a list, or by its webhook id; None for what is neither."""
    plain = name.rpartition("_")[2] if name.startswith(_PREFIX) else name
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) <= _LONGEST_ID else None


def order_of(connection: Connection, number: int) -> int | None:
    """Whose events keep their order with this one, as its deliveries have it; None where there is none."""
    row = connection.execute(select(_E.contact_id, _E.data).where(_E.id == number)).one_or_none()
    return _order(*row) if row else None


def forget(connection: Connection, now: datetime, keep: timedelta, after: int) -> int | None:
    """Go on from `after` through the events that are older than `keep`; where to go on, None at the end.

    What waits for longer is given up, and what a process had claimed that died; what was told, or given up,
    longer ago is removed.
    """
    since = now - keep
    old: list[int] = list(
        connection.execute(
            select(_E.id).where(_E.id > after, _E.created_at < since).order_by(_E.id).limit(MOST_FORGOTTEN)
        ).scalars()
    )
    if not old:
        return None
    connection.execute(
        update(event_deliveries)
        .where(
            _D.event_id.in_(old),
            or_(
                _D.status == State.WAITING.value,
                and_(_D.status == State.SENDING.value, _D.due_at < now),  # its lease has ended
            ),
        )
        .values(status=State.DEAD.value, error=TOO_OLD, done_at=now)
    )
    still = exists().where(_D.event_id == _E.id, or_(_D.done_at.is_(None), _D.done_at >= since))
    gone = list(connection.execute(select(_E.id).where(_E.id.in_(old), ~still)).scalars())
    connection.execute(delete(event_deliveries).where(_D.event_id.in_(gone)))
    connection.execute(delete(outgoing_events).where(_E.id.in_(gone)))
    return old[-1]


def _order(contact_id: int | None, data: Mapping[str, Any]) -> int:
    """The events of a contact are told in their order, and those of a campaign in theirs."""
    return -int(data["campaign"]) if contact_id is None else contact_id


def _choice(chosen: Chosen) -> Select[Any]:
    statement = _SELECT
    if chosen.contact is not None:
        statement = statement.where(contacts.c.number == chosen.contact)
    if chosen.kind is not None and chosen.kind != EVERY:
        named = chosen.kind.removesuffix("*")
        wanted = _E.kind.startswith(named, autoescape=True) if named != chosen.kind else _E.kind == named
        statement = statement.where(wanted)
    ways = [_D.status == spelled(chosen.status)] if chosen.status else []
    ways += [_D.endpoint == chosen.endpoint] if chosen.endpoint is not None else []
    if chosen.status in (State.WAITING, State.SENDING):
        ways.append(_D.done_at.is_(None))  # as the index has it
    if chosen.status in (None, State.TOLD):  # most have it: look whether each does
        return statement.where(exists().where(_D.event_id == _E.id, *ways)) if ways else statement
    return statement.where(_E.id.in_(select(_D.event_id).where(*ways)))


def _listed(connection: Connection, statement: Select[Any]) -> list[Listed]:
    events = [OutgoingEvent(*row) for row in connection.execute(statement)]
    deliveries = of_events(connection, [event.id for event in events])
    return [Listed(event, deliveries[event.id]) for event in events]
