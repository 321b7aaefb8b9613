"""Everything that can be asked for, each as the request that it makes: both clients have these as methods."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from convo.client.transport import Call, path
from convo.messages import Direction, Status
from convo.resources.base import Given, Page
from convo.resources.consent import (
    ChangedConsent,
    Consent,
    DecidedReview,
    Entry,
    Review,
    ReviewStatus,
    VerdictRequest,
    WishRequest,
)
from convo.resources.contacts import Contact, ContactChange, ContactRequest, Erased, Export
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
from convo.resources.events import DeliveryStatus, Event, ResendRequest
from convo.resources.flows import Flow, FlowVersion, Source
from convo.resources.messages import (
    Message,
    NoteRequest,
    QueuedMessage,
    RetryRequest,
    SendRequest,
    SettleRequest,
)
from convo.resources.reminders import Reminder, ReminderRequest, ReminderStatus

Purpose = Literal["transactional", "marketing"]

# Conversations.


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
        **_given(number=number, vars=dict(vars or {}), language=language, timezone=timezone, key=key),
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
    body = HandBackRequest(**_given(state=state, vars=dict(vars or {})))
    return Call("POST", path("conversations", id, "hand-back"), Conversation, body=body)


def close(id: int, outcome: str) -> Call[Conversation]:
    """End a conversation, whoever has it."""
    return Call("POST", path("conversations", id, "close"), Conversation, body=CloseRequest(outcome=outcome))


# Messages.


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
        contact=contact, text=text, purpose=purpose, **_given(number=number, valid_for=valid_for)
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
    return Call("POST", path("messages", id, "withdraw"), Message, body=NoteRequest(**_given(note=note)))


# The queue.


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
    body = RetryRequest(maybe_twice=maybe_twice, **_given(note=note))
    return Call("POST", path("messages", id, "retry"), Message, body=body)


def settle(
    id: int, *, accepted: bool, provider_id: str | None = None, note: str | None = None
) -> Call[Message]:
    """Say what became of an uncertain text."""
    body = SettleRequest(accepted=accepted, **_given(provider_id=provider_id, note=note))
    return Call("POST", path("messages", id, "settle"), Message, body=body)


# Contacts.


def create_contact(
    number: str, *, language: str | None = None, timezone: str | None = None, tags: Sequence[str] = ()
) -> Call[Contact]:
    """Create a contact; raises ApiError `exists` where there is one."""
    known = _given(language=language, timezone=timezone, tags=list(tags))
    return Call("POST", path("contacts"), Contact, body=ContactRequest(number=number, **known))


def contact(number: str) -> Call[Contact]:
    """What is known of a contact."""
    return Call("GET", path("contacts", number), Contact)


def contacts(*, tag: str | None = None) -> Call[Page[Contact]]:
    """Contacts, in the order in which they came."""
    return Call("GET", path("contacts"), Page[Contact], {"tag": tag})


def change_contact(number: str, **known: Any) -> Call[Contact]:
    """Change `language`, `timezone` or `tags`; what is left out stays, and None is not known any more."""
    return Call("PATCH", path("contacts", number), Contact, body=ContactChange(**known))


def tag_contact(number: str, tag: str) -> Call[Contact]:
    """Give a contact a tag."""
    return Call("PUT", path("contacts", number, "tags", tag), Contact)


def untag_contact(number: str, tag: str) -> Call[Contact]:
    """Take a tag from a contact."""
    return Call("DELETE", path("contacts", number, "tags", tag), Contact)


def export_contact(number: str) -> Call[Export]:
    """All that is stored about a contact."""
    return Call("GET", path("contacts", number, "export"), Export)


def erase_contact(number: str) -> Call[Erased]:
    """Take out all that is stored about a contact."""
    return Call("DELETE", path("contacts", number), Erased)


# Reminders.


def remind(
    key: str,
    flow: str,
    contact: str,
    at: str,
    *,
    every: str | None = None,
    number: str | None = None,
    vars: Mapping[str, Given] | None = None,
    language: str | None = None,
    timezone: str | None = None,
) -> Call[Reminder]:
    """Start a conversation at a moment; the same `key` again moves or changes it."""
    more = _given(every=every, number=number, vars=dict(vars or {}), language=language, timezone=timezone)
    body = ReminderRequest(flow=flow, contact=contact, at=at, **more)
    return Call("PUT", path("reminders", key), Reminder, body=body)


def reminder(key: str) -> Call[Reminder]:
    """How it stands with a reminder."""
    return Call("GET", path("reminders", key), Reminder)


def reminders(*, contact: str | None = None, status: ReminderStatus | None = None) -> Call[Page[Reminder]]:
    """Reminders, in the order in which they were made."""
    return Call("GET", path("reminders"), Page[Reminder], {"contact": contact, "status": status})


def cancel_reminder(key: str) -> Call[Reminder]:
    """Cancel a reminder."""
    return Call("DELETE", path("reminders", key), Reminder)


# Flows, events, consent.


def flows() -> Call[Page[Flow]]:
    """The flows that are served."""
    return Call("GET", path("flows"), Page[Flow])


def flow(name: str) -> Call[Flow]:
    """One flow as it is served."""
    return Call("GET", path("flows", name), Flow)


def flow_versions(flow: str) -> Call[Page[FlowVersion]]:
    """Every version of a flow."""
    return Call("GET", path("flows", flow, "versions"), Page[FlowVersion])


def flow_source(flow: str, *, version: str | None = None) -> Call[Source]:
    """The source of a flow, of the version that is served unless another is named."""
    return Call("GET", path("flows", flow, "source"), Source, {"version": version})


def events(
    *,
    contact: str | None = None,
    kind: str | None = None,
    status: DeliveryStatus | None = None,
    endpoint: str | None = None,
) -> Call[Page[Event]]:
    """What the application was told."""
    chosen = {"contact": contact, "kind": kind, "status": status, "endpoint": endpoint}
    return Call("GET", path("events"), Page[Event], chosen)


def event(id: int | str) -> Call[Event]:
    """One event, by its id or its webhook id."""
    return Call("GET", path("events", id), Event)


def resend_event(id: int | str, *, endpoint: str | None = None) -> Call[Event]:
    """Tell an event again."""
    return Call("POST", path("events", id, "resend"), Event, body=ResendRequest(**_given(endpoint=endpoint)))


def consent(contact: str, *, brand: str | None = None) -> Call[Consent]:
    """How a contact stands to each brand."""
    return Call("GET", path("consent"), Consent, {"contact": contact, "brand": brand})


def opt_out(contact: str, reason: str, *, brand: str | None = None) -> Call[ChangedConsent]:
    """Opt a contact out, as by their own STOP."""
    return _wish("stop", contact, reason, brand)


def opt_in(contact: str, reason: str, *, brand: str | None = None) -> Call[ChangedConsent]:
    """Bring a contact's consent back, on their word."""
    return _wish("start", contact, reason, brand)


