"""What operators do with texts of the queue: withdraw, send anew, and settle what is uncertain.

All of it is on record (`store/queue`), with who it was. What leaves passes the gate like every other text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from convo.errors import QueueError
from convo.messages import Direction, Kind, Reason, Status, storable
from convo.runtime import fates
from convo.runtime.reports import moved
from convo.runtime.turns import Line
from convo.runtime.visits import Left, settled
from convo.store import consent, contacts, ids, messages, outbox, queue, reports, tables, verifications
from convo.store.messages import Stored
from convo.store.outbox import Change, Waiting
from convo.store.queue import Action, Decision

LONGEST_NOTE = 500  # characters


@dataclass(frozen=True, slots=True)
class Operator:
    """Who decides, and why."""

    name: str  # api, or operator:NAME
    note: str | None = None


def withdraw(line: Line, numbers: Sequence[int], by: Operator) -> list[Stored]:
    """Withdraw those of these texts that are queued; what they are now, without those that are not.

    One that may have gone in an earlier try is uncertain. Conversations go on as if they had left.
    """
    note = _checked(by.note)
    found = [each for each in lock(line, numbers) if each.status is Status.QUEUED]
    changes = [Change(each.id, each.taken_back, each.tries, reason=Reason.WITHDRAWN) for each in found]
    fates.change(line, {each.id: each for each in found}, changes)
    queue.record(
        line.connection,
        [Decision(each.id, Action.WITHDRAWN, each.status, by.name, note, None, line.now) for each in found],
    )
    settled(line, [Left(each, line.now) for each in found], [])
    return [_now(line, each.id) for each in found]


def withdraw_one(line: Line, number: int, by: Operator) -> Stored:
    """Withdraw a queued text; raises QueueError for one that is not."""
    done = withdraw(line, [number], by)
    if not done:
        message = _ours(line, number)
        told = (
            "it is with the provider; look again in a few seconds" if message.status is Status.SENDING else ""
        )
        raise QueueError("not_queued", _it_is(message, told or "only what is queued can be withdrawn"))
    return done[0]


def send_anew(line: Line, number: int, by: Operator, *, maybe_twice: bool = False) -> Stored:
    """The new message in the place of a failed one, or of an uncertain one with `maybe_twice`.

    The earlier one counts as failed from now on. Raises QueueError.
    """
    note = _checked(by.note)
    message = _one_locked(line, number)
    _may_be_sent_anew(line, message, maybe_twice=maybe_twice)
    draft = queue.again(line.connection, message.id, line.now)
    draft = draft._replace(account=line.settings.number(message.number).account)
    (new,) = ids.allocate(line.connection, tables.messages, 1)
    messages.insert(line.connection, [(new, draft)])
    if message.code_id is not None:
        verifications.sent_anew(line.connection, message.code_id, new)
    if message.status is Status.UNCERTAIN:
        failed = Change(message.id, Status.FAILED, message.tries, reason=Reason.SENT_ANEW)
        fates.change(line, {message.id: message}, [failed])
    made = Decision(message.id, Action.SENT_ANEW, message.status, by.name, note, new, line.now)
    queue.record(line.connection, [made])
    return _now(line, new)


def settle(
    line: Line, number: int, by: Operator, *, accepted: bool, provider_id: str | None = None
) -> Stored:
    """What an uncertain text is once an operator knows whether its provider took it.

    `provider_id` is what the provider calls it: reports that waited for that name count. Raises QueueError.
    """
    note = _checked(by.note)
    message = _one_locked(line, number)
    if message.status is not Status.UNCERTAIN:
        raise QueueError("not_uncertain", _it_is(message, "only what is uncertain can be settled"))
    change = _settled(line, message, accepted=accepted, provider_id=provider_id)
    fates.change(line, {message.id: message}, [change])
    action = Action.ACCEPTED if accepted else Action.FAILED
    queue.record(
        line.connection, [Decision(message.id, action, message.status, by.name, note, None, line.now)]
    )
    settled(line, [], [message] if change.status is Status.FAILED else [])
    return _now(line, message.id)


def _settled(line: Line, message: Waiting, *, accepted: bool, provider_id: str | None) -> Change:
    if not accepted:
        return Change(message.id, Status.FAILED, message.tries, reason=Reason.SETTLED)
    left = message.first_tried_at or line.now
    change = Change(
        message.id, Status.SENT, message.tries, Reason.SETTLED, provider_id=provider_id, sent_at=left
    )
    if provider_id is not None:
        for report in reports.take(line.connection, {(message.account, provider_id)}):
            if change.status.before(report.status):
                reported = moved(message, report.status, report.reason, report.at, provider_id)
                change = replace(reported, sent_at=left)
    return change


def _may_be_sent_anew(line: Line, message: Waiting, *, maybe_twice: bool) -> None:
    if message.status not in (Status.FAILED, Status.UNCERTAIN):
        raise QueueError("not_failed", _it_is(message, "only what failed or is uncertain can be sent anew"))
    for made in queue.of_messages(line.connection, [message.id])[message.id]:
        if made.became is not None:
            raise QueueError("sent_anew", f"message {message.id} was sent anew already, as {made.became}")
    if message.status is Status.UNCERTAIN and not maybe_twice:
        raise QueueError(
            "may_have_gone", f"message {message.id} may have arrived; say so if it may arrive twice"
        )
    if message.valid_until is not None and message.valid_until < line.now:
        raise QueueError(
            "out_of_date",
            f"message {message.id} is of no use any more: it was valid until "
            f"{message.valid_until:%Y-%m-%d %H:%M} UTC",
        )
    standing = consent.standing(line.connection, [message.contact_id])
    own = standing.get((message.brand, message.contact_id))
    if message.kind is Kind.TEXT and own is not None and own.opted_out:
        raise QueueError("opted_out", f"{message.contact} has opted out of texts from {message.brand}")


def _ours(line: Line, number: int) -> Stored:
    found = messages.one(line.connection, number)
    if found is None or found.direction is not Direction.OUT:
        raise QueueError("not_found", f"there is no outgoing message {number}")
    return found


def lock(line: Line, numbers: Sequence[int]) -> list[Waiting]:
    """These outgoing messages as they are once their contacts are locked, all of them at once.

    Whoever does something with several of them locks them first, or two could wait for each other. Raises
    QueueError for what there is not.
    """
    ours = [_ours(line, number).id for number in numbers]
    before = outbox.by_ids(line.connection, ours)
    contacts.hold(line.connection, (each.contact_id for each in before.values()))
    return list(outbox.by_ids(line.connection, ours).values())


def _one_locked(line: Line, number: int) -> Waiting:
    (message,) = lock(line, [number])
    return message


def _now(line: Line, number: int) -> Stored:
    return _ours(line, number)


def _it_is(message: Stored | Waiting, why: str) -> str:
    return f"message {message.id} is {message.status.value}; {why}"


def _checked(note: str | None) -> str | None:
    given = storable(note or "").strip()
    if len(given) > LONGEST_NOTE:
        raise QueueError("bad_note", f"a note has at most {LONGEST_NOTE} characters, not {len(given)}")
    return given or None
