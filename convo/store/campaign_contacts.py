"""The contacts of campaigns: those who wait for their turn, those who are held, and what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, literal_column, select

from convo.store.bulk import add_new, update_rows
from convo.store.campaign_tables import campaign_contacts, campaigns
from convo.store.rows import Lookup
from convo.store.tables import contacts, conversations, spelled


class Turn(StrEnum):
    WAITING = "waiting"
    HELD = "held"  # by quiet hours, until `due_at`
    BEGUN = "begun"
    SKIPPED = "skipped"  # `reason` says why no conversation could begin


class Row(NamedTuple):
    """A contact to add, with what the flow is given."""

    campaign_id: int
    contact: str
    number: str  # ours
    vars: Mapping[str, Any] | None
    language: str | None
    timezone: str | None
    line: int  # of its file
    status: str = Turn.WAITING.value


class Member(NamedTuple):
    """A contact of a campaign."""

    id: int
    contact: str
    number: str
    vars: Mapping[str, Any] | None
    language: str | None
    timezone: str | None
    line: int
    status: str
    reason: str | None
    due_at: datetime | None
    conversation_id: int | None


_M = campaign_contacts.c
_SELECT = select(*(_M[name] for name in Member._fields))
_LOCKED = Lookup(select(_M.id).order_by(_M.id).with_for_update(), _M.id)
_LAST_TALKS = Lookup(
    select(conversations.c.contact_id, conversations.c.number).order_by(conversations.c.id),
    conversations.c.contact_id,
)


def add(connection: Connection, rows: Sequence[Row]) -> int:
    """Add contacts, each at most once to its campaign; how many were new."""
    return add_new(connection, campaign_contacts, Row._fields, rows)


def last(connection: Connection, campaign: int) -> int:
    """The row of the contact that was added last; 0 where there is none."""
    return connection.execute(select(func.max(_M.id)).where(_M.campaign_id == campaign)).scalar() or 0


def next_in_turn(
    connection: Connection, campaign: int, number: str, released: int, now: datetime, most: int
) -> list[Member]:
    """The contacts of one of our numbers who come next: who was held until now, then who waits."""
    mine = (_M.campaign_id == campaign, _M.number == number, _M.id <= released)
    held = _SELECT.where(*mine, _M.status == spelled(Turn.HELD), _M.due_at <= now).order_by(_M.due_at)
    found = _members(connection, held.limit(most))
    if len(found) < most:
        waiting = _SELECT.where(*mine, _M.status == spelled(Turn.WAITING)).order_by(_M.id)
        found += _members(connection, waiting.limit(most - len(found)))
    return found


def is_done(connection: Connection, campaign: int, released: int) -> bool:
    """Whether nobody waits or is held any more of those who may begin."""
    for turn in (Turn.WAITING, Turn.HELD):
        left = select(_M.id).where(_M.campaign_id == campaign, _M.id <= released, _M.status == spelled(turn))
        if connection.execute(left.limit(1)).first():
            return False
    return True


def lock(connection: Connection, rows: Iterable[int]) -> set[int]:
    """Lock these rows, whose contacts are locked; those that are still there."""
    return {row_id for (row_id,) in _LOCKED.rows(connection, sorted(rows))}


def hold(connection: Connection, until: Iterable[tuple[int, datetime]]) -> None:
    """These contacts have their turn when their quiet hours end."""
    rows = [(Turn.HELD.value, moment, number) for number, moment in until]
    update_rows(connection, campaign_contacts, ("status", "due_at"), rows)


def begun(connection: Connection, begun: Iterable[tuple[int, int]]) -> None:
    """With these contacts a conversation has begun: (row, conversation)."""
    rows = [(Turn.BEGUN.value, conversation, number) for number, conversation in begun]
    update_rows(connection, campaign_contacts, ("status", "conversation_id"), rows)


def skip(connection: Connection, skipped: Iterable[tuple[int, str]]) -> None:
    """With these contacts none could begin: (row, reason)."""
    rows = [(Turn.SKIPPED.value, reason, number) for number, reason in skipped]
    update_rows(connection, campaign_contacts, ("status", "reason"), rows)


def listed(
    connection: Connection,
    campaign: int,
    after: int,
    most: int,
    *,
    status: str | None = None,
    contact: str | None = None,
) -> list[Member]:
    """The contacts of a campaign by row, from row `after` on."""
    statement = _SELECT.where(_M.campaign_id == campaign, _M.id > after).order_by(_M.id).limit(most)
    if status is not None:
        statement = statement.where(_M.status == status)
    if contact is not None:
        statement = statement.where(_M.contact == contact)
    return _members(connection, statement)


def places(connection: Connection, contact: str) -> list[tuple[int, Member]]:
    """The places of a contact in campaigns, each with the campaign's number."""
    # By campaign and contact there is an index, and none by contact alone.
    found = _SELECT.add_columns(_M.campaign_id).where(
        _M.campaign_id.in_(select(campaigns.c.id)), _M.contact == contact
    )
    return [(row[-1], Member._make(row[:-1])) for row in connection.execute(found.order_by(_M.id))]


