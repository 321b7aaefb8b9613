"""Contacts, and their locks: every writer takes them first, sorted, before any other row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, cast, func, select, update

from convo.messages import Contact
from convo.store.rows import Lookup, upsert
from convo.store.tables import contacts


class Known(NamedTuple):
    """A contact and the number of its row."""

    id: int
    contact: Contact
    new: bool = False  # its row may have been made just now


@dataclass(frozen=True, slots=True)
class Listed:
    """A contact as people and programs see it."""

    id: int
    number: str
    language: str | None
    timezone: str | None
    tags: tuple[str, ...]
    created_at: datetime


_COLUMNS = (contacts.c.id, contacts.c.number, contacts.c.language, contacts.c.timezone, contacts.c.tags)
_BY_NUMBER = Lookup(select(*_COLUMNS), contacts.c.number)
_LOCKED = select(*_COLUMNS).order_by(contacts.c.id).with_for_update()
_BY_NUMBER_LOCKED = Lookup(_LOCKED, contacts.c.number)
_BY_ID_LOCKED = Lookup(_LOCKED, contacts.c.id)
_HELD = Lookup(select(contacts.c.id).order_by(contacts.c.id).with_for_update(), contacts.c.id)


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
    known = {row[1]: _known(row) for row in _BY_NUMBER.rows(connection, wanted)}
    missing = [number for number in wanted if number not in known]
    if connection.dialect.name == "sqlite" and not missing and not also:
        return known  # the whole database is locked already
    if missing:
        connection.execute(
            upsert(connection, contacts).on_conflict_do_nothing(),
            [{"number": number, "created_at": now} for number in missing],
        )
    found = lock_known(connection, [*wanted, *also])
    return {**found, **{number: found[number]._replace(new=True) for number in missing}}


def lock_known(connection: Connection, numbers: Iterable[str]) -> dict[str, Known]:
    """Lock those of these contacts that exist."""
    return {row[1]: _known(row) for row in _BY_NUMBER_LOCKED.rows(connection, sorted(set(numbers)))}


def lock_ids(connection: Connection, ids: Iterable[int]) -> dict[int, Known]:
    """Lock the contacts with these row numbers."""
    return {row[0]: _known(row) for row in _BY_ID_LOCKED.rows(connection, sorted(set(ids)))}


def hold(connection: Connection, ids: Iterable[int]) -> None:
    """Lock the contacts with these row numbers, and tell nothing of them."""
    if connection.dialect.name != "sqlite":  # whose whole database is locked already
        _HELD.rows(connection, sorted(set(ids)))


def learn(connection: Connection, known: Known, language: str | None, timezone: str | None) -> Known:
    """Keep what we were told about a locked contact; None leaves what is known."""
    before = known.contact
    told = replace(before, language=language or before.language, timezone=timezone or before.timezone)
    if told == before:
        return known
    connection.execute(
        update(contacts)
        .where(contacts.c.id == known.id)
        .values(language=told.language, timezone=told.timezone)
    )
    return Known(known.id, told)


def known(connection: Connection, numbers: Iterable[str]) -> dict[str, Known]:
    """Those of these contacts that exist, by number, without their locks."""
    return {row[1]: _known(row) for row in _BY_NUMBER.rows(connection, sorted(set(numbers)))}


def tag(connection: Connection, row_id: int, tags: Sequence[str]) -> None:
    """Keep the tags of a locked contact."""
    connection.execute(update(contacts).where(contacts.c.id == row_id).values(tags=list(tags)))


def find(connection: Connection, number: str) -> Known | None:
    """A contact, without its lock."""
    row = connection.execute(select(*_COLUMNS).where(contacts.c.number == number)).one_or_none()
    return _known(row) if row else None


def one(connection: Connection, number: str) -> Listed | None:
    """A contact as it is shown."""
    row = connection.execute(select(contacts).where(contacts.c.number == number)).one_or_none()
    return _listed(row) if row else None


def listed(connection: Connection, after: int, most: int, *, tag: str | None = None) -> list[Listed]:
    """Contacts in the order in which they came, from after row `after` on; those with a tag, or everyone."""
    statement = select(contacts).where(contacts.c.id > after).order_by(contacts.c.id).limit(most)
    if tag is not None:
        statement = statement.where(_has(connection, tag))
    return [_listed(row) for row in connection.execute(statement)]


def change(connection: Connection, row_id: int, values: Mapping[str, Any]) -> None:
    """Keep these columns of a locked contact."""
    if values:
        connection.execute(update(contacts).where(contacts.c.id == row_id).values(**values))


def _has(connection: Connection, tag: str) -> ColumnElement[bool]:
    if connection.dialect.name == "sqlite":
        each = func.json_each(contacts.c.tags).table_valued("value")
        return select(each.c.value).where(each.c.value == tag).exists()
    return contacts.c.tags.bool_op("@>")(cast([tag], contacts.c.tags.type))


def _listed(row: Any) -> Listed:
    return Listed(**{**row._mapping, "tags": tuple(row.tags or ())})


def _known(row: Any) -> Known:
    row_id, number, language, timezone, tags = row
    return Known(row_id, Contact(number, language, timezone, tuple(tags or ())))
