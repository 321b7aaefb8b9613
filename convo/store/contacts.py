"""Contacts, and their locks: every writer takes them first, sorted, before any other row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from convo.messages import Contact
from convo.store.rows import upsert
from convo.store.tables import contacts


@dataclass(frozen=True, slots=True)
class Known:
    """A contact and the number of its row."""

    id: int
    contact: Contact


_COLUMNS = (contacts.c.id, contacts.c.number, contacts.c.language, contacts.c.timezone)
_BY_NUMBER = (
    select(*_COLUMNS)
    .where(contacts.c.number.in_(bindparam("numbers", expanding=True)))
    .order_by(contacts.c.id)
)
_BY_NUMBER_LOCKED = _BY_NUMBER.with_for_update()
_BY_ID = (
    select(*_COLUMNS)
    .where(contacts.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(contacts.c.id)
    .with_for_update()
)


def lock(
    connection: Connection, numbers: Iterable[str], now: datetime, *, also: Iterable[str] = ()
) -> dict[str, Known]:
    """Lock these contacts until the transaction ends, by number; unknown ones are made.

    Those of `also` are locked with them where they exist.

    Rows are made before any is locked: whoever waits for another's new row must hold no lock yet,
    or two processes could wait for each other.
    """
    wanted = sorted(set(numbers))
    also = list(also)
    known = {row.number: _known(row) for row in connection.execute(_BY_NUMBER, {"numbers": wanted})}
    missing = [number for number in wanted if number not in known]
    if connection.dialect.name == "sqlite" and not missing and not also:
        return known  # the whole database is locked already
    if missing:
        connection.execute(
            upsert(connection, contacts).on_conflict_do_nothing(),
            [{"number": number, "created_at": now} for number in missing],
        )
    return lock_known(connection, [*wanted, *also])


def lock_known(connection: Connection, numbers: Iterable[str]) -> dict[str, Known]:
    """Lock those of these contacts that exist."""
    wanted = sorted(set(numbers))
    if not wanted:
        return {}
    rows = connection.execute(_BY_NUMBER_LOCKED, {"numbers": wanted})
    return {row.number: _known(row) for row in rows}


def lock_ids(connection: Connection, ids: Iterable[int]) -> dict[int, Known]:
    """Lock the contacts with these row numbers."""
    rows = connection.execute(_BY_ID, {"ids": sorted(set(ids))})
    return {row.id: _known(row) for row in rows}


def find(connection: Connection, number: str) -> Known | None:
    """A contact, without its lock."""
    row = connection.execute(select(*_COLUMNS).where(contacts.c.number == number)).one_or_none()
    return _known(row) if row else None


def _known(row: Any) -> Known:
    return Known(row.id, Contact(row.number, row.language, row.timezone))
