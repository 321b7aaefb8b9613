"""Conversations: the live ones of a contact, those whose clock is due, and lists for people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.sql.elements import ColumnElement

from convo.store import talks
from convo.store.bulk import insert_rows, update_rows
from convo.store.rows import Lookup, Statement
from convo.store.tables import contacts, conversations, spelled

ENDED, LIVE = "ended", "live"
RUNNING = (LIVE, "calling", "handed_off")  # one at a time; others wait behind it, or were suspended


class Stored(NamedTuple):
    """A conversation as it is stored: the columns in their order, the session's values as JSON."""

    id: int
    contact_id: int
    number: str
    brand: str
    flow: str
    version: str
    key: str | None
    status: str
    status_at: datetime  # since when
    state: str
    visit: int
    clock_from: datetime | None
    outcome: str | None
    queue: str | None
    trouble: str | None
    vars: dict[str, Any]
    progress: dict[str, Any]
    wake_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    campaign_id: int | None  # that began it
    contact: str
    language: str | None
    timezone: str | None  # the contact's own, where it is known
    tags: list[str] | None  # the contact's


_SELECT = select(
    conversations,
    contacts.c.number.label("contact"),
    contacts.c.language,
    contacts.c.timezone,
    contacts.c.tags,
).join(contacts, contacts.c.id == conversations.c.contact_id)

_ALIVE = conversations.c.status != spelled(ENDED)
_OF_CONTACTS = Lookup(_SELECT.where(_ALIVE), conversations.c.contact_id)
_DUE_CONTACTS = (
    select(contacts.c.id)
    .join(conversations, contacts.c.id == conversations.c.contact_id)
    .where(conversations.c.wake_at.is_not(None), conversations.c.wake_at <= bindparam("now"))
    .order_by(conversations.c.wake_at)
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True)
)
_DUE = _SELECT.where(
    conversations.c.contact_id.in_(bindparam("contacts", expanding=True)),
    conversations.c.wake_at.is_not(None),
    conversations.c.wake_at <= bindparam("now"),
).order_by(conversations.c.wake_at)
_BY_ID = _SELECT.where(conversations.c.id.in_(bindparam("ids", expanding=True)))
_LAST_ENDED = Statement(
    _SELECT.where(
        conversations.c.contact_id == bindparam("contact_id"),
        conversations.c.number == bindparam("number"),
        conversations.c.ended_at > bindparam("since"),
        conversations.c.state != "",
    )
    .order_by(conversations.c.ended_at.desc(), conversations.c.id.desc())
    .limit(1),
    "contact_id",
    "number",
    "since",
)
_LATEST = Statement(
    _SELECT.where(contacts.c.number == bindparam("contact"), conversations.c.number == bindparam("number"))
    .order_by(
        conversations.c.status.in_([spelled(status) for status in RUNNING]).desc(),
        conversations.c.ended_at.desc(),
        conversations.c.id.desc(),
    )
    .limit(1),
    "contact",
    "number",
)
_COLUMNS = tuple(column.name for column in conversations.c)
_CHANGING = tuple(
    _COLUMNS.index(name)
    for name in (
        "version",
        "status",
        "status_at",
        "state",
        "visit",
        "clock_from",
        "outcome",
        "queue",
        "trouble",
        "vars",
        "progress",
        "wake_at",
        "ended_at",
    )
)


def alive(connection: Connection, contact_ids: Iterable[int]) -> list[Stored]:
    """The conversations of these contacts that have not ended. Their contacts are locked."""
    return list(map(Stored._make, _OF_CONTACTS.rows(connection, sorted(set(contact_ids)))))


def lock_due(connection: Connection, now: datetime, most: int) -> list[int]:
    """Lock contacts who have a conversation to be woken; the rows of those nobody else holds."""
    return list(connection.execute(_DUE_CONTACTS, {"now": now, "most": most}).scalars())


def due(connection: Connection, contact_ids: Sequence[int], now: datetime) -> list[Stored]:
    """The conversations of these locked contacts whose clock is due."""
    rows = connection.execute(_DUE, {"contacts": sorted(set(contact_ids)), "now": now})
    return [_stored(row) for row in rows]


def by_ids(connection: Connection, numbers: Iterable[int]) -> list[Stored]:
    """These conversations, by row number."""
    return [_stored(row) for row in connection.execute(_BY_ID, {"ids": sorted(set(numbers))})]


def by_key(connection: Connection, key: str) -> Stored | None:
    """The conversation that was started with this idempotency key."""
    row = connection.execute(_SELECT.where(conversations.c.key == key)).one_or_none()
    return _stored(row) if row else None


def insert(connection: Connection, new: Sequence[Stored]) -> None:
    """Write new conversations."""
    insert_rows(connection, conversations, _COLUMNS, (one[: len(_COLUMNS)] for one in new))


def save(connection: Connection, changed: Iterable[tuple[Stored, Stored]]) -> None:
    """Write what changed from the first to the second of each pair.

    Columns that stay are left out: naming one in an UPDATE writes its indexes anew.
    """
    sorts: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for before, after in changed:
        places = [place for place in _CHANGING if before[place] != after[place]]
        if places:
            columns = tuple([_COLUMNS[place] for place in places])
            row = (*[after[place] for place in places], after.id)
            sorts.setdefault(columns, []).append(row)
    for columns, rows in sorts.items():
        update_rows(connection, conversations, columns, rows)


