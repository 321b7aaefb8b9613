"""Flows that a conversation asked to begin with another contact, until they are begun."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, insert, select

from convo.store.tables import errands


class Errand(NamedTuple):
    """What is to begin, and who asked for it; the columns in their order."""

    id: int
    flow: str
    contact: str  # E.164
    number: str
    vars: Mapping[str, Any]  # as a starter gives them
    depth: int
    asked_by: int  # the conversation
    asker: str  # its contact


_FIRST = select(errands).order_by(errands.c.id).limit(1)


def add(connection: Connection, new: Iterable[Errand]) -> None:
    """Keep these for later; their numbers are given here."""
    rows = [{name: value for name, value in one._asdict().items() if name != "id"} for one in new]
    if rows:
        connection.execute(insert(errands), rows)


def first(connection: Connection) -> Errand | None:
    """The one that waits longest."""
    row = connection.execute(_FIRST).one_or_none()
    return Errand._make(row) if row else None


def take(connection: Connection, number: int) -> bool:
    """Take one out; False where another process has done it, or is about to."""
    held = select(errands.c.id).where(errands.c.id == number).with_for_update(skip_locked=True)
    if connection.execute(held).one_or_none() is None:
        return False
    connection.execute(delete(errands).where(errands.c.id == number))
    return True
