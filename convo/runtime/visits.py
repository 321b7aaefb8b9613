"""Visits to states: their clocks begin to count when the last text said on entry has left."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.flow.advance import next_wake
from convo.flow.session import Phase
from convo.runtime.library import Library
from convo.runtime.sessions import decode, encode
from convo.store import conversations
from convo.store.outbox import Waiting

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """A message that was accepted, failed for good, or may have gone, and when that was known."""

    message: Waiting
    at: datetime


def start_clocks(connection: Connection, library: Library, left: Iterable[Left]) -> None:
    """The clocks of the visits that waited for these messages count from now on.

    A visit that is over stays over, and clocks that count already are not set back.
    """
    waited = {
        one.message.conversation_id: one
        for one in left
        if one.message.starts_clock and one.message.conversation_id is not None
    }
    if not waited:
        return
    changed = []
    for stored in conversations.by_ids(connection, waited):
        message, at = waited[stored.id].message, waited[stored.id].at
        if stored.status == Phase.ENDED or stored.visit != message.visit or stored.clock_from:
            continue
        session = replace(decode(stored), clock_from=at, last_text_at=at)
        try:
            flows = library.version(connection, stored.version)
        except ConvoError:
            # Its clocks stand still until somebody mends the flow; the sends are settled anyway.
            log.exception("clock.not_started", conversation=stored.id)
            continue
        changed.append(encode(stored, session, next_wake(flows, session), at))
    conversations.save(connection, changed)
