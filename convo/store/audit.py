"""Whether the books balance: statements that find what should not be, a stretch of rows at a time.

Each of them sees one moment of the database, and asks only what holds at every moment; so all of it works
beside processes that serve. What is sorted as a whole, the database sorts on disk where it has to.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, case, exists, func, literal, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from convo.keywords import KeywordKind
from convo.messages import Direction, Kind, Status
from convo.store.consent import LATE
from convo.store.consent_tables import consent_entries
from convo.store.queue import Action
from convo.store.reports import Why
from convo.store.tables import (
    ERASED,
    contacts,
    conversations,
    decisions,
    messages,
    receipts,
    reports,
    spelled,
)

_M = messages.c


class Wrong(NamedTuple):
    """A row that should not be like this."""

    code: str
    id: int | str
    about: str | None = None  # what belongs to it


class Stretch(NamedTuple):
    """Rows whose number is over `after`, up to `until`."""

    after: int
    until: int

    def of(self, column: Any) -> ColumnElement[bool]:
        return and_(column > self.after, column <= self.until)


def ends(connection: Connection, column: Any) -> tuple[int, int]:
    """The lowest and the highest number in a column; 1 and 0 where there is none."""
    # A statement for each: so each of them is one look into the index.
    first, last = (connection.execute(select(end(column))).scalar() for end in (func.min, func.max))
    return first or 1, last or 0


def counts(connection: Connection, stretch: Stretch) -> list[tuple[str, str, int]]:
    """How many messages there are, by direction and status."""
    rows = connection.execute(
        select(_M.direction, _M.status, func.count())
        .where(stretch.of(_M.id))
        .group_by(_M.direction, _M.status)
    )
    return [(direction, status, count) for direction, status, count in rows]


def standings(connection: Connection, stretch: Stretch) -> list[Wrong]:
    """Texts of ours whose status is not borne out, and texts of contacts that nobody delivered."""
    settled_by_hand = exists().where(
        decisions.c.message_id == _M.id, decisions.c.action == Action.ACCEPTED.value
    )
    delivered = exists().where(receipts.c.provider_id == _M.provider_id, receipts.c.account == _M.account)
    ours = _M.direction == Direction.OUT.value
    code = case(
        (and_(not_(ours), not_(delivered)), "not_delivered"),
        (not_(ours), None),
        (_M.status.not_in([each.value for each in Status]), "unknown_status"),
        (and_(_is(Status.FAILED, Status.UNCERTAIN, Status.WITHDRAWN), _M.reason.is_(None)), "no_reason"),
        (
            and_(_is(Status.SENT, Status.DELIVERED), _M.provider_id.is_(None), not_(settled_by_hand)),
            "accepted_by_nobody",
        ),
        (and_(_is(Status.QUEUED), _M.due_at.is_(None)), "never_due"),
        (and_(_is(Status.SENDING), _M.lease_until.is_(None)), "claimed_for_ever"),
        else_=None,
    )
    rows = connection.execute(
        select(code, _M.id, _M.status).where(stretch.of(_M.id), code.is_not(None)).order_by(_M.id)
    )
    return [Wrong(*row) for row in rows]


def twice(connection: Connection, most: int) -> list[Wrong]:
    """Texts that were taken twice from a provider, or have one name there."""
    found = []
    for direction, code in ((Direction.IN, "processed_twice"), (Direction.OUT, "one_name_for_two")):
        rows = connection.execute(
            select(func.max(_M.id), func.min(_M.id))
            .where(_M.direction == spelled(direction), _M.provider_id.is_not(None))
            .group_by(_M.provider_id, _M.account)
            .having(func.count() > 1)
            .limit(most)
        )
        found += [Wrong(code, later, f"message {earlier}") for later, earlier in rows]
    return found


def unprocessed(connection: Connection, most: int) -> list[Wrong]:
    """Deliveries that were acknowledged as texts, and of which no text was made.

    Older ones than the oldest message are left alone: their messages may be archived.
    """
    oldest = select(_M.created_at).order_by(_M.id).limit(1).scalar_subquery()
    acknowledged = select(receipts.c.provider_id, receipts.c.account).where(
        receipts.c.error.is_(None), receipts.c.received_at >= oldest, receipts.c.raw != ERASED
    )
    taken = select(_M.provider_id, _M.account).where(_M.direction == Direction.IN.value)
    rows = connection.execute(acknowledged.except_(taken).limit(most))
    return [Wrong("not_processed", name, f"account {account}") for name, account in rows]


def overtaken(connection: Connection, stretch: Stretch) -> list[Wrong]:
    """Texts of a stretch of contacts that were tried before an earlier one of their conversation was."""
    tried = (
        select(
            _M.id,
            _M.first_tried_at,
            _M.created_at,
            _before(_M.id).label("earlier"),
            _before(_M.first_tried_at).label("earlier_tried"),
            _before(_M.created_at).label("earlier_created"),
        )
        .where(
            stretch.of(_M.contact_id),
            _M.direction == Direction.OUT.value,
            _M.kind == Kind.TEXT.value,
            _M.conversation_id.is_not(None),
            _M.first_tried_at.is_not(None),
        )
        .subquery()
    )
    rows = connection.execute(
        select(tried.c.id, tried.c.earlier).where(
            tried.c.first_tried_at < tried.c.earlier_tried,
            tried.c.created_at >= tried.c.earlier_created,  # else a clock was set back
        )
    )
    return [Wrong("overtaken", later, f"message {earlier}") for later, earlier in rows]


def _before(column: Any) -> ColumnElement[Any]:
    """This column of the text before in the conversation."""
    return func.lag(column).over(partition_by=_M.conversation_id, order_by=_M.id)


def after_stop(connection: Connection, stretch: Stretch) -> Sequence[Any]:
    """Texts that were tried first after a STOP of the ledger, and before a START: `id, tried, entry, at`.

    Without those of an import, whose moments are another system's.
    """
    stop, start = consent_entries.alias("stop"), consent_entries.alias("start")
    back = exists().where(
        start.c.brand == stop.c.brand,
        start.c.contact == stop.c.contact,
        start.c.action == KeywordKind.START.value,
        start.c.id > stop.c.id,
        start.c.at <= _M.first_tried_at,
    )
    return connection.execute(
        select(_M.id, _M.first_tried_at.label("tried"), stop.c.id.label("entry"), stop.c.at.label("at"))
        .select_from(stop)
        .join(contacts, contacts.c.number == stop.c.contact)
        .join(messages, _M.contact_id == contacts.c.id)
        .where(
            stretch.of(stop.c.id),
            stop.c.action == KeywordKind.STOP.value,
            stop.c.actor != "import",
            stop.c.rule != LATE,  # they had come back by then
            _M.direction == Direction.OUT.value,
            _M.kind == Kind.TEXT.value,
            _M.brand == stop.c.brand,
            _M.first_tried_at > stop.c.at,
            not_(back),
        )
    ).all()


def ended(connection: Connection, stretch: Stretch) -> list[Wrong]:
    """Conversations that have ended and would still be woken, or do not say when."""
    over = conversations.c.status == "ended"
    wrong = or_(conversations.c.wake_at.is_not(None), conversations.c.ended_at.is_(None))
    rows = connection.execute(
        select(literal("not_quite_ended"), conversations.c.id).where(
            stretch.of(conversations.c.id), over, wrong
        )
    )
    return [Wrong(*row) for row in rows]


def unjoined(connection: Connection, most: int) -> list[Wrong]:
    """Reports that wait although their message is known."""
    rows = connection.execute(
        select(reports.c.id, _M.id)
        .join(messages, and_(_M.provider_id == reports.c.provider_id, _M.account == reports.c.account))
        .where(_M.direction == spelled(Direction.OUT), reports.c.why == Why.UNKNOWN.value)
        .limit(most)
    )
    return [Wrong("report_not_joined", report, f"message {message}") for report, message in rows]


def newest(connection: Connection) -> tuple[int, datetime] | None:
    """The last message, and when it was stored."""
    row = connection.execute(select(_M.id, _M.created_at).order_by(_M.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def _is(*statuses: Status) -> ColumnElement[bool]:
    return _M.status.in_([each.value for each in statuses])
