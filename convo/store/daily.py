"""How many texts of a purpose a contact got today, where a number has a cap on them."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, select

from convo.messages import Purpose
from convo.store.rows import Lookup, upsert
from convo.store.tables import daily_texts

_KEY = ("contact_id", "number", "purpose")


class Whose(NamedTuple):
    """What is counted: texts of a purpose, from one of our numbers to a contact."""

    contact_id: int
    number: str
    purpose: Purpose


class Count(NamedTuple):
    """So many on the last day that brought one; the day like 2026-11-30, in the contact's time zone."""

    day: str
    texts: int


_OF_CONTACTS = Lookup(
    select(
        daily_texts.c.contact_id,
        daily_texts.c.number,
        daily_texts.c.purpose,
        daily_texts.c.day,
        daily_texts.c.count,
    ),
    daily_texts.c.contact_id,
)


def read(connection: Connection, contact_ids: Iterable[int]) -> dict[Whose, Count]:
    """All that is counted for these contacts."""
    rows = _OF_CONTACTS.rows(connection, sorted(set(contact_ids)))
    return {Whose(row, number, Purpose(purpose)): Count(*count) for row, number, purpose, *count in rows}


def write(connection: Connection, counts: Mapping[Whose, Count]) -> None:
    """Keep these counts; their contacts are locked."""
    if not counts:
        return
    rows = [
        {"contact_id": contact_id, "number": number, "purpose": purpose.value, "day": day, "count": texts}
        for (contact_id, number, purpose), (day, texts) in counts.items()
    ]
    statement = upsert(connection, daily_texts)
    new = {name: statement.excluded[name] for name in ("day", "count")}
    connection.execute(statement.on_conflict_do_update(index_elements=list(_KEY), set_=new), rows)
