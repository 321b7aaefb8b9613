"""Flows that one contact's conversation begins with another contact: each in a transaction, once."""

from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.runtime import forgetting
from convo.runtime.beginning import Start
from convo.runtime.starting import start
from convo.runtime.turns import Line, Turns
from convo.store import contacts, conversations, errands
from convo.store.errands import Errand


def first(connection: Connection) -> Errand | None:
    """The errand to run next."""
    return errands.first(connection)


def run(line: Line, errand: Errand) -> bool:
    """Begin what was asked for; False where another process has done it.

    What cannot begin is on record as trouble of the conversation that asked.
    """
    # Both at once, as every writer does: the one who asked is told where it fails.
    forgetting.lock(line.connection, line.settings, [errand.contact, errand.asker], line.now)
    if not errands.take(line.connection, errand.id):
        return False
    wanted = Start(errand.flow, errand.contact, errand.number, errand.vars)
    try:
        start(line.connection, line.settings, line.library, wanted, line.now, depth=errand.depth)
    except ConvoError as error:
        _tell(line, errand, str(error))
    return True


def give_up(line: Line, errand: Errand, reason: str) -> None:
    """An errand that cannot be run is not tried again and again."""
    contacts.lock_known(line.connection, [errand.asker])
    if errands.take(line.connection, errand.id):
        _tell(line, errand, reason)


def _tell(line: Line, errand: Errand, reason: str) -> None:
    turns = Turns(line)
    for stored in conversations.by_ids(line.connection, [errand.asked_by]):
        turns.refused(stored, errand.flow, reason)
    turns.flush()
