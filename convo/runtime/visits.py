"""Visits to states, as sends see them: when clocks begin to count, and which texts came too late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.flow.advance import next_wake
from convo.flow.session import Phase
from convo.messages import Reason, Status
from convo.runtime.consent import STOPPED
from convo.runtime.library import Library
from convo.runtime.sessions import decode, encode
from convo.store import conversations
from convo.store.outbox import Change, Waiting

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
        (one.message.conversation_id, one.message.visit): one.at
        for one in left
        if one.message.starts_clock and one.message.conversation_id is not None
    }
    if not waited:
        return
    changed = []
    for stored in conversations.by_ids(connection, (number for number, _ in waited if number)):
        at = waited.get((stored.id, stored.visit))
        if at is None or stored.status == Phase.ENDED or stored.clock_from:
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


def overtaken(
    connection: Connection, messages: Mapping[int, Waiting], changes: Iterable[Change]
) -> list[Change]:
    """The changes that would queue a text again which has lost its reason meanwhile: withdrawn.

    It was under way when its state was left, or when its contact said STOP.
    """
    again = {
        change.id: messages[change.id]
        for change in changes
        if change.status is Status.QUEUED and messages[change.id].conversation_id is not None
    }
    if not again:
        return []
    numbers = {message.conversation_id for message in again.values() if message.conversation_id}
    now_at = {stored.id: stored for stored in conversations.by_ids(connection, numbers)}
    found = []
    for message in again.values():
        stored = now_at[message.conversation_id or 0]
        ended = stored.status == Phase.ENDED
        if stored.outcome == STOPPED:
            reason = Reason.STOPPED
        elif message.lapses and (ended or stored.visit > (message.visit or 0)):
            reason = Reason.LEFT_STATE
        else:
            continue
        found.append(Change(message.id, Status.WITHDRAWN, message.tries, reason=reason))
    return found
