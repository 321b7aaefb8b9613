"""What providers delivered, word for word; a delivery that was stored before stops here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from convo.store.rows import insert_rows, upsert
from convo.store.tables import receipts

_COLUMNS = ("account", "provider_id", "raw", "error", "received_at")
_KNOWN = select(receipts.c.account, receipts.c.provider_id).where(
    receipts.c.provider_id.in_(bindparam("ids", expanding=True))
)
Key = tuple[str, str]  # account, provider id


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery; `error` says why nothing could be done with it."""

    account: str
    provider_id: str
    raw: bytes
    error: str | None = None


def admit(connection: Connection, delivered: Iterable[Receipt], now: datetime) -> set[Key]:
    """Store these deliveries, sorted; the keys of those that were not stored before."""
    rows = {
        (receipt.account, receipt.provider_id): (
            receipt.account,
            receipt.provider_id,
            receipt.raw,
            receipt.error,
            now,
        )
        for receipt in sorted(delivered, key=lambda r: (r.account, r.provider_id))
    }
    if not rows:
        return set()
    if connection.dialect.name == "sqlite":
        # Nobody else writes in this transaction: looking first is enough, and much cheaper.
        known = connection.execute(_KNOWN, {"ids": [provider_id for _, provider_id in rows]})
        for row in known:
            rows.pop((row.account, row.provider_id), None)
        insert_rows(connection, receipts, _COLUMNS, rows.values())
        return set(rows)
    statement = upsert(connection, receipts).on_conflict_do_nothing()
    stored = connection.execute(
        statement.returning(receipts.c.account, receipts.c.provider_id),
        [dict(zip(_COLUMNS, row, strict=True)) for row in rows.values()],
    )
    return {(row.account, row.provider_id) for row in stored}


def blame(connection: Connection, poisoned: Sequence[tuple[Key, str]]) -> None:
    """Put on record why these deliveries could not be used."""
    for (account, provider_id), error in poisoned:
        connection.execute(
            receipts.update()
            .where(receipts.c.account == account, receipts.c.provider_id == provider_id)
            .values(error=error)
        )


def troubled(connection: Connection) -> int:
    """How many deliveries could not be used."""
    where = receipts.c.error.is_not(None)
    return connection.execute(select(func.count()).select_from(receipts).where(where)).scalar_one()