def to_come(connection: Connection, campaign: int) -> dict[str, int]:
    """How many contacts have their turn still to come, by our number."""
    found: dict[str, int] = {}
    for turn in (Turn.WAITING, Turn.HELD):  # each has an index of its own, which says it all
        left = select(_M.number, func.count()).where(_M.campaign_id == campaign, _M.status == spelled(turn))
        for number, count in connection.execute(left.group_by(_M.number)):
            found[number] = found.get(number, 0) + count
    return found


def beginnings(connection: Connection, campaign: int, length: int) -> dict[tuple[str, str], int]:
    """The same, by our number and so many signs of the contact's."""
    found: dict[tuple[str, str], int] = {}
    begin = func.substr(_M.contact, 1, literal_column(str(length)))
    for turn in (Turn.WAITING, Turn.HELD):
        left = select(_M.number, begin, func.count()).where(
            _M.campaign_id == campaign, _M.status == spelled(turn)
        )
        for number, begins, count in connection.execute(left.group_by(_M.number, begin)):
            found[number, begins] = found.get((number, begins), 0) + count
    return found


def spread(connection: Connection, campaign: int, number: str, after: int, most: int) -> list[Member]:
    """At most so many of those who wait for their turn from one of our numbers, from row `after` on.

    All of them, or as many as are evenly spread over their lists, with the first one.
    """
    mine = (_M.campaign_id == campaign, _M.number == number, _M.status == spelled(Turn.WAITING))
    waiting = _SELECT.where(*mine).order_by(_M.id)
    found = _members(connection, waiting.where(_M.id > after).limit(most + 1))
    if len(found) <= most:
        return found
    last = connection.execute(select(func.max(_M.id)).where(*mine)).scalar_one()
    first = found[0].id
    found = found[:1]
    for place in range(1, most):
        least = max(found[-1].id + 1, first + (last - first) * place // most)
        found += _members(connection, waiting.where(_M.id >= least).limit(1))
    return found


def last_numbers(connection: Connection, contact_ids: Sequence[int]) -> dict[int, list[str]]:
    """Our numbers that these contacts have talked to, the latest last."""
    found: dict[int, list[str]] = {}
    for contact_id, number in _LAST_TALKS.rows(connection, contact_ids):
        found.setdefault(contact_id, []).append(number)
    return found


def rows_of(connection: Connection, numbers: Iterable[str]) -> dict[str, int]:
    """The rows of those of these contacts that are known, by number."""
    return dict(_ROWS.rows(connection, sorted(set(numbers))))


_ROWS = Lookup(select(contacts.c.number, contacts.c.id), contacts.c.number)


def _members(connection: Connection, statement: Select[Any]) -> list[Member]:
    return [Member._make(row) for row in connection.execute(statement)]
