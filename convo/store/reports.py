"""Delivery reports whose message is not known here: it may become known, or they are dropped after days."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, delete, func, select

from convo.messages import Reason, Status
from convo.store.tables import reports

MOST_DROPPED = 500  # at a time


class Why(StrEnum):
    """Why a report could not be joined."""

    UNKNOWN = "unknown"  # no message has this id; its send may not be settled yet
    OTHER_ACCOUNT = "other_account"  # it names a message of ours that left through another account
    OTHER_CONTACT = "other_contact"  # the message with this id went to somebody else


_EARLY = (
    select(reports).where(reports.c.provider_id.in_(bindparam("ids", expanding=True))).order_by(reports.c.id)
)


@dataclass(frozen=True, slots=True)
class Early:
    """A report that waits for its message."""

    account: str
    provider_id: str
    status: Status
    reason: Reason | None
    at: datetime
    why: Why = Why.UNKNOWN


def keep(connection: Connection, early: Sequence[Early], now: datetime) -> None:
    """Keep these until the send that they speak of is settled, or they are dropped."""
    if early:
        connection.execute(
            reports.insert(),
            [
                {
                    "account": report.account,
                    "provider_id": report.provider_id,
                    "status": report.status.value,
                    "reason": report.reason.value if report.reason else None,
                    "at": report.at,
                    "kept_at": now,
                    "why": report.why.value,
                }
                for report in early
            ],
        )


def take(connection: Connection, sent: Collection[tuple[str, str]]) -> list[Early]:
    """The reports that wait for these messages (account, provider id); they wait no longer."""
    if not sent:
        return []
    found = connection.execute(_EARLY, {"ids": [provider_id for _, provider_id in sent]})
    rows = [row for row in found if (row.account, row.provider_id) in sent]
    if rows:
        connection.execute(delete(reports).where(reports.c.id.in_([row.id for row in rows])))
    return [
        Early(
            row.account,
            row.provider_id,
            Status(row.status),
            Reason(row.reason) if row.reason else None,
            row.at,
            Why(row.why),
        )
        for row in rows
    ]


def drop(connection: Connection, before: datetime) -> int:
    """Drop reports that were kept before then, some hundred at a time; how many."""
    old = select(reports.c.id).where(reports.c.kept_at < before).order_by(reports.c.kept_at)
    # What another process drops at this moment is left to it.
    some = old.limit(MOST_DROPPED).with_for_update(skip_locked=True)
    numbers = list(connection.execute(some).scalars())
    if numbers:
        connection.execute(delete(reports).where(reports.c.id.in_(numbers)))
    return len(numbers)


def waiting(connection: Connection) -> Counter[Why]:
    """How many reports wait, by why."""
    rows = connection.execute(select(reports.c.why, func.count()).group_by(reports.c.why))
    return Counter({Why(why): count for why, count in rows})
