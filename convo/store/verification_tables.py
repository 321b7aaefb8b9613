"""The tables of verifications: one-time codes that an application asks for, and what guards them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from convo.store.columns import Moment
from convo.store.tables import Row, table


class VerificationRow(Row, table=True):
    """A code that was asked for, what it is good for, and how often it was tried. No column tells it."""

    __tablename__ = "verification"
    __table_args__ = (
        Index("ix_verification_contact_id", "contact_id", "brand", "purpose", "created_at"),
        Index("ix_verification_prefix", "prefix", "created_at"),
        Index("ix_verification_created_at", "created_at"),
    )

    id: str = Field(primary_key=True)  # 128 random bits, which the code is worked out from
    contact_id: int = Field(sa_type=BigInteger)
    number: str
    brand: str
    purpose: str
    amount: str | None = None
    payee: str | None = None
    country: str | None = None  # of the contact's number
    prefix: str  # of it: without its last digits
    key_id: str  # which of the server's keys
    digits: int
    tries: int
    most_tries: int
    sends: int
    status: str
    reason: str | None = None  # why it was not sent, or is canceled
    message_id: int | None = Field(default=None, sa_type=BigInteger)  # the last text that says it
    created_at: datetime = Field(sa_type=Moment)
    valid_until: datetime = Field(sa_type=Moment)


class VerificationFailuresRow(Row, table=True):
    """How many checks in a row have failed for a contact of a brand, whatever codes they were of."""

    __tablename__ = "verification_failures"

    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    brand: str = Field(primary_key=True)
    count: int


class VerificationWindowRow(Row, table=True):
    """How often something happened in a slice of a window; see `windows`."""

    __tablename__ = "verification_window"
    __table_args__ = (Index("ix_verification_window_ends_at", "ends_at"),)

    key: str = Field(primary_key=True)
    period: int = Field(primary_key=True)  # seconds
    slice: int = Field(primary_key=True, sa_type=BigInteger)
    ends_at: datetime = Field(sa_type=Moment)  # when no window holds it any more
    count: int


class VerificationRestRow(Row, table=True):
    """A range of numbers that gets no codes for a while, since few that went there came back."""

    __tablename__ = "verification_rest"

    prefix: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    sent: int
    approved: int


verifications = table(VerificationRow)
failures = table(VerificationFailuresRow)
windows = table(VerificationWindowRow)
rests = table(VerificationRestRow)
