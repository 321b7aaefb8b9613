"""Counting everything anew: what the numbers say is what the rows say."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.runtime.library import Library
from convo.store import counting, recounting
from convo.store.conversations import Stored
from convo.store.talks import Side


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of counting anew."""

    changed: int  # counts that were wrong
    counts: int
    archived: Mapping[
        str, int
    ]  # by figure: counted from rows that are in files by now, and left as they were


def rebuild(connection: Connection, library: Library) -> Rebuilt:
    """Count anew in this transaction; everybody else waits meanwhile to write what counts.

    What is archived cannot be counted again: its counts stay as they are.
    """
    counting.lock(connection)
    counting.take_back(connection)
    recounting.recount(connection, partial(_side, library))
    changed, counts = counting.settle(connection)
    return Rebuilt(changed, counts, recounting.archived(connection))


def _side(library: Library, connection: Connection, stored: Stored) -> Side:
    """How a conversation from before there were counts is counted."""
    try:
        flows = library.version(connection, stored.version)
    except ConvoError:
        return Side(language=stored.language or "")  # its version does not run any more
    return Side(flows.variant(stored.contact), stored.language or flows.root.flow.language)
