"""`/v1/queue`: texts that are not done with, and what operators decide about them."""

from convo.clock import parse_duration
from convo.messages import Status
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.messages import (
    Message,
    NoteRequest,
    QueuedMessage,
    QueueQuery,
    RetryRequest,
    SettleRequest,
)
from convo.runtime import queue
from convo.runtime.queue import Operator
from convo.runtime.tokens import Holder, Scope
from convo.runtime.turns import Line
from convo.store.queue import STATUSES, Chosen, Listed, listed
from convo.web.api.access import Refusal
from convo.web.api.lists import page
from convo.web.api.messages import shown_message
from convo.web.api.operations import GET, POST, Answer, Asked, Operation, made

_RETRIED = {
    "not_found": 404, "not_failed": 409, "may_have_gone": 409, "sent_anew": 409, "out_of_date": 409,
    "opted_out": 409, "bad_note": 422,
}  # fmt: skip


def _list(line: Line, asked: Asked[QueueQuery, NoBody]) -> Answer[Page[QueuedMessage]]:
    """Texts that are not done with, in the order in which they were stored."""
    query = asked.query
    try:
        age = parse_duration(query.older_than) if query.older_than is not None else None
        before = line.now - age if age else None
    except (ValueError, OverflowError) as error:
        raise Refusal(400, "bad_older_than", str(error)) from None
    chosen = Chosen(_statuses(query.status), query.contact, query.number, before)
    return page(query, lambda after, most: listed(line.connection, chosen, after, most), shown_listed)


def _withdraw(line: Line, asked: Asked[NoQuery, NoteRequest]) -> Answer[Message]:
    """Withdraw a queued text.

    It is uncertain afterwards where an earlier try may have got through.
    """
    done = queue.withdraw_one(line, asked.number("message"), operator_of(asked.by, asked.body.note))
    return Answer(shown_message(done))


def _retry(line: Line, asked: Asked[NoQuery, RetryRequest]) -> Answer[Message]:
    """Send a failed text anew, as a new message; an uncertain one with `maybe_twice`."""
    by = operator_of(asked.by, asked.body.note)
    done = queue.send_anew(line, asked.number("message"), by, maybe_twice=asked.body.maybe_twice)
    return made(shown_message(done))


def _settle(line: Line, asked: Asked[NoQuery, SettleRequest]) -> Answer[Message]:
    """Say what became of an uncertain text."""
    body = asked.body
    by = operator_of(asked.by, body.note)
    done = queue.settle(
        line, asked.number("message"), by, accepted=body.accepted, provider_id=body.provider_id
    )
    return Answer(shown_message(done))


def shown_listed(each: Listed) -> QueuedMessage:
    """A text of the queue as the API and `convo queue` tell it."""
    message = each.message
    return QueuedMessage.model_validate(
        {
            **shown_message(message).model_dump(),
            "account": each.account,
            "provider_id": message.provider_id,
            "tries": each.tries,
            "due_at": message.due_at,
            "valid_until": each.valid_until,
            "decisions": [made._asdict() for made in each.decisions],
        }
    )


def operator_of(by: Holder, note: str | None = None) -> Operator:
    """Who decides, as records tell it."""
    return Operator(by.actor, note)


def _statuses(asked: str) -> tuple[Status, ...]:
    names = asked.split(",")
    if wrong := [name for name in names if name not in STATUSES]:
        known = ", ".join(STATUSES)
        raise Refusal(400, "bad_status", f"status is one or more of {known}, not '{wrong[0]}'")
    return tuple(Status(name) for name in dict.fromkeys(names))


_ONE, _WRITE = "/v1/messages/{id}", Scope.QUEUE_WRITE
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/queue", Scope.QUEUE_READ, _list),
    Operation(
        POST,
        f"{_ONE}/withdraw",
        Scope.MESSAGES_WRITE,
        _withdraw,
        refuses={"not_found": 404, "not_queued": 409, "bad_note": 422},
    ),
    Operation(
        POST,
        f"{_ONE}/retry",
        _WRITE,
        _retry,
        statuses=(201,),
        refuses=_RETRIED,
    ),
    Operation(
        POST,
        f"{_ONE}/settle",
        _WRITE,
        _settle,
        refuses={"not_found": 404, "not_uncertain": 409, "bad_note": 422},
    ),
]