def agree(contact: str, reason: str, *, brand: str | None = None) -> Call[ChangedConsent]:
    """Record that a contact agreed to marketing elsewhere."""
    return _wish("agree", contact, reason, brand)


def consent_entries(
    *, contact: str | None = None, brand: str | None = None, since: str | None = None
) -> Call[Page[Entry]]:
    """The lines of the ledger in their order; `since` is like 2026-11-30T09:00:00Z."""
    return Call(
        "GET", path("consent", "entries"), Page[Entry], {"contact": contact, "brand": brand, "since": since}
    )


def reviews(*, contact: str | None = None, status: ReviewStatus | None = None) -> Call[Page[Review]]:
    """STOPs by phrases, in the order of the ledger."""
    return Call("GET", path("consent", "reviews"), Page[Review], {"contact": contact, "status": status})


def keep_review(id: int, *, reason: str | None = None) -> Call[DecidedReview]:
    """It was a STOP."""
    return Call(
        "POST",
        path("consent", "reviews", id, "keep"),
        DecidedReview,
        body=VerdictRequest(**_given(reason=reason)),
    )


def undo_review(id: int, reason: str) -> Call[DecidedReview]:
    """It was no STOP: consent is back where nothing else stands against it."""
    return Call(
        "POST", path("consent", "reviews", id, "undo"), DecidedReview, body=VerdictRequest(reason=reason)
    )


def _wish(action: str, contact: str, reason: str, brand: str | None) -> Call[ChangedConsent]:
    body = WishRequest(contact=contact, reason=reason, **_given(brand=brand))
    return Call("POST", path("consent", action), ChangedConsent, body=body)


def _given(**values: Any) -> dict[str, Any]:
    """What was given; the rest is left to the server."""
    return {name: value for name, value in values.items() if value not in (None, {}, [])}
