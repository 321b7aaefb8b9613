"""The tables of what an application is told: events, who still has to hear them, and endpoints off."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from convo.store.columns import Document, Id, Moment
from convo.store.tables import Row, numbered, partial, table


class OutgoingEventRow(Row, table=True):
    """Something that the application is told of. Who is told of it, its deliveries say."""

    __tablename__ = "outgoing_event"
    __table_args__ = (
        Index("ix_outgoing_event_contact_id_id", "contact_id", "id"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    kind: str
    contact_id: int | None = Field(default=None, sa_type=BigInteger)  # None: it is about none
    number: str
    brand: str
    conversation_id: int | None = Field(default=None, sa_type=BigInteger)
    data: dict[str, Any] = Field(sa_type=Document)
    created_at: datetime = Field(sa_type=Moment)


class EventDeliveryRow(Row, table=True):
    """An event on its way to somebody who is told of it: an endpoint, or the subscribers in the process."""

    __tablename__ = "event_delivery"
    __table_args__ = (
        # What is open stays small, however much was told.
        partial("ix_event_delivery_due_at", "endpoint", "due_at", "event_id", where="done_at IS NULL"),
        partial("ix_event_delivery_open", "contact_id", "endpoint", "event_id", where="done_at IS NULL"),
        partial("ix_event_delivery_dead", "event_id", where="status = 'dead'"),
        {"sqlite_with_rowid": False},
    )

    event_id: int = Field(primary_key=True, sa_type=BigInteger)
    endpoint: str = Field(primary_key=True)
    contact_id: int = Field(
        sa_type=BigInteger
    )  # or the minus of its campaign's: whose events keep their order
    status: str
    due_at: datetime = Field(sa_type=Moment)  # its next try, or the end of its lease
    tries: int = 0
    error: str | None = None  # what came of the last try that failed
    done_at: datetime | None = Field(default=None, sa_type=Moment)  # told or given up; None: open


class EndpointOffRow(Row, table=True):
    """An endpoint that wants nothing more at this address."""

    __tablename__ = "endpoint_off"

    endpoint: str = Field(primary_key=True)
    url: str
    since: datetime = Field(sa_type=Moment)
    reason: str


outgoing_events = table(OutgoingEventRow)
event_deliveries = table(EventDeliveryRow)
endpoints_off = table(EndpointOffRow)
