"""The brands that our numbers have and had, and who stopped one."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, text

from convo.store.consent import Entry
from convo.store.consent_tables import consent_entries, consents, served_brands
from convo.store.rows import upsert
from convo.store.tables import contacts

_S, _C, _E = served_brands.c, consents.c, consent_entries.c
_SAID, _LATER, _NEW = consent_entries.alias("said"), consent_entries.alias("later"), consents.alias("new")

Pair = tuple[str, str]  # one of our numbers, and a brand that it has or had


class Stop(NamedTuple):
    """A contact who has stopped a brand, and when."""

    contact: str
    at: datetime


def served(connection: Connection) -> dict[Pair, int | None]:
    """Every brand that a number has or had, and up to which line of the ledger that is settled."""
    found = connection.execute(select(_S.number, _S.brand, _S.settled))
    return {(number, brand): settled for number, brand, settled in found}


def note(connection: Connection, pairs: Mapping[Pair, int | None]) -> None:
    """Up to which line of the ledger each of these is settled; None for the brand that a number has."""
    changed = pairs.items() - served(connection).items()
    for number, brand in sorted(pair for pair, _ in changed):
        settled = {"settled": pairs[number, brand]}
        statement = upsert(connection, served_brands).values(number=number, brand=brand, **settled)
        connection.execute(statement.on_conflict_do_update(index_elements=["number", "brand"], set_=settled))


def last_line(connection: Connection) -> int:
    """The number of the ledger's last line; until this transaction ends no other writes one."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE consent_entry IN SHARE MODE"))
    number: int = connection.execute(select(func.coalesce(func.max(_E.id), 0))).scalar_one()
    return number


def is_lost(connection: Connection, old: str, new: str, after: int | None, numbers: Collection[str]) -> bool:
    """Whether somebody who has stopped a brand would be texted again where it is called `new`.

    Who is out of that too would not, nor who came back to it later. After line `after` of the ledger,
    if there is one, only what was said to these numbers counts.
    """
    known = (
        select(_C.contact_id)
        .join(contacts, contacts.c.id == _C.contact_id)
        .join(consent_entries, _E.id == _C.entry_id)
        .where(_C.brand == old, _C.opted_out)
        .where(~_is_out(new))
        .where(~_has_line(new, _C.since, contacts.c.number, _E.contact))
    )
    forgotten = _forgotten(old, new)
    if after is not None:
        said = select(_SAID.c.contact).where(
            _SAID.c.brand == old, _SAID.c.action == "stop", _SAID.c.id > after, _SAID.c.number.in_(numbers)
        )
        if connection.execute(said.limit(1)).first() is None:
            return False  # as nearly always: to look at all who are out of a large brand takes a second
        known = known.where(or_(contacts.c.number.in_(said), _E.contact.in_(said)))
        forgotten = forgotten.where(_E.id > after, _E.number.in_(numbers))
    lost: bool = connection.execute(select(or_(known.exists(), forgotten.exists()))).scalar_one()
    return lost


def stopped(connection: Connection, brand: str, after: int, most: int) -> list[int]:
    """Who has stopped a brand, by contact row, from after row `after` on."""
    found = select(_C.contact_id).where(_C.brand == brand, _C.opted_out, _C.contact_id > after)
    return list(connection.execute(found.order_by(_C.contact_id).limit(most)).scalars())


def stops(connection: Connection, brand: str, contact_ids: Iterable[int]) -> list[Stop]:
    """Which of these contacts have stopped a brand."""
    found = select(contacts.c.number, _C.since).join(contacts, contacts.c.id == _C.contact_id)
    found = found.where(_C.brand == brand, _C.opted_out, _C.contact_id.in_(list(contact_ids)))
    return [Stop(*row) for row in connection.execute(found)]


def lost_and_forgotten(connection: Connection, old: str, new: str) -> list[Entry]:
    """The STOPs to a brand of people who were forgotten and said nothing to `new` since, oldest first."""
    columns = [column for column in _E if column.name != "id"]
    found = _forgotten(old, new).with_only_columns(*columns).order_by(_E.at, _E.id)
    return [Entry(**row._mapping) for row in connection.execute(found)]


def _forgotten(old: str, new: str) -> Select[tuple[int]]:
    came_back = select(_LATER.c.id).where(
        _LATER.c.brand == old, _LATER.c.contact == _E.contact, _LATER.c.action == "start", _LATER.c.at > _E.at
    )
    return select(_E.id).where(
        _E.key_id.is_not(None),
        _E.brand == old,
        _E.action == "stop",
        ~came_back.exists(),
        ~_has_line(new, _E.at, _E.contact),
    )


def _is_out(brand: str) -> ColumnElement[bool]:
    out = select(_NEW.c.contact_id).where(_NEW.c.brand == brand, _NEW.c.opted_out)
    return out.where(_NEW.c.contact_id == _C.contact_id).exists()


def _has_line(brand: str, since: ColumnElement[datetime], *called: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether there is a STOP or a START to this brand from that moment on."""
    line = select(_LATER.c.id).where(_LATER.c.brand == brand, _LATER.c.contact.in_(called))
    return line.where(_LATER.c.action.in_(("stop", "start")), _LATER.c.at >= since).exists()
