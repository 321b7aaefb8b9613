"""`/v1/conversations`: starting them, how they stand, and what people do with those they were handed."""

import re

from convo.resources.base import NoBody, NoQuery, Page, PageQuery
from convo.resources.conversations import (
    CloseRequest,
    Conversation,
    ConversationsQuery,
    HandBackRequest,
    HandOffRequest,
    HistoryLine,
    ReplyRequest,
    StartRequest,
)
from convo.resources.messages import Message
from convo.runtime import inbox
from convo.runtime.inbox import HandBack, Reply
from convo.runtime.sessions import inside, shown
from convo.runtime.starting import Start
from convo.runtime.starting import start as begin
from convo.runtime.tokens import Scope
from convo.runtime.turns import Line
from convo.store import conversations, events
from convo.store.conversations import Stored
from convo.web.api.lists import page
from convo.web.api.messages import shown_message
from convo.web.api.operations import GET, POST, Answer, Asked, Operation, made, missing

# What the conversation does not allow now; everything else is wrong with the request itself.
_INBOX = {"not_found": 404, "ended": 409, "not_handed_off": 409, "opted_out": 409, "key_reused": 409}
_CLOSED = {"not_found": 404, "ended": 409, "bad_outcome": 422}
_HANDED_BACK = {
    **{code: _INBOX[code] for code in ("not_found", "ended", "not_handed_off")},
    "cannot_go_on": 409,
    "unknown_state": 422,
    "nowhere": 422,
    "unknown_variable": 422,
    "wrong_variable": 422,
}
_HANDED_OFF = {
    "not_found": 404,
    "ended": 409,
    "handed_off": 409,
    "not_running": 409,
    "cannot_go_on": 409,
    "bad_queue": 422,
}
# What is wrong with a request to start something, whenever it is to start.
UNSTARTABLE = {
    "unknown_flow": 422,
    "bad_contact": 422,
    "no_number": 422,
    "unknown_number": 422,
    "bad_language": 422,
    "bad_timezone": 422,
    "missing_variable": 422,
    "unknown_variable": 422,
    "wrong_variable": 422,
}
_STARTED = {"opted_out": 409, "no_consent": 409, "busy": 409, "key_reused": 409, **UNSTARTABLE}


def _list(line: Line, asked: Asked[ConversationsQuery, NoBody]) -> Answer[Page[Conversation]]:
    """Conversations in the order in which they started."""
    query, connection = asked.query, line.connection
    return page(
        query,
        lambda after, most: conversations.chosen(
            connection, query.contact, after, most, status=query.status, queue=query.queue, flow=query.flow
        ),
        shown_conversation,
    )


def _one(line: Line, asked: Asked[NoQuery, NoBody]) -> Answer[Conversation]:
    """How one conversation stands."""
    number = asked.number("conversation")
    found = conversations.by_ids(line.connection, [number])
    if not found:
        raise missing("conversation", number)
    return Answer(shown_conversation(found[0]))


def _history(line: Line, asked: Asked[PageQuery, NoBody]) -> Answer[Page[HistoryLine]]:
    """What was said in a conversation, and what else happened to it, in its order."""
    number, connection = asked.number("conversation"), line.connection
    if not conversations.by_ids(connection, [number]):
        raise missing("conversation", number)
    return page(asked.query, lambda after, most: events.history(connection, number, after, most), shown_line)


def _start(line: Line, asked: Asked[NoQuery, StartRequest]) -> Answer[Conversation]:
    """Start a conversation.

    201 with the new one, 200 with the earlier one where its `key` is known. While another of the contact runs
    on that number its status is `waiting`, or what the flow's `when_busy` says. 409 for a contact who has
    opted out, or who has not agreed to a flow that is marketing.
    """
    body = asked.body
    wanted = Start(
        body.flow,
        body.contact,
        body.number,
        body.vars,
        body.key,
        language=body.language,
        timezone=body.timezone,
    )
    stored, new = begin(line.connection, line.settings, line.library, wanted, line.now)
    return made(shown_conversation(stored), new=new)


def _reply(line: Line, asked: Asked[NoQuery, ReplyRequest]) -> Answer[Message]:
    """Queue a person's text in a conversation that was handed to people.

    201 with the text, 200 with the earlier one where its `key` is known.
    """
    wanted = Reply(asked.number("conversation"), asked.body.text, asked.body.key)
    message, new = inbox.reply(line, wanted)
    return made(shown_message(message), new=new)


def _hand_off(line: Line, asked: Asked[NoQuery, HandOffRequest]) -> Answer[Conversation]:
    """Take a conversation from its flow, and hand it to people.

    No clock of its state goes off any more. Only `hand-back` with a state gives it back, where its flow does
    not say itself where to go on.
    """
    return Answer(shown_conversation(inbox.hand_off(line, asked.number("conversation"), asked.body.queue)))


def _hand_back(line: Line, asked: Asked[NoQuery, HandBackRequest]) -> Answer[Conversation]:
    """Give a conversation back to its flow."""
    wanted = HandBack(asked.number("conversation"), asked.body.state, asked.body.vars)
    return Answer(shown_conversation(inbox.hand_back(line, wanted)))


def _close(line: Line, asked: Asked[NoQuery, CloseRequest]) -> Answer[Conversation]:
    """End a conversation, whoever has it."""
    return Answer(shown_conversation(inbox.close(line, asked.number("conversation"), asked.body.outcome)))


def shown_conversation(stored: Stored) -> Conversation:
    """A conversation as the API tells it."""
    return Conversation.model_validate(
        {
            **stored._asdict(),
            "inside": inside(stored),
            "vars": shown(stored.vars),
            "campaign": stored.campaign_id,
        }
    )


def shown_line(found: events.Line) -> HistoryLine:
    """A line of a conversation's history as the API tells it."""
    kind = "text" if found.kind is None else re.sub(r"(?<=[a-z])(?=[A-Z])", "_", found.kind).lower()
    return HistoryLine(
        id=found.id,
        at=found.at,
        kind=kind,
        text=found.text,
        direction=found.direction,
        state=found.state,
        status=found.status,
    )


_ONE, _READ, _WRITE = "/v1/conversations/{id}", Scope.CONVERSATIONS_READ, Scope.CONVERSATIONS_WRITE
OPERATIONS: list[Operation] = [
    Operation(GET, "/v1/conversations", _READ, _list),
    Operation(
        POST,
        "/v1/conversations",
        _WRITE,
        _start,
        statuses=(201, 200),
        refuses=_STARTED,
    ),
    Operation(GET, _ONE, _READ, _one),
    Operation(GET, f"{_ONE}/history", _READ, _history),
    Operation(POST, f"{_ONE}/hand-off", _WRITE, _hand_off, refuses=_HANDED_OFF),
    Operation(
        POST,
        f"{_ONE}/messages",
        _WRITE,
        _reply,
        statuses=(201, 200),
        refuses={**_INBOX, "bad_text": 422},
    ),
    Operation(
        POST,
        f"{_ONE}/hand-back",
        _WRITE,
        _hand_back,
        refuses=_HANDED_BACK,
    ),
    Operation(POST, f"{_ONE}/close", _WRITE, _close, refuses=_CLOSED),
]
