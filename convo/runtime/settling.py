"""What comes of a batch of sends: statuses, retries, early reports, and clocks that begin to count."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from convo import phone
from convo.flow.codes import placeholder
from convo.messages import Accepted, Reason, SendError, Status, Trouble
from convo.runtime import codes, consent, fates
from convo.runtime.reports import came_of, moved, told_off
from convo.runtime.tally import Count, Time
from convo.runtime.turns import Line
from convo.runtime.visits import Left, overtaken, settled
from convo.store import contacts, outbox, pace, reports
from convo.store.outbox import Change, Waiting

GIVE_UP_AFTER = timedelta(days=1)  # from when the message was tried first, since it was allowed to leave
_LONGEST_WAIT = timedelta(minutes=5)
_SPREAD = 0.25  # of a wait; how much sooner it may end
_PACED = timedelta(seconds=2)  # where a provider says "too fast" and not how long
_LONGEST_HOLD = timedelta(hours=1)  # of a whole number, whatever its provider says
_MENDING = timedelta(minutes=1)  # a wrong credential takes a person to mend
_NOT_AGAIN = (Status.FAILED, Status.UNCERTAIN, Status.WITHDRAWN)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NotBegun:
    """The send did not begin within a second of its claim: claimed anew, after a new look."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The process ended before the provider answered, who knows our key: another one asks at once."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one claim; `tries` tells it from a later claim of the same message."""

    message_id: int
    contact_id: int
    tries: int
    at: datetime
    outcome: Accepted | SendError | NotBegun | GivenBack


def settle(line: Line, results: Sequence[Result]) -> bool:
    """Write what came of these sends, in one go; whether a number is held by that.

    A result that was overtaken changes nothing.
    """
    if not results:
        return False
    connection = line.connection
    contacts.hold(connection, (result.contact_id for result in results))
    messages = outbox.by_ids(connection, (result.message_id for result in results))
    results = [result for result in results if result.message_id in messages]  # others were erased meanwhile
    results = _without_codes(line, messages, results)
    changes: dict[int, Change] = {}
    left: list[Left] = []
    accepted: dict[tuple[str, str], Waiting] = {}
    for result in results:
        message = messages[result.message_id]
        change = _change(message, result)
        if change is not None:
            changes[message.id] = change
        if isinstance(result.outcome, Accepted):
            accepted[message.account, result.outcome.provider_id] = message
        if isinstance(result.outcome, Accepted) or (change is not None and change.status in _NOT_AGAIN):
            left.append(Left(message, result.at))
        _count(line, message, result, change)
    for report in reports.take(connection, accepted):
        early = accepted[report.account, report.provider_id]
        last = changes.get(early.id)
        if (last.status if last else early.status).before(report.status):
            reported = moved(early, report.status, report.reason, report.at, report.provider_id)
            changes[early.id] = replace(reported, sent_at=last.sent_at if last else None)
            came_of(line, early, report.status, report.reason, report.at)
    told = [messages[change.id] for change in changes.values() if told_off(change)]
    known = contacts.lock_ids(connection, (message.contact_id for message in told))
    for message in told:
        consent.refused(connection, line.settings, message, known[message.contact_id], line.now)
    for late in overtaken(connection, messages, list(changes.values())):
        changes[late.id] = late
    fates.change(line, messages, changes.values())
    held = _too_fast(messages, results)
    pace.hold(connection, held)
    failed = [messages[change.id] for change in changes.values() if change.status is Status.FAILED]
    settled(line, left, failed)
    return bool(held)


def _without_codes(line: Line, messages: Mapping[int, Waiting], results: Sequence[Result]) -> list[Result]:
    """The results; where a provider repeats a text in its answer, it tells no code."""
    told = {one.message_id for one in results if isinstance(one.outcome, SendError) and one.outcome.detail}
    real = codes.hidden(line.connection, line.settings, (messages[number].code_id for number in told))

    def without(one: Result) -> Result:
        code, error = real.get(messages[one.message_id].code_id or ""), one.outcome
        if code is None or not isinstance(error, SendError) or not error.detail:
            return one
        detail = error.detail.replace(code, placeholder(len(code)))
        plain = SendError(error.kind, error.reason, retry_after=error.retry_after, detail=detail)
        return replace(one, outcome=plain)

    return [without(one) for one in results]


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
    under_way = message.status is Status.SENDING or _is_refused_after_all(message, result.outcome)
    if message.tries != result.tries or not under_way:
        return None
    if isinstance(result.outcome, NotBegun):
        return Change(message.id, Status.QUEUED, message.tries - 1, due_at=result.at)
    if isinstance(result.outcome, GivenBack):
        return Change(message.id, Status.QUEUED, message.tries, due_at=result.at, unclear=True)
    return _failed(message, result.outcome, result.at)


def _is_refused_after_all(message: Waiting, outcome: SendError | NotBegun | GivenBack) -> bool:
    """Whether a late answer tells that a text did not go which was taken for uncertain meanwhile."""
    refused = isinstance(outcome, SendError) and outcome.kind in (Trouble.PERMANENT, Trouble.OPTED_OUT)
    return refused and message.status is Status.UNCERTAIN and not message.unclear


def _count(line: Line, message: Waiting, result: Result, change: Change | None) -> None:
    """Count a result, and tell of it where it is not as it should be."""
    outcome = result.outcome
    if isinstance(outcome, Accepted):
        line.tally.add(Count.SENDS, "accepted")
        if message.answers:
            line.tally.took(Time.ANSWER, (result.at - message.created_at).total_seconds())
        return
    if isinstance(outcome, NotBegun | GivenBack):
        line.tally.add(Count.SENDS, "not_begun" if isinstance(outcome, NotBegun) else "given_back")
        return
    line.tally.add(Count.SENDS, outcome.kind.value)
    if change is None:
        return
    if change.status is Status.FAILED:
        line.tally.add(Count.FAILED, str(change.reason))
    tell = log.info if outcome.kind is Trouble.LATER else log.warning
    tell(
        "send.failed",
        message=message.id,
        conversation=message.conversation_id,
        contact=phone.mask(message.contact),
        account=message.account,
        trouble=outcome.kind.value,
        reason=str(change.reason),
        detail=outcome.detail,
        status=change.status.value,
        due_at=change.due_at.isoformat() if change.due_at else None,
    )


def _failed(message: Waiting, error: SendError, at: datetime) -> Change:
    wait = _wait(error, message)
    if wait is None:
        status = Status.UNCERTAIN if error.kind is Trouble.UNCERTAIN else Status.FAILED
        reason = Reason.OPTED_OUT if error.kind is Trouble.OPTED_OUT else error.reason
        return Change(message.id, status, message.tries, reason=reason, detail=error.detail)
    if message.valid_until is not None and at + wait > message.valid_until:
        # A code that would come too late confuses; whether an earlier try got through its report tells.
        unclear = message.unclear or error.kind is Trouble.RETRY
        late = message._replace(unclear=unclear).taken_back
        return Change(message.id, late, message.tries, reason=Reason.OUT_OF_DATE, detail=error.detail)
    if at + wait > (message.give_up_at or message.created_at + GIVE_UP_AFTER):
        return Change(message.id, Status.FAILED, message.tries, reason=Reason.GAVE_UP, detail=error.detail)
    return Change(
        message.id,
        Status.QUEUED,
        message.tries,
        reason=error.reason,
        due_at=at + wait,
        detail=error.detail,
        # A fault, or an answer that was lost: what is tried again may have gone the first time.
        unclear=error.kind is Trouble.RETRY,
    )


def _wait(error: SendError, message: Waiting) -> timedelta | None:
    """How long until the next try, by the class of the failure; None where there is none.

    What the provider asks for is obeyed to the second. Otherwise a part of the wait is each try's own,
    so that what failed together does not come back together.
    """
    waits = {
        Trouble.RETRY: min(timedelta(seconds=2 ** min(message.tries, 10)), _LONGEST_WAIT),
        Trouble.LATER: _PACED,
        Trouble.OUR_FAULT: _MENDING,
    }
    wait = waits.get(error.kind)
    if wait is None:
        return None
    if error.retry_after is not None:
        return min(max(timedelta(seconds=error.retry_after), timedelta()), GIVE_UP_AFTER)
    return wait * (1 - _SPREAD * _own(message))


def _own(message: Waiting) -> float:
    """A number from 0 to 1 that is this try's own, the same whenever it is worked out."""
    return zlib.crc32(f"{message.key} {message.tries}".encode()) / 2**32


def _too_fast(messages: Mapping[int, Waiting], results: Sequence[Result]) -> dict[str, datetime]:
    """Until when each number has to stop whose provider said that it sends too fast."""
    until: dict[str, datetime] = {}
    for result in results:
        error, number = result.outcome, messages[result.message_id].number
        if isinstance(error, SendError) and error.kind is Trouble.LATER:
            asked = _PACED if error.retry_after is None else timedelta(seconds=max(error.retry_after, 0))
            end = result.at + min(asked, _LONGEST_HOLD)
            until[number] = max(end, until.get(number, end))
    return until
