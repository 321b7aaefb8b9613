"""The table of reminders: conversations that an application has asked for at a moment."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from convo.store.columns import Document, Id, Moment
from convo.store.tables import Row, numbered, partial, table


class ReminderRow(Row, table=True):
    """A conversation to be started when its moment has come, once or by a calendar rule."""

    __tablename__ = "reminder"
    __table_args__ = (
        partial("ix_reminder_due_at", "due_at", "id", where="due_at IS NOT NULL"),
        Index("ix_reminder_contact_id", "contact", "id"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    key: str = Field(unique=True)  # the application's own
    flow: str
    contact: str  # E.164
    number: str
    vars: dict[str, Any] = Field(sa_type=Document)  # as they were given
    at: str  # as it was asked for
    every: str | None = None  # RFC 5545, section 3.3.10
    first: str  # the local time that the rule counts from
    zone: str  # in which time zone that is
    language: str | None = None  # to be the contact's
    timezone: str | None = None
    status: str
    reason: str | None = None  # why the last one did not start, or is cancelled
    due_at: datetime | None = Field(default=None, sa_type=Moment)  # None: it is over
    conversation_id: int | None = Field(default=None, sa_type=BigInteger)  # the last that it started
    created_at: datetime = Field(sa_type=Moment)
    updated_at: datetime = Field(sa_type=Moment)


reminders = table(ReminderRow)