def stop(
    connection: Connection,
    brand: str,
    numbers: Collection[str],
    contact_id: int,
    outcome: str,
    now: datetime,
) -> list[tuple[Stored, Stored]]:
    """End whatever this contact has running with this brand, whatever its flow says; before and after.

    Also what began with its numbers under another name.
    """
    steps = [
        (one, _ended(one, outcome, now))
        for one in sorted(alive(connection, [contact_id]), key=lambda one: one.id)
        if one.brand == brand or one.number in numbers
    ]
    talks.changed(connection, steps)
    save(connection, steps)
    return steps


def _ended(one: Stored, outcome: str, now: datetime) -> Stored:
    return one._replace(status=ENDED, status_at=now, outcome=outcome, wake_at=None, ended_at=now, queue=None)


def listed(connection: Connection, contact: str | None, after: int, most: int) -> list[Stored]:
    """Conversations by row number, from after `after` on; of one contact, or of everyone."""
    statement = _SELECT.where(conversations.c.id > after).order_by(conversations.c.id).limit(most)
    if contact is not None:
        statement = statement.where(contacts.c.number == contact)
    return [_stored(row) for row in connection.execute(statement)]


def last_ended(connection: Connection, contact_id: int, number: str, since: datetime) -> Stored | None:
    """The last conversation between these two that began, if it ended after `since`."""
    found = _LAST_ENDED.rows(connection, contact_id, number, since)
    return _stored(found[0]) if found else None


def latest(connection: Connection, contact: str, number: str) -> Stored | None:
    """The conversation that runs between two numbers, else the one that ended last."""
    found = _LATEST.rows(connection, contact, number)
    return _stored(found[0]) if found else None


def next_wake(connection: Connection) -> datetime | None:
    """When the next conversation is to be woken."""
    return connection.execute(
        select(conversations.c.wake_at)
        .where(conversations.c.wake_at.is_not(None))
        .order_by(conversations.c.wake_at)
        .limit(1)
    ).scalar()


def _stored(row: Any) -> Stored:
    return Stored._make(row)


def chosen(
    connection: Connection,
    contact: str | None,
    after: int,
    most: int,
    *,
    status: str | None = None,
    queue: str | None = None,
    flow: str | None = None,
) -> list[Stored]:
    """Like `listed`, of one status, with one queue of people, or of one flow."""
    number: ColumnElement[int] = conversations.c.id
    of_flow: ColumnElement[str] = conversations.c.flow
    wanted = []
    if status is not None:
        wanted.append(conversations.c.status == status)
        if status not in (ENDED, LIVE):
            # Few are: the index of the open ones finds them, and not a walk through the whole history.
            number = conversations.c.id + 0
            of_flow = conversations.c.flow + ""
            wanted.append(_ALIVE)
    if queue is not None:
        wanted.append(conversations.c.queue == queue)
    if flow is not None:
        wanted.append(of_flow == flow)
    if contact is not None:
        wanted.append(contacts.c.number == contact)
    statement = _SELECT.where(number > after, *wanted).order_by(number).limit(most)
    return [_stored(row) for row in connection.execute(statement)]


def of_flow(connection: Connection, flow: str, version: str | None = None) -> list[Stored]:
    """The conversations of a flow that have not ended, in every version or in one."""
    # The index of the open ones finds them, whatever the flow's history is.
    statement = _SELECT.where(_ALIVE, conversations.c.flow + "" == flow).order_by(conversations.c.id + 0)
    if version is not None:
        statement = statement.where(conversations.c.version == version)
    return [_stored(row) for row in connection.execute(statement)]


def last_of_flow(connection: Connection, flow: str, most: int) -> list[int]:
    """The row numbers of the conversations of a flow that ended last, the newest first."""
    return list(
        connection.execute(
            select(conversations.c.id)
            .where(conversations.c.flow == flow, conversations.c.status == ENDED, conversations.c.state != "")
            .order_by(conversations.c.ended_at.desc(), conversations.c.id.desc())
            .limit(most)
        ).scalars()
    )


def before(connection: Connection, stored: Stored) -> Stored | None:
    """The conversation between the same two that had ended last when this one began."""
    row = connection.execute(
        _SELECT.where(
            conversations.c.contact_id == stored.contact_id,
            conversations.c.number == stored.number,
            conversations.c.id < stored.id,
            conversations.c.ended_at <= stored.started_at,
            conversations.c.state != "",
        )
        .order_by(conversations.c.ended_at.desc(), conversations.c.id.desc())
        .limit(1)
    ).one_or_none()
    return _stored(row) if row else None


def counted(connection: Connection) -> dict[tuple[str, str], dict[str, int]]:
    """How many conversations of each flow and version have each status."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    columns = (conversations.c.flow, conversations.c.version, conversations.c.status)
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    for flow, version, status, count in rows:
        found.setdefault((flow, version), {})[status] = count
    return found
