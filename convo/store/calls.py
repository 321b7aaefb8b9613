"""Calls that conversations wait for: those that are due, claims of them, and what came of them.

`due_at` is when a call is to be tried next; of one that is being tried, when somebody else may.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, or_, select, update

from convo.store.tables import calls, contacts, conversations


@dataclass(frozen=True, slots=True)
class Draft:
    """A call to make, as soon as its conversation is written."""

    conversation_id: int
    contact_id: int
    visit: int
    depth: int  # of flows that began one another before it without waiting
    answers: bool  # a text of the contact led to it
    what: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Pending:
    """A call without an outcome; `tries` tells one claim of it from the next."""

    id: int
    conversation_id: int
    contact_id: int
    visit: int
    depth: int
    answers: bool
    what: Mapping[str, Any]
    key: str | None
    tries: int


_DUE = and_(
    calls.c.due_at.is_not(None),
    or_(calls.c.due_at <= bindparam("now"), calls.c.lease_until <= bindparam("leases_until")),
)
_CONTACTS = (
    select(contacts.c.id)
    .join(calls, calls.c.contact_id == contacts.c.id)
    .where(_DUE)
    .order_by(calls.c.due_at, calls.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True)
)
_SELECT = select(
    calls.c.id,
    calls.c.conversation_id,
    calls.c.contact_id,
    calls.c.visit,
    calls.c.depth,
    calls.c.answers,
    calls.c.what,
    calls.c.key,
    calls.c.tries,
)
_READY = _SELECT.where(calls.c.contact_id.in_(bindparam("contacts", expanding=True)), _DUE).order_by(
    calls.c.due_at, calls.c.id
)
_CLAIM = (
    update(calls)
    .where(calls.c.id == bindparam("row_id"))
    .values(
        key=bindparam("new_key"),
        tries=calls.c.tries + 1,
        due_at=bindparam("until"),
        lease_until=bindparam("until"),
    )
)


def add(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Keep these calls; they are due at once."""
    rows = [
        {
            "conversation_id": one.conversation_id,
            "contact_id": one.contact_id,
            "visit": one.visit,
            "depth": one.depth,
            "answers": one.answers,
            "what": dict(one.what),
            "tries": 0,
            "due_at": one.created_at,
            "created_at": one.created_at,
        }
        for one in drafts
    ]
    if rows:
        connection.execute(insert(calls), rows)


def drop(connection: Connection, conversation_ids: Iterable[int]) -> None:
    """Nobody waits any more for what these conversations called."""
    numbers = sorted(set(conversation_ids))
    if numbers:
        connection.execute(delete(calls).where(calls.c.conversation_id.in_(numbers)))


def lock_due(connection: Connection, now: datetime, most: int, *, leases_until: datetime) -> list[int]:
    """Lock contacts for whom a call is due and whom nobody else holds; their rows.

    Leases that end by `leases_until` belong to processes that died.
    """
    values = {"now": now, "leases_until": leases_until, "most": most}
    return sorted(set(connection.execute(_CONTACTS, values).scalars()))


def due(
    connection: Connection, contact_ids: Sequence[int], now: datetime, *, leases_until: datetime
) -> list[Pending]:
    """The calls that are due for these locked contacts, the longest due first."""
    if not contact_ids:
        return []
    values = {"contacts": list(contact_ids), "now": now, "leases_until": leases_until}
    return [Pending(*row) for row in connection.execute(_READY, values)]


def claim(connection: Connection, claims: Iterable[tuple[int, str, datetime]]) -> None:
    """These calls, each with its key, are being tried by us until the moment that is said."""
    rows = [{"row_id": number, "new_key": key, "until": until} for number, key, until in claims]
    if rows:
        connection.execute(_CLAIM, rows)


def by_ids(connection: Connection, numbers: Iterable[int]) -> dict[int, Pending]:
    """Those of these calls that have no outcome yet, by row number."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    found = connection.execute(_SELECT.where(calls.c.id.in_(wanted), calls.c.due_at.is_not(None)))
    return {row[0]: Pending(*row) for row in found}


def again(connection: Connection, number: int, at: datetime) -> None:
    """A try of this call failed; it is due again at `at`."""
    connection.execute(update(calls).where(calls.c.id == number).values(due_at=at, lease_until=None))


def keep(connection: Connection, number: int, outcome: str) -> None:
    """The outcome of a call whose conversation is suspended."""
    values = {"due_at": None, "lease_until": None, "outcome": outcome}
    connection.execute(update(calls).where(calls.c.id == number).values(values))


def outcome(connection: Connection, conversation_id: int) -> str | None:
    """The outcome that was kept while this conversation was suspended."""
    found = select(calls.c.outcome).where(
        calls.c.conversation_id == conversation_id, calls.c.outcome.is_not(None)
    )
    kept: str | None = connection.execute(found).scalar()
    return kept


def under_way(connection: Connection, number: str, most: int) -> int:
    """How many calls of conversations with a number of ours have no outcome yet; at most `most`."""
    found = (
        select(calls.c.id)
        .join(conversations, conversations.c.id == calls.c.conversation_id)
        .where(calls.c.due_at.is_not(None), conversations.c.number == number)
        .limit(most)
        .subquery()
    )
    return connection.execute(select(func.count()).select_from(found)).scalar_one()


def next_due(connection: Connection) -> datetime | None:
    """When a call is to be tried next, or taken over from whoever tries it and may have died."""
    moment: datetime | None = connection.execute(
        select(calls.c.due_at).where(calls.c.due_at.is_not(None)).order_by(calls.c.due_at).limit(1)
    ).scalar()
    return moment
