"""Conversations: starting them, what was said, and what people do with them."""

from collections.abc import Mapping

from convo.client.transport import Call, given, path
from convo.resources.base import Given, Page
from convo.resources.conversations import (
    CloseRequest,
    Conversation,
    ConversationStatus,
    HandBackRequest,
    HandOffRequest,
    HistoryLine,
    ReplyRequest,
    StartRequest,
)
from convo.resources.messages import (
    Message,
)


def start(
    flow: str,
    contact: str,
    *,
    number: str | None = None,
    vars: Mapping[str, Given] | None = None,
    language: str | None = None,
    timezone: str | None = None,
    key: str | None = None,
) -> Call[Conversation]:
    """Start a conversation; the same `key` again is the same conversation."""
    body = StartRequest(
        flow=flow,
        contact=contact,
        **given(number=number, vars=dict(vars or {}), language=language, timezone=timezone, key=key),
    )
    return Call("POST", path("conversations"), Conversation, body=body)


def conversation(id: int) -> Call[Conversation]:
    """How a conversation stands."""
    return Call("GET", path("conversations", id), Conversation)


def conversations(
    *,
    contact: str | None = None,
    status: ConversationStatus | None = None,
    queue: str | None = None,
    flow: str | None = None,
) -> Call[Page[Conversation]]:
    """Conversations, in the order in which they started."""
    chosen = {"contact": contact, "status": status, "queue": queue, "flow": flow}
    return Call("GET", path("conversations"), Page[Conversation], chosen)


def history(id: int) -> Call[Page[HistoryLine]]:
    """What was said in a conversation, and what else happened to it."""
    return Call("GET", path("conversations", id, "history"), Page[HistoryLine])


def reply(id: int, text: str, *, key: str | None = None) -> Call[Message]:
    """A person's text in a conversation that was handed to people."""
    return Call("POST", path("conversations", id, "messages"), Message, body=ReplyRequest(text=text), key=key)


def hand_off(id: int, queue: str) -> Call[Conversation]:
    """Take a conversation from its flow, and hand it to people."""
    return Call("POST", path("conversations", id, "hand-off"), Conversation, body=HandOffRequest(queue=queue))


def hand_back(
    id: int, state: str | None = None, *, vars: Mapping[str, Given] | None = None
) -> Call[Conversation]:
    """Give a conversation back to its flow."""
    body = HandBackRequest(**given(state=state, vars=dict(vars or {})))
    return Call("POST", path("conversations", id, "hand-back"), Conversation, body=body)


def close(id: int, outcome: str) -> Call[Conversation]:
    """End a conversation, whoever has it."""
    return Call("POST", path("conversations", id, "close"), Conversation, body=CloseRequest(outcome=outcome))
