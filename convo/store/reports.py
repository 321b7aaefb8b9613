"""Delivery reports that came before their message was known here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from convo.messages import Reason, Status
from convo.store.tables import reports

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


def keep(connection: Connection, early: Sequence[Early]) -> None:
    """Keep these until the send that they speak of is settled."""
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
        )
        for row in rows
    ]
