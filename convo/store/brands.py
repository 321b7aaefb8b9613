"""The brands that our numbers have and had, and who stopped one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from convo.store.consent import Entry, Numbered
from convo.store.consent_tables import consent_entries, consents, served_brands
from convo.store.rows import upsert
from convo.store.tables import contacts

_S, _C, _E = served_brands.c, consents.c, consent_entries.c


class Served(NamedTuple):
    """A brand of one of our numbers."""

    number: str
    brand: str
    carried: bool  # its STOPs were carried over to the brand that followed


class Stop(NamedTuple):
    """A contact who has stopped a brand, and when."""

    contact: str
    at: datetime


def served(connection: Connection) -> list[Served]:
    """Every brand that a number has or had."""
    return [Served(*row) for row in connection.execute(select(_S.number, _S.brand, _S.carried))]


def note(connection: Connection, current: Mapping[str, str]) -> None:
    """These numbers have these brands now."""
    there = {(each.number, each.brand) for each in served(connection) if not each.carried}
    _write(connection, current.items() - there, carried=False)


def carried(connection: Connection, old: str, numbers: Iterable[str]) -> None:
    """The STOPs of a brand that these numbers had were carried over to the one that they have."""
    _write(connection, ((number, old) for number in numbers), carried=True)


def is_stopped(connection: Connection, brand: str) -> bool:
    """Whether somebody has stopped a brand, or was forgotten who once had."""
    standing = select(_C.contact_id).where(_C.brand == brand, _C.opted_out).limit(1)
    forgotten = select(_E.id).where(_E.brand == brand, _E.key_id.is_not(None), _E.action == "stop").limit(1)
    return any(connection.execute(found).first() is not None for found in (standing, forgotten))


def stopped(connection: Connection, brand: str, after: int, most: int) -> list[int]:
    """Who has stopped a brand, by contact row, from after row `after` on."""
    found = select(_C.contact_id).where(_C.brand == brand, _C.opted_out, _C.contact_id > after)
    return list(connection.execute(found.order_by(_C.contact_id).limit(most)).scalars())


def stops(connection: Connection, brand: str, contact_ids: Iterable[int]) -> list[Stop]:
    """Which of these contacts have stopped a brand."""
    found = select(contacts.c.number, _C.since).join(contacts, contacts.c.id == _C.contact_id)
    found = found.where(_C.brand == brand, _C.opted_out, _C.contact_id.in_(list(contact_ids)))
    return [Stop(*row) for row in connection.execute(found)]


def of_forgotten(connection: Connection, *brands: str) -> list[Numbered]:
    """The STOPs and STARTs to these brands of those who were forgotten."""
    found = select(consent_entries).where(
        _E.key_id.is_not(None), _E.brand.in_(brands), or_(_E.action == "stop", _E.action == "start")
    )
    values = (dict(row._mapping) for row in connection.execute(found))
    return [Numbered(row.pop("id"), Entry(**row)) for row in values]


def _write(connection: Connection, pairs: Iterable[tuple[str, str]], *, carried: bool) -> None:
    for number, brand in sorted(pairs):
        row = {"number": number, "brand": brand, "carried": carried}
        statement = upsert(connection, served_brands).values(**row)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["number", "brand"], set_={"carried": carried})
        )
