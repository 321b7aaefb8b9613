"""What rows count for: a count is the sum of what its rows count for as they are now.

A transaction that changes a row adds the difference to `insight_delta`, which is folded into `insight`
later; both are read. So nobody waits for a count, and a report that comes twice, late or in the wrong order
changes nothing that it should not.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import phonenumbers
from sqlalchemy import Connection, delete, func, select, text

from convo.messages import Direction, Status
from convo.store.bulk import insert_rows
from convo.store.insight_tables import insight_deltas, insights
from convo.store.rows import upsert

MOST_FOLDED = 20_000  # rows in one transaction
_HOUR = timedelta(hours=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FOLDING = {"key": 0x636F6E7670}  # beside that of the schema, for pg_try_advisory_xact_lock


class Figure(StrEnum):
    """What is counted; docs/insights.md says what each means. In brackets: the label."""

    RECEIVED = "received"
    SEGMENTS_IN = "segments_in"
    SENT = "sent"
    SEGMENTS_OUT = "segments_out"  # (the country's calling code)
    DELIVERED = "delivered"
    FAILED = "failed"  # (the reason)
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"  # (the reason)
    STARTED = "started"
    REACHED = "reached"  # by state
    ENDED = "ended"  # by state (the outcome)
    ASKED = "asked"
    ANSWERED = "answered"
    ANSWER_TIME = "answer_time"  # (the end of its bucket, in seconds)
    HANDED = "handed"
    PERSON_ANSWERED = "person_answered"
    PERSON_TIME = "person_time"  # (the end of its bucket, in seconds)
    OPT_OUTS = "opt_outs"


# Ends of buckets in seconds; what takes longer than the last is in one of its own, which has none.
BUCKETS = (
    1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800, 2700, 3600, 5400,
    7200, 10800, 14400, 21600, 28800, 43200, 64800, 86400, 129600, 172800, 259200, 432000, 604800, 1209600,
)  # fmt: skip
LONGER = "longer"


class Place(NamedTuple):
    """Where a count belongs."""

    hour: int
    number: str
    flow: str = ""
    version: str = ""
    campaign: str = ""
    variant: str = ""
    language: str = ""


Fact = tuple[str, str, str]  # a figure, the state that it is about, and its label; '' for none
Where = tuple[Any, ...]  # a Place; the hot line has it as a plain tuple
Counts = Counter[tuple[Where, Fact]]
_COLUMNS = (*Place._fields, "figure", "state", "label", "archived", "value")
_KEY = _COLUMNS[:-1]


class Text(NamedTuple):
    """A message, as far as it counts."""

    direction: str
    number: str
    contact: str
    segments: int
    status: str
    reason: str | None
    state: str | None
    created_at: datetime
    sent_at: datetime | None


class Received(Protocol):
    """A text of a contact, as far as it counts."""

    @property
    def number(self) -> str: ...
    @property
    def segments(self) -> int: ...
    @property
    def created_at(self) -> datetime: ...


@lru_cache(maxsize=1024)  # the rows of a transaction share its moments
def hour_of(moment: datetime) -> int:
    """The hour of a moment, since 1970."""
    return (moment - _EPOCH) // _HOUR


def count_text(counts: Counts, said: Text, place: Where, times: int = 1) -> None:
    """Count a message, or with -1 no more; `place` is that of its conversation.

    A text that left counts in the hour in which it did, any other in that in which it was stored.
    """
    if said.direction == Direction.IN:
        count_received(counts, said, place, times)
        return
    place = (hour_of(said.sent_at or said.created_at), said.number, *place[2:])
    state = said.state or ""
    if said.sent_at is not None:
        counts[place, (Figure.SENT.value, state, "")] += times
        code = calling_code(said.contact)
        counts[place, (Figure.SEGMENTS_OUT.value, state, code)] += said.segments * times
    if (figure := _OF_STATUS.get(said.status)) is not None:
        label = said.reason or "" if figure in (Figure.FAILED, Figure.WITHDRAWN) else ""
        counts[place, (figure.value, state, label)] += times


def count_received(counts: Counts, said: Received, place: Where, times: int = 1) -> None:
    """Count a text of a contact, or with -1 no more."""
    place = (hour_of(said.created_at), said.number, *place[2:])
    counts[place, _RECEIVED] += times
    counts[place, _SEGMENTS_IN] += said.segments * times


# As plain words: the hash of an enum's is worked out in Python.
_RECEIVED: Fact = (Figure.RECEIVED.value, "", "")
_SEGMENTS_IN: Fact = (Figure.SEGMENTS_IN.value, "", "")
_OF_STATUS: Mapping[str, Figure] = {
    Status.DELIVERED.value: Figure.DELIVERED,
    Status.FAILED.value: Figure.FAILED,
    Status.UNCERTAIN.value: Figure.UNCERTAIN,
    Status.WITHDRAWN.value: Figure.WITHDRAWN,
}


def calling_code(number: str) -> str:
    """The country's calling code of an E.164 number; '' for what has none (ITU-T E.164, "Country code")."""
    for length in (1, 2, 3):
        if (code := number[1 : 1 + length]) in _CODES:
            return code
    return ""


