"""Deliveries: an event on its way to an endpoint, or to the subscribers in the process.

One that is open has `due_at`, when it is tried next. A claim moves that to the end of its lease, so that what
a process that died had claimed is simply due again. Of one contact and endpoint only the first that is open
is claimed; those behind it are put off to when that one is due, or they would be looked at again and again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, or_, select, update

from convo.store.columns import Moment
from convo.store.event_tables import endpoints_off, event_deliveries, outgoing_events
from convo.store.rows import upsert
from convo.store.tables import spelled


class State(StrEnum):
    WAITING = "waiting"  # for its next try
    SENDING = "sending"  # claimed
    TOLD = "told"
    DEAD = "dead"  # given up; `error` says why


class Claimed(NamedTuple):
    """A delivery that is ours to make until its lease ends; `tries` counts this one."""

    event_id: int
    endpoint: str
    contact_id: int
    tries: int


class Change(NamedTuple):
    """What becomes of a claimed delivery; `due_at` is of one that is tried again."""

    claimed: Claimed
    status: State
    at: datetime
    due_at: datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as people and programs see it."""

    event_id: int
    endpoint: str
    status: State
    tries: int
    due_at: datetime
    error: str | None
    done_at: datetime | None


class Off(NamedTuple):
    """An endpoint that wants nothing more at this address."""

    url: str
    since: datetime
    reason: str


class Standing(NamedTuple):
    """How it stands with an endpoint: what waits for it, since when, and what was given up."""

    endpoint: str
    open: int
    oldest: datetime | None  # when the first event that is open was stored
    dead: int


_D = event_deliveries.c
_OPEN = _D.done_at.is_(None)
_BEFORE = event_deliveries.alias("before")
_EARLIER = and_(
    _BEFORE.c.contact_id == _D.contact_id,
    _BEFORE.c.endpoint == _D.endpoint,
    _BEFORE.c.event_id < _D.event_id,
    _BEFORE.c.done_at.is_(None),
)
_THIS = and_(_D.event_id == bindparam("this_event"), _D.endpoint == bindparam("this_endpoint"))
_DUE = (
    select(_D.event_id, _D.contact_id, _D.tries, exists().where(_EARLIER))
    .where(_D.endpoint == bindparam("endpoint"), _OPEN, _D.due_at <= bindparam("now"))
    .order_by(_D.due_at, _D.event_id)
    .limit(bindparam("most"))
    .with_for_update(of=event_deliveries, skip_locked=True)
)
_NEXT = select(_D.due_at).where(_D.endpoint == bindparam("endpoint"), _OPEN).order_by(_D.due_at).limit(1)
_CLAIM = (
    update(event_deliveries)
    .where(_THIS)
    .values(status=State.SENDING.value, tries=_D.tries + 1, due_at=bindparam("until", type_=Moment()))
)
_OF_THE_FIRST = (
    select(_BEFORE.c.due_at).where(_EARLIER).order_by(_BEFORE.c.event_id).limit(1).scalar_subquery()
)
_PUT_OFF = update(event_deliveries).where(_THIS, _OPEN).values(due_at=func.coalesce(_OF_THE_FIRST, _D.due_at))
_SETTLE = (
    update(event_deliveries)
    # Another claim has overtaken it where `tries` differ; only that the event was told counts all the same.
    .where(_THIS, _OPEN, or_(_D.tries == bindparam("its_tries"), bindparam("told")))
    .values(
        status=bindparam("new_status"),
        due_at=func.coalesce(bindparam("new_due", type_=Moment()), _D.due_at),
        error=bindparam("new_error"),
        done_at=bindparam("done", type_=Moment()),
    )
)
_RELEASE = (
    update(event_deliveries)
    .where(
        _D.endpoint == bindparam("this_endpoint"),
        _D.event_id > bindparam("this_event"),
        _D.event_id
        == select(func.min(_BEFORE.c.event_id))
        .where(
            _BEFORE.c.contact_id == bindparam("its_contact"),
            _BEFORE.c.endpoint == bindparam("this_endpoint"),
            _BEFORE.c.done_at.is_(None),
        )
        .scalar_subquery(),
        _D.status == State.WAITING.value,
        _D.due_at > bindparam("now"),
    )
    .values(due_at=bindparam("now", type_=Moment()))
)


def next_due(connection: Connection, endpoints: Sequence[str]) -> datetime | None:
    """When there may be something to claim for any of these."""
    moments = [connection.execute(_NEXT, {"endpoint": each}).scalar() for each in endpoints]
    return min((moment for moment in moments if moment is not None), default=None)


def claim(
    connection: Connection, endpoint: str, now: datetime, until: datetime, most: int
) -> tuple[list[Claimed], int]:
    """Claim what is due for an endpoint, oldest first, one of a contact; nobody else gets it before `until`.

    Looks at `most`, and tells also how many of these were put off.
    """
    due = list(connection.execute(_DUE, {"endpoint": endpoint, "now": now, "most": most}))
    claimed = [
        Claimed(event, endpoint, contact, tries + 1) for event, contact, tries, held in due if not held
    ]
    held_back = [{"this_event": row[0], "this_endpoint": endpoint} for row in due if row[3]]
    if claimed:
        connection.execute(
            _CLAIM,
            [{"this_event": one.event_id, "this_endpoint": endpoint, "until": until} for one in claimed],
        )
    if held_back:
        connection.execute(_PUT_OFF, held_back)
    return claimed, len(held_back)


