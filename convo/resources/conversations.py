"""Conversations: starting them, how they stand, and what people do with them."""

from typing import Any, Literal

from pydantic import Field

from convo.messages import Direction, Status
from convo.resources.base import LONGEST_KEY, Body, ContactsPageQuery, Given, Moment, Shown

ConversationStatus = Literal["waiting", "live", "calling", "suspended", "handed_off", "ended"]


class Conversation(Shown):
    """One contact talking to one of our numbers through one version of a flow."""

    id: int
    contact: str
    number: str = Field(description="Ours.")
    flow: str
    version: str
    state: str = Field(description="In a sub-flow it is written `verify-phone.ask`.")
    inside: list[str] = Field(description="The states that wait for the sub-flow, the flow's own first.")
    status: ConversationStatus
    outcome: str | None
    queue: str | None = Field(description="The people who have it.")
    trouble: str | None = Field(description="Why, where the flow did not ask for them.")
    vars: dict[str, Any]
    campaign: int | None = Field(description="That began it.")
    started_at: Moment
    ended_at: Moment | None


class HistoryLine(Shown):
    """A text of a conversation, or something else that happened to it."""

    id: int
    at: Moment
    kind: str = Field(description="`text`, or what happened: `started`, `timed_out`, `handed_back`, …")
    text: str | None = Field(description="The text, or the words that came with what happened.")
    direction: Direction | None = Field(description="Of a text.")
    state: str | None = Field(description="The state of the flow that said it.")
    status: Status | None = Field(description="Of a text.")


class ConversationsQuery(ContactsPageQuery):
    """Which conversations."""

    status: ConversationStatus | None = Field(None, description="`handed_off` is the inbox.")
    queue: str | None = Field(None, description="Of these people alone.")
    flow: str | None = Field(None, description="Of this flow alone.")


class StartRequest(Body):
    """Start a conversation."""

    flow: str
    contact: str = Field(description="With its country, like +15550001111.")
    number: str | None = Field(None, description="Ours; needed where there are several.")
    vars: dict[str, Given] = Field(default_factory=dict, description="What the flow `needs`.")
    key: str | None = Field(
        None, min_length=1, max_length=LONGEST_KEY, description="The same key again is the same conversation."
    )
    language: str | None = Field(
        None, min_length=1, max_length=35, description="The contact's, BCP 47; it is kept."
    )
    timezone: str | None = Field(
        None, min_length=1, max_length=64, description="The contact's, IANA; it is kept."
    )


class ReplyRequest(Body):
    """A person's text in a conversation that they have."""

    text: str
    key: str | None = Field(
        None, min_length=1, max_length=LONGEST_KEY, description="The same key again is the same text."
    )


class HandOffRequest(Body):
    """To people, in whatever state it is."""

    queue: str = Field(description="Who has it from now on, like `reception`.")


class HandBackRequest(Body):
    """Back to the flow."""

    state: str | None = Field(None, description="Where it goes on; else where the flow says itself.")
    vars: dict[str, Given] = Field(default_factory=dict)


class CloseRequest(Body):
    """The end of a conversation."""

    outcome: str