_CODES: Collection[str] = frozenset(map(str, phonenumbers.COUNTRY_CODE_TO_REGION_CODE))


def bucket(since: datetime, until: datetime) -> str:
    """The end of the bucket of a span, in seconds; what is no span at all is in the first."""
    place = bisect_left(BUCKETS, (until - since).total_seconds())
    return str(BUCKETS[place]) if place < len(BUCKETS) else LONGER


def add(connection: Connection, counts: Counts, *, archived: bool = False) -> None:
    """Add these to what was counted, once this transaction is committed."""
    rows = [(*place, *fact, archived, value) for (place, fact), value in counts.items() if value]
    if rows:
        insert_rows(connection, insight_deltas, _COLUMNS, rows)


def fold(connection: Connection) -> int:
    """Fold what was added into the counts, some of it; how many rows. One process at a time does."""
    if connection.dialect.name == "postgresql":
        alone = connection.execute(text("SELECT pg_try_advisory_xact_lock(:key)"), _FOLDING).scalar()
        if not alone:
            return 0
    # By their numbers and not up to one: a lower one may be committed after a higher.
    wanted = select(insight_deltas.c.id).order_by(insight_deltas.c.id).limit(MOST_FOLDED)
    columns = [insight_deltas.c[name] for name in _COLUMNS]
    gone = delete(insight_deltas).where(insight_deltas.c.id.in_(wanted)).returning(*columns)
    rows = connection.execute(gone).all()
    sums: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        sums[row[:-1]] += row[-1]
    keep(connection, sums)
    return len(rows)


def keep(connection: Connection, sums: Mapping[tuple[Any, ...], int]) -> None:
    """Add these to the counts themselves: by place, fact and whether it is archived."""
    rows = [dict(zip(_COLUMNS, (*key, value), strict=True)) for key, value in sorted(sums.items()) if value]
    if rows:
        statement = upsert(connection, insights)
        total = insights.c.value + statement.excluded.value
        connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_={"value": total}), rows)


def waits(connection: Connection) -> bool:
    """Whether there is anything to fold."""
    return connection.execute(select(insight_deltas.c.id).limit(1)).first() is not None


def lock(connection: Connection) -> None:
    """Keep everybody else from counting until this transaction ends; SQLite has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), _FOLDING)
        connection.execute(text("LOCK TABLE talk, insight, insight_delta IN SHARE ROW EXCLUSIVE MODE"))


def take_back(connection: Connection) -> None:
    """Count nothing any more but what is archived, once `settle` is called: for a recount, under `lock`."""
    while fold(connection):
        pass
    kept = select(*(insights.c[name] for name in _KEY), -insights.c.value).where(~insights.c.archived)
    connection.execute(insight_deltas.insert().from_select(_COLUMNS, kept))


def settle(connection: Connection) -> tuple[int, int]:
    """Fold in all that was added, however much it is; how many counts changed, and how many there are."""
    columns, total = [insight_deltas.c[name] for name in _KEY], func.sum(insight_deltas.c.value)
    sums = select(*columns, total).group_by(*columns).having(total != 0)
    changed = connection.execute(select(func.count()).select_from(sums.subquery())).scalar_one()
    statement = upsert(connection, insights).from_select(_COLUMNS, sums)
    value = insights.c.value + statement.excluded.value
    connection.execute(statement.on_conflict_do_update(index_elements=_KEY, set_={"value": value}))
    connection.execute(delete(insight_deltas))
    connection.execute(delete(insights).where(insights.c.value == 0))
    return changed, connection.execute(select(func.count()).select_from(insights)).scalar_one()