def take_back(connection: Connection, now: datetime) -> None:
    """What was claimed is nobody's any more: it is due now."""
    connection.execute(
        update(event_deliveries)
        .where(_OPEN, _D.status == State.SENDING.value)
        .values(status=State.WAITING.value, due_at=now)
    )


def bury(connection: Connection, endpoint: str, now: datetime, most: int, error: str) -> int:
    """Give up what is due for an endpoint; how much that was."""
    due = _due(connection, endpoint, now, most)
    connection.execute(
        update(event_deliveries)
        .where(_D.endpoint == endpoint, _D.event_id.in_(due))
        .values(status=State.DEAD.value, done_at=now, error=error)
    )
    return len(due)


def discard(connection: Connection, endpoint: str, now: datetime, most: int) -> int:
    """Remove what is due for an endpoint where nobody listens; how much that was."""
    due = _due(connection, endpoint, now, most)
    connection.execute(delete(event_deliveries).where(_D.endpoint == endpoint, _D.event_id.in_(due)))
    return len(due)


def _due(connection: Connection, endpoint: str, now: datetime, most: int) -> list[int]:
    found = connection.execute(_DUE, {"endpoint": endpoint, "now": now, "most": most})
    return [event for event, *_ in found]


def settle(connection: Connection, changes: Iterable[Change]) -> None:
    """Write what came of these; where one is done, the next of its contact is due at once."""
    rows = [
        {
            "this_event": change.claimed.event_id,
            "this_endpoint": change.claimed.endpoint,
            "its_contact": change.claimed.contact_id,
            "its_tries": change.claimed.tries,
            "told": change.status is State.TOLD,
            "new_status": change.status.value,
            "new_due": change.due_at,
            "new_error": change.error,
            "done": change.at if change.due_at is None else None,
            "now": change.at,
        }
        for change in sorted(changes, key=lambda change: change.claimed)
    ]
    if rows:
        connection.execute(_SETTLE, rows)
    if done := [row for row in rows if row["done"] is not None]:
        connection.execute(_RELEASE, done)


def drop(connection: Connection, nobodys: Iterable[Claimed]) -> None:
    """Nobody wanted to be told: there is nothing to keep."""
    rows = [{"this_event": one.event_id, "this_endpoint": one.endpoint} for one in nobodys]
    if rows:
        connection.execute(delete(event_deliveries).where(_THIS), rows)


def again(
    connection: Connection, event_id: int, contact_id: int, endpoints: Iterable[str], now: datetime
) -> None:
    """Tell these of an event anew, or for the first time; what is under way now is left alone."""
    anew = {"status": State.WAITING.value, "due_at": now, "tries": 0, "error": None, "done_at": None}
    for endpoint in endpoints:
        statement = upsert(connection, event_deliveries).values(
            event_id=event_id, endpoint=endpoint, contact_id=contact_id, **anew
        )
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["event_id", "endpoint"], set_=anew, where=_D.status != State.SENDING.value
            )
        )


def revive(connection: Connection, endpoints: Sequence[str], now: datetime) -> int:
    """Tell these of everything that was given up; how much that was."""
    dead = update(event_deliveries).where(_D.status == spelled(State.DEAD), _D.endpoint.in_(endpoints))
    return connection.execute(
        dead.values(status=State.WAITING.value, due_at=now, tries=0, error=None, done_at=None)
    ).rowcount


def of_events(connection: Connection, events: Sequence[int]) -> dict[int, list[Delivery]]:
    """The deliveries of these events, by event."""
    columns = (_D.event_id, _D.endpoint, _D.status, _D.tries, _D.due_at, _D.error, _D.done_at)
    rows = connection.execute(
        select(*columns).where(_D.event_id.in_(events)).order_by(_D.event_id, _D.endpoint)
    )
    found: dict[int, list[Delivery]] = {event: [] for event in events}
    for row in rows:
        found[row.event_id].append(Delivery(row[0], row[1], State(row[2]), *row[3:]))
    return found


def standing(connection: Connection) -> list[Standing]:
    """How it stands with everybody for whom something is open or was given up."""
    waiting = connection.execute(
        select(_D.endpoint, func.count(), func.min(outgoing_events.c.created_at))
        .join(outgoing_events, outgoing_events.c.id == _D.event_id)
        .where(_OPEN)
        .group_by(_D.endpoint)
    )
    dead = connection.execute(
        select(_D.endpoint, func.count()).where(_D.status == spelled(State.DEAD)).group_by(_D.endpoint)
    )
    opened = {endpoint: (count, oldest) for endpoint, count, oldest in waiting}
    given_up = {row[0]: row[1] for row in dead}
    return [
        Standing(name, *opened.get(name, (0, None)), given_up.get(name, 0))
        for name in sorted(opened.keys() | given_up.keys())
    ]


def off(connection: Connection) -> dict[str, Off]:
    """The endpoints that want nothing more, by name."""
    rows = connection.execute(select(endpoints_off))
    return {row.endpoint: Off(row.url, row.since, row.reason) for row in rows}


def switch_off(connection: Connection, endpoint: str, state: Off) -> None:
    """An endpoint wants nothing more at this address."""
    statement = upsert(connection, endpoints_off).values(endpoint=endpoint, **state._asdict())
    connection.execute(statement.on_conflict_do_update(index_elements=["endpoint"], set_=state._asdict()))


def switch_on(connection: Connection, endpoint: str) -> bool:
    """It is told of events again; whether it was off."""
    found = connection.execute(delete(endpoints_off).where(endpoints_off.c.endpoint == endpoint))
    return found.rowcount > 0
