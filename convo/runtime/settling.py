"""What comes of a batch of sends: statuses, retries, early reports, and clocks that begin to count."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from convo.errors import ConvoError
from convo.flow.advance import next_wake
from convo.flow.session import Phase
from convo.messages import Accepted, Reason, SendError, Status, Trouble
from convo.runtime import consent
from convo.runtime.library import Library
from convo.runtime.reports import moved
from convo.runtime.sessions import decode, encode
from convo.store import contacts, conversations, outbox, reports
from convo.store.outbox import Change, Waiting

log = structlog.get_logger(__name__)

GIVE_UP_AFTER = timedelta(days=1)  # from when the message was said
_LONGEST_WAIT = timedelta(minutes=5)
_PACED = timedelta(seconds=2)  # where a provider says "too fast" and not how long
_MENDING = timedelta(minutes=1)  # a wrong credential takes a person to mend


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The send did not begin within a second of its claim: claimed anew, after a new look."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one claim; `tries` tells it from a later claim of the same message."""

    message_id: int
    contact_id: int
    tries: int
    at: datetime
    outcome: Accepted | SendError | NotBegun


def settle(connection: Connection, library: Library, results: Sequence[Result]) -> None:
    """Write what came of these sends, in one go. A result that was overtaken changes nothing."""
    if not results:
        return
    known = contacts.lock_ids(connection, (result.contact_id for result in results))
    messages = outbox.by_ids(connection, (result.message_id for result in results))
    changes: dict[int, Change] = {}
    clocks: dict[int, tuple[Waiting, datetime]] = {}
    accepted: dict[tuple[str, str], Waiting] = {}
    for result in results:
        message = messages[result.message_id]
        change = _change(message, result)
        if change is not None:
            changes[message.id] = change
        if isinstance(result.outcome, Accepted):
            accepted[message.account, result.outcome.provider_id] = message
        if _told_off(change):
            consent.stopped_by_provider(
                connection, message.brand, message.number, known[message.contact_id], result.at
            )
        done = isinstance(result.outcome, Accepted) or (
            change is not None and change.status in (Status.FAILED, Status.UNCERTAIN)
        )
        if done and message.starts_clock and message.conversation_id is not None:
            clocks[message.conversation_id] = (message, result.at)
    for report in reports.take(connection, [provider_id for _, provider_id in accepted]):
        early = accepted.get((report.account, report.provider_id))
        if early is None:
            continue
        last = changes.get(early.id)
        if (last.status if last else early.status).before(report.status):
            overtaken = moved(early, report.status, report.reason, report.at, report.provider_id)
            changes[early.id] = replace(overtaken, sent_at=last.sent_at if last else None)
    outbox.change(connection, changes.values())
    start_clocks(connection, library, clocks)


def start_clocks(
    connection: Connection, library: Library, clocks: dict[int, tuple[Waiting, datetime]]
) -> None:
    """The clocks of these visits count from now on, where the visit is still the same."""
    changed = []
    for stored in conversations.by_ids(connection, clocks) if clocks else []:
        message, at = clocks[stored.id]
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


def _change(message: Waiting, result: Result) -> Change | None:
    """What a result makes of its message; None where something newer is known already."""
    if isinstance(result.outcome, Accepted):
        if not message.status.before(Status.SENT):
            return None
        return Change(
            message.id,
            Status.SENT,
            message.tries,
            provider_id=result.outcome.provider_id,
            sent_at=result.at,
        )
    if message.status is not Status.SENDING or message.tries != result.tries:
        return None
    if isinstance(result.outcome, NotBegun):
        return Change(message.id, Status.QUEUED, message.tries - 1, due_at=result.at)
    return _failed(message, result.outcome, result.at)


def _failed(message: Waiting, error: SendError, at: datetime) -> Change:
    waits = {
        Trouble.RETRY: min(timedelta(seconds=2 ** min(message.tries, 10)), _LONGEST_WAIT),
        Trouble.LATER: _PACED,
        Trouble.OUR_FAULT: _MENDING,
    }
    wait = waits.get(error.kind)
    if wait is None:
        status = Status.UNCERTAIN if error.kind is Trouble.UNCERTAIN else Status.FAILED
        reason = Reason.OPTED_OUT if error.kind is Trouble.OPTED_OUT else error.reason
        return Change(message.id, status, message.tries, reason=reason)
    if error.retry_after is not None:
        wait = timedelta(seconds=error.retry_after)
    if at + wait > message.created_at + GIVE_UP_AFTER:
        return Change(message.id, Status.FAILED, message.tries, reason=Reason.GAVE_UP)
    return Change(message.id, Status.QUEUED, message.tries, reason=error.reason, due_at=at + wait)


def _told_off(change: Change | None) -> bool:
    return change is not None and (change.status, change.reason) == (
        Status.FAILED,
        Reason.OPTED_OUT,
    )
