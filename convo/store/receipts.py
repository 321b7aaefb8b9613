"""What providers delivered, word for word; a delivery that was stored before stops here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from convo.store.bulk import insert_new
from convo.store.tables import CODED, receipts

_COLUMNS = ("account", "provider_id", "raw", "error", "received_at")
_KEY = ("account", "provider_id")
Key = tuple[str, str]  # account, provider id


class Receipt(NamedTuple):
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
    stored = insert_new(connection, receipts, _COLUMNS, rows.values(), _KEY)
    return {(account, provider_id) for account, provider_id in stored}


def blame(connection: Connection, poisoned: Sequence[tuple[Key, str]]) -> None:
    """Put on record why these deliveries could not be used."""
    for (account, provider_id), error in poisoned:
        connection.execute(
            receipts.update()
            .where(receipts.c.account == account, receipts.c.provider_id == provider_id)
            .values(error=error)
        )


def veil(connection: Connection, keys: Iterable[Key]) -> None:
    """Forget the words of these deliveries: they hold a one-time code."""
    for account, provider_id in keys:
        connection.execute(
            receipts.update()
            .where(receipts.c.account == account, receipts.c.provider_id == provider_id)
            .values(raw=CODED)
        )


@dataclass(frozen=True, slots=True)
class Troubled:
    """The deliveries that could not be used: how many, and why the last of them could not."""

    count: int
    error: str | None


def troubled(connection: Connection, since: datetime) -> Troubled:
    """What could not be used of all that came since then."""
    where = (receipts.c.error.is_not(None), receipts.c.received_at >= since)
    count = connection.execute(select(func.count()).select_from(receipts).where(*where)).scalar_one()
    newest = select(receipts.c.error).where(*where).order_by(receipts.c.received_at.desc()).limit(1)
    return Troubled(count, connection.execute(newest).scalar())
