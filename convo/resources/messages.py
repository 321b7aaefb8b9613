"""Messages, the queue, and what operators decide about texts of it."""

from typing import Literal

from pydantic import Field

from convo.messages import Direction, Reason, Status
from convo.resources.base import Body, ContactsPageQuery, Moment, NumberFilter, Shown

LONGEST_PROVIDER_ID = 255

QueueStatus = Literal["queued", "sending", "uncertain", "failed"]


class Message(Shown):
    """One text, either way."""

    id: int
    direction: Direction
    contact: str
    number: str = Field(description="Ours.")
    text: str
    status: Status
    reason: Reason | None = Field(description="Why it failed, was withdrawn, or waits.")
    detail: str | None = Field(description="What its provider said the last time that a try went wrong.")
    segments: int
    conversation: int | None
    state: str | None = Field(
        description="The state of the flow that said it; null: a person or the API did."
    )
    created_at: Moment
    sent_at: Moment | None
    delivered_at: Moment | None


class Decision(Shown):
    """What an operator decided about a text."""

    action: Literal["withdrawn", "sent_anew", "accepted", "failed"]
    before: Status
    actor: str
    note: str | None
    became: int | None = Field(description="The message that is sent in its place.")
    at: Moment


class QueuedMessage(Message):
    """A text that is not done with."""

    account: str
    provider_id: str | None
    tries: int
    due_at: Moment | None
    valid_until: Moment | None
    decisions: list[Decision]


class NoteRequest(Body):
    """Why; it stays on record."""

    note: str | None = None


class RetryRequest(NoteRequest):
    """Send it anew."""

    maybe_twice: bool = Field(False, description="An uncertain one too, which then may arrive twice.")


class SettleRequest(NoteRequest):
    """What became of an uncertain text."""

    accepted: bool
    provider_id: str | None = Field(
        None, min_length=1, max_length=LONGEST_PROVIDER_ID, description="Its reports count then."
    )


class MessagesQuery(ContactsPageQuery):
    """Which messages."""

    number: NumberFilter | None = Field(None, description="Of this number of ours alone.")
    direction: Direction | None = Field(None, description="`in` from contacts, `out` to them.")
    status: Status | None = None
    conversation: int | None = Field(None, ge=1, le=10**18, description="Of this conversation alone.")


class SendRequest(Body):
    """A single text, outside of any flow."""

    contact: str = Field(description="With its country, like +15550001111.")
    text: str
    number: str | None = Field(None, description="Ours; needed where there are several.")
    purpose: Literal["transactional", "marketing"] = Field(
        "transactional", description="Marketing needs the contact's consent to it."
    )
    valid_for: str | None = Field(None, description="Like `4 hours`: later it is withdrawn.")


class QueueQuery(ContactsPageQuery):
    """Which texts of the queue."""

    status: str = Field(
        "queued,sending,uncertain",
        description="One or more of queued, sending, uncertain and failed, with commas.",
    )
    number: NumberFilter | None = Field(None, description="Of this number of ours alone.")
    older_than: str | None = Field(None, description="Stored longer ago, like `10 minutes`.")
