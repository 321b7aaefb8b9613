"""Contacts: the people on the other side."""

from typing import Any

from pydantic import Field

from convo.resources.base import Body, Moment, PageQuery, Shown
from convo.resources.campaigns import CampaignContact
from convo.resources.consent import Entry, Standing
from convo.resources.conversations import Conversation, HistoryLine
from convo.resources.events import Event
from convo.resources.messages import Message


class Contact(Shown):
    """A person, by their number."""

    id: int
    number: str
    language: str | None = Field(description="BCP 47; null where it is not known.")
    timezone: str | None = Field(description="IANA; null where it is not known.")
    tags: list[str]
    created_at: Moment


class Told(Conversation):
    """A conversation with all that happened in it."""

    history: list[HistoryLine]


class ExportedReminder(Shown):
    """A conversation that was asked for at a moment."""

    key: str
    flow: str
    number: str
    vars: dict[str, Any]
    at: str
    every: str | None
    status: str
    due_at: Moment | None


class ExportedPlace(CampaignContact):
    """A place in a campaign."""

    campaign: int


class Export(Shown):
    """All that is stored about a contact."""

    contact: Contact | None = Field(
        description="Null for who is only in `reminders` or `campaigns`, and was not texted yet."
    )
    consent: list[Standing]
    ledger: list[Entry]
    conversations: list[Told]
    messages: list[Message]
    events: list[Event]
    reminders: list[ExportedReminder]
    campaigns: list[ExportedPlace]


class Erased(Shown):
    """How much was taken out, by table; the lines of the ledger do not tell the number any more."""

    rows: dict[str, int]


class ContactsQuery(PageQuery):
    """Which contacts."""

    tag: str | None = Field(None, description="Those who have this tag.")


class ContactRequest(Body):
    """A contact to create."""

    number: str = Field(description="With its country, like +15550001111.")
    language: str | None = Field(None, min_length=1, max_length=35)
    timezone: str | None = Field(None, min_length=1, max_length=64)
    tags: list[str] = Field(default_factory=list)


class ContactChange(Body):
    """What changes of a contact; what is left out stays, and null is not known any more."""

    language: str | None = Field(None, min_length=1, max_length=35)
    timezone: str | None = Field(None, min_length=1, max_length=64)
    tags: list[str] = Field(default_factory=list, description="All of them, in the place of those before.")
