"""The tables of campaigns: what is sent to whom, the files that the contacts came from, and the contacts."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from convo.store.columns import Document, Id, Moment, Word
from convo.store.tables import Row, numbered, partial, table


class CampaignRow(Row, table=True):
    """A flow that begins with many contacts. Its row is the lock of its launcher and of who manages it."""

    __tablename__ = "campaign"
    __table_args__ = (
        partial("ix_campaign_running", "id", where="status = 'running'"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    name: str = Field(unique=True)
    flow: str
    version: str  # of the flow: what was looked at is what is sent
    numbers: list[str] = Field(sa_type=Document)  # of ours; each contact keeps to one of them
    vars: dict[str, Any] = Field(sa_type=Document)  # the same for every contact
    region: str | None = None  # of contacts' numbers that are written without their country
    status: str = Field(sa_type=Word)
    starts_at: datetime | None = Field(default=None, sa_type=Moment)
    released: int = Field(default=0, sa_type=BigInteger)  # contacts up to this row may begin
    begun: int = 0  # conversations
    skipped: dict[str, int] = Field(sa_type=Document)  # contacts with whom none could begin, by reason
    trouble: str | None = None  # why it paused by itself
    created_at: datetime = Field(sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)


class CampaignFileRow(Row, table=True):
    """A file of contacts, and how much of it is in; written together with the contacts themselves."""

    __tablename__ = "campaign_file"
    __table_args__ = (
        UniqueConstraint("campaign_id", "digest", name="uq_campaign_file_campaign_id_digest"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    campaign_id: int = Field(sa_type=BigInteger)
    digest: str  # SHA-256 of its bytes
    name: str
    read: int = 0  # rows
    added: int = 0
    duplicates: int = 0
    opted_out: int = 0
    no_consent: int = 0
    bad: int = 0
    loaded_at: datetime | None = Field(default=None, sa_type=Moment)  # None: not to its end yet


class CampaignContactRow(Row, table=True):
    """One contact of a campaign, with what the flow is given, and what became of it."""

    __tablename__ = "campaign_contact"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact", name="uq_campaign_contact_campaign_id_contact"),
        # What waits stays small in the end, however many campaigns there were.
        partial("ix_campaign_contact_waiting", "campaign_id", "number", "id", where="status = 'waiting'"),
        partial("ix_campaign_contact_held", "campaign_id", "number", "due_at", where="status = 'held'"),
        Index("ix_campaign_contact_campaign_id_id", "campaign_id", "id"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    campaign_id: int = Field(sa_type=BigInteger)
    contact: str
    number: str  # ours
    vars: dict[str, Any] | None = Field(default=None, sa_type=Document)
    language: str | None = None
    timezone: str | None = None
    line: int  # of its file
    status: str = Field(sa_type=Word)
    reason: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=Moment)  # of one that is held by quiet hours
    conversation_id: int | None = Field(default=None, sa_type=BigInteger)


campaigns = table(CampaignRow)
campaign_files = table(CampaignFileRow)
campaign_contacts = table(CampaignContactRow)
