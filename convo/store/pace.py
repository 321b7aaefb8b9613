"""How far our numbers have used up what they may send: a row for each, which all processes share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from convo.store.rows import Lookup, upsert
from convo.store.tables import paces

Taken = Mapping[str, list[list[int]]]  # by limit: [microseconds since 1970, how many texts], oldest first


@dataclass(frozen=True, slots=True)
class Pace:
    """What one number has sent lately."""

    number: str
    held_until: datetime | None = None  # its provider said "too fast"
    taken: Taken = field(default_factory=dict)
    turn: int = 0  # of the places that several priorities wanted


_COLUMNS = (paces.c.number, paces.c.held_until, paces.c.taken, paces.c.turn)
_OF_NUMBERS = Lookup(select(*_COLUMNS), paces.c.number)


def read(connection: Connection, numbers: Iterable[str]) -> dict[str, Pace]:
    """How these numbers stand; those that never had to be paced are left out."""
    found = [Pace(*row) for row in _OF_NUMBERS.rows(connection, sorted(numbers))]
    return {pace.number: pace for pace in found}


def lock(connection: Connection, numbers: Iterable[str]) -> dict[str, Pace]:
    """The same, for all of them, and nobody else takes a place before this transaction ends.

    Contacts are locked before it, never after.
    """
    wanted = sorted(numbers)
    if not wanted:
        return {}
    connection.execute(
        upsert(connection, paces).on_conflict_do_nothing(),
        [{"number": number, "taken": {}, "turn": 0} for number in wanted],
    )
    locked = select(*_COLUMNS).where(paces.c.number.in_(wanted)).order_by(paces.c.number).with_for_update()
    return {row.number: Pace(*row) for row in connection.execute(locked)}


def save(connection: Connection, pace: Pace) -> None:
    """Write how a locked number stands."""
    connection.execute(
        update(paces).where(paces.c.number == pace.number).values(taken=pace.taken, turn=pace.turn)
    )


def hold(connection: Connection, until: Mapping[str, datetime]) -> None:
    """Nothing leaves from these numbers before these moments."""
    for number, pace in lock(connection, until).items():
        latest = max(until[number], pace.held_until or until[number])
        connection.execute(update(paces).where(paces.c.number == number).values(held_until=latest))


def rules(connection: Connection, numbers: Iterable[str]) -> dict[str, str | None]:
    """By which quiet hours and caps the texts of these numbers, and of all known ones, were held last."""
    known = {row.number: row.rules for row in connection.execute(select(paces.c.number, paces.c.rules))}
    return dict.fromkeys(numbers) | known


def keep_rules(connection: Connection, number: str, rules: str | None) -> None:
    """From now on the texts of this number are held by these quiet hours and caps."""
    lock(connection, [number])
    connection.execute(update(paces).where(paces.c.number == number).values(rules=rules))
