"""`/v1/messages`: what was said either way."""

from convo.clock import parse_duration
from convo.messages import Purpose
from convo.resources.base import NoBody, NoQuery, Page
from convo.resources.messages import Message, MessagesQuery, SendRequest
from convo.runtime import messaging
from convo.runtime.messaging import Single
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import messages
from convo.store.messages import Stored
from convo.web.api.access import Refusal
from convo.web.api.lists import page
from convo.web.api.operations import GET, POST, Answer, Asked, Operation, made, missing


def _list(line: Line, asked: Asked[MessagesQuery, NoBody]) -> Answer[Page[Message]]:
    """Messages in the order in which they were stored."""
    query = asked.query
    return page(
        query,
        lambda after, most: messages.chosen(
            line.connection,
            query.contact,
            after,
            most,
            number=query.number,
            direction=query.direction,
            status=query.status,
            conversation=query.conversation,
        ),
        shown_message,
    )


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Message]:
    """One message."""
    number = asked.number("message")
    found = messages.one(line.connection, number)
    if found is None:
        raise missing("message", number)
    return Answer(shown_message(found))


def _send(line: Line, asked: Asked[NoQuery, SendRequest]) -> Answer[Message]:
    """Send a single text, outside of any flow.

    It is queued, and passes the same gate as every other text: consent, quiet hours, caps and pace. What the
    contact replies is routed as any text is. 409 for a contact who has opted out, or who has not agreed to
    marketing.
    """
    body = asked.body
    try:
        valid_for = parse_duration(body.valid_for) if body.valid_for is not None else None
    except ValueError as error:
        raise Refusal(422, "bad_duration", f"valid_for: {error}") from None
    wanted = Single(body.contact, body.text, body.number, Purpose(body.purpose), valid_for)
    return made(shown_message(messaging.send(line, wanted)))


def shown_message(message: Stored) -> Message:
    """A message as the API tells it."""
    return Message.model_validate(message, from_attributes=True)


_SENT = {
    "opted_out": 409,
    "no_consent": 409,
    "bad_contact": 422,
    "no_number": 422,
    "unknown_number": 422,
    "bad_text": 422,
    "bad_duration": 422,
}
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/messages", Scope.MESSAGES_READ, _list),
    Operation(POST, "/v1/messages", Scope.MESSAGES_WRITE, _send, statuses=(201,), refuses=_SENT),
    Operation(GET, "/v1/messages/{id}", Scope.MESSAGES_READ, _one),
]
