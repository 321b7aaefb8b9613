"""Visits to states, as sends see them: when clocks begin to count, and which texts came too late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from convo.flow.advance import next_wake
from convo.flow.plan import UNDELIVERED
from convo.flow.session import Phase, Undelivered
from convo.messages import Reason, Status
from convo.runtime.consent import STOPPED
from convo.runtime.sessions import decode, encode
from convo.runtime.turns import Line, Turns
from convo.store import conversations
from convo.store.conversations import Stored
from convo.store.outbox import Change, Waiting

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """A message that was accepted, failed for good, or may have gone, and when that was known."""

    message: Waiting
    at: datetime


def settled(line: Line, left: Iterable[Left], failed: Iterable[Waiting]) -> None:
    """What it means for conversations that these messages left, and that those failed for good.

    The clocks of the visits that waited for them count from now on, and a flow is told what it could
    not deliver. A visit that is over stays over, and clocks that count already are not set back.
    """
    waited = {
        (one.message.conversation_id, one.message.visit): one.at for one in left if one.message.starts_clock
    }
    undelivered = {(message.conversation_id, message.visit) for message in failed}
    wanted = {number for number, _ in [*waited, *undelivered] if number}
    if not wanted:
        return
    turns = Turns(line)
    for found in conversations.by_ids(line.connection, wanted):
        stored = turns.latest(found)  # another's end may have moved it
        visit = (stored.id, stored.visit)
        if stored.status == Phase.ENDED or (visit not in waited and visit not in undelivered):
            continue
        try:
            _settle_one(line, turns, stored, waited.get(visit), failed=visit in undelivered)
        except SQLAlchemyError:
            raise  # the transaction is broken, not the conversation
        except Exception:
            # It stands still until somebody mends the flow; the sends are settled anyway.
            log.exception("visit.not_settled", conversation=stored.id)
    turns.flush()


def _settle_one(line: Line, turns: Turns, stored: Stored, at: datetime | None, *, failed: bool) -> None:
    flows = line.library.version(line.connection, stored.version)
    if at is not None and not stored.clock_from:
        session = replace(decode(stored), clock_from=at, last_text_at=at)
        turns.put(stored, encode(stored, session, next_wake(flows, session), line.now))
    # One that is suspended is told when it goes on.
    if failed and stored.status != Phase.SUSPENDED and flows.can(stored.state, UNDELIVERED):
        turns.step(turns.latest(stored), Undelivered(stored.visit))


def overtaken(
    connection: Connection, messages: Mapping[int, Waiting], changes: Iterable[Change]
) -> list[Change]:
    """The changes that would queue a text again which has lost its reason meanwhile: withdrawn.

    It was under way when its state was left, or when its contact said STOP.
    """
    again = {
        change.id: messages[change.id]._replace(unclear=messages[change.id].unclear or change.unclear)
        for change in changes
        if change.status is Status.QUEUED and messages[change.id].conversation_id is not None
    }
    if not again:
        return []
    numbers = {message.conversation_id for message in again.values() if message.conversation_id}
    now_at = {stored.id: stored for stored in conversations.by_ids(connection, numbers)}
    found = []
    for message in again.values():
        stored = now_at.get(message.conversation_id or 0)
        if stored is None:
            continue  # it was archived before an operator had its text sent anew
        ended = stored.status == Phase.ENDED
        if stored.outcome == STOPPED:
            reason = Reason.STOPPED
        elif message.lapses and (ended or stored.visit > (message.visit or 0)):
            reason = Reason.LEFT_STATE
        else:
            continue
        found.append(Change(message.id, message.taken_back, message.tries, reason=reason))
    return found
