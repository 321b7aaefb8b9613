"""Reminders: conversations to be started at a moment."""

from typing import Any, Literal

from pydantic import Field

from convo.resources.base import Body, ContactsPageQuery, Given, Moment, Shown

ReminderStatus = Literal["scheduled", "started", "missed", "refused", "cancelled"]


class Reminder(Shown):
    """A conversation to be started at a moment, once or by a calendar rule."""

    key: str = Field(description="The application's own.")
    flow: str
    contact: str
    number: str = Field(description="Ours.")
    vars: dict[str, Any]
    at: str
    every: str | None
    timezone: str = Field(description="In which local times are meant.")
    due_at: Moment | None = Field(description="When it starts next; null where it is over.")
    status: ReminderStatus
    reason: str | None = Field(description="Why the last one did not start, or is cancelled.")
    conversation: int | None = Field(description="The last that it has started.")
    created_at: Moment
    updated_at: Moment


class RemindersQuery(ContactsPageQuery):
    """Which reminders."""

    status: ReminderStatus | None = Field(None, description="Of this status alone.")


class ReminderRequest(Body):
    """What is to be started, and when."""

    flow: str
    contact: str = Field(description="With its country, like +15550001111.")
    at: str = Field(
        max_length=100,
        description="`visit - 1 day, 09:00`, `2026-12-01 09:00`, or `2026-12-01T09:00+01:00`.",
    )
    every: str | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="`day`, `week`, `month`, `year`, or a rule of RFC 5545, section 3.3.10.",
    )
    number: str | None = Field(None, description="Ours; needed where there are several.")
    vars: dict[str, Given] = Field(default_factory=dict, description="What the flow `needs`.")
    language: str | None = Field(None, min_length=1, max_length=35, description="The contact's, BCP 47.")
    timezone: str | None = Field(
        None, min_length=1, max_length=64, description="In which local times are meant; the contact's, IANA."
    )
