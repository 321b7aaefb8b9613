"""Messages: single texts, what became of them, and what operators do with those of the queue."""

from typing import Literal

from convo.client.transport import Call, given, path
from convo.messages import Direction, Status
from convo.resources.base import Page
from convo.resources.messages import (
    Message,
    NoteRequest,
    QueuedMessage,
    RetryRequest,
    SendRequest,
    SettleRequest,
)

Purpose = Literal["transactional", "marketing"]


def send(
    contact: str,
    text: str,
    *,
    number: str | None = None,
    purpose: Purpose = "transactional",
    valid_for: str | None = None,
    key: str | None = None,
) -> Call[Message]:
    """Send a single text, outside of any flow; the same `key` again sends nothing more."""
    body = SendRequest(
        contact=contact, text=text, purpose=purpose, **given(number=number, valid_for=valid_for)
    )
    return Call("POST", path("messages"), Message, body=body, key=key)


def message(id: int) -> Call[Message]:
    """What became of a message."""
    return Call("GET", path("messages", id), Message)


def messages(
    *,
    contact: str | None = None,
    number: str | None = None,
    direction: Direction | None = None,
    status: Status | None = None,
    conversation: int | None = None,
) -> Call[Page[Message]]:
    """Messages either way, in the order in which they were stored."""
    chosen = {
        "contact": contact, "number": number, "direction": direction, "status": status,
        "conversation": conversation,
    }  # fmt: skip
    return Call("GET", path("messages"), Page[Message], chosen)


def withdraw(id: int, *, note: str | None = None) -> Call[Message]:
    """Withdraw a queued text."""
    return Call("POST", path("messages", id, "withdraw"), Message, body=NoteRequest(**given(note=note)))


def queue(
    *,
    status: str | None = None,
    contact: str | None = None,
    number: str | None = None,
    older_than: str | None = None,
) -> Call[Page[QueuedMessage]]:
    """Texts that are not done with; `status` may name several, with commas."""
    chosen = {"status": status, "contact": contact, "number": number, "older_than": older_than}
    return Call("GET", path("queue"), Page[QueuedMessage], chosen)


def retry(id: int, *, maybe_twice: bool = False, note: str | None = None) -> Call[Message]:
    """Send a failed text anew, an uncertain one with `maybe_twice`."""
    body = RetryRequest(maybe_twice=maybe_twice, **given(note=note))
    return Call("POST", path("messages", id, "retry"), Message, body=body)


def settle(
    id: int, *, accepted: bool, provider_id: str | None = None, note: str | None = None
) -> Call[Message]:
    """Say what became of an uncertain text."""
    body = SettleRequest(accepted=accepted, **given(provider_id=provider_id, note=note))
    return Call("POST", path("messages", id, "settle"), Message, body=body)
