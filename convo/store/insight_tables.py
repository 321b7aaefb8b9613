"""The tables of what the numbers say: counts by hour, what is added to them, and what of talks is known."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from convo.store.columns import Id, Moment, Word
from convo.store.tables import Row, numbered, table


class TalkRow(Row, table=True):
    """A conversation as it is counted: where it belongs, and when what is counted once happened first.

    It is written under the contact's lock, and goes with its conversation.
    """

    __tablename__ = "talk"

    id: int = Field(primary_key=True, sa_type=BigInteger)  # the conversation's
    hour: int = Field(sa_type=BigInteger)  # in which it was stored, since 1970
    number: str
    flow: str
    version: str  # that it began with
    campaign: str
    variant: str
    language: str  # when it began
    said: bool  # it has a text of its own: a text of the contact from then on is a reply
    first_sent_at: datetime | None = Field(default=None, sa_type=Moment)
    replied_at: datetime | None = Field(default=None, sa_type=Moment)
    handed_at: datetime | None = Field(default=None, sa_type=Moment)  # to a person, for the first time
    person_at: datetime | None = Field(default=None, sa_type=Moment)  # who wrote then


class InsightRow(Row, table=True):
    """How often something happened in an hour; '' where a part of the key does not matter or is not known."""

    __tablename__ = "insight"

    hour: int = Field(primary_key=True, sa_type=BigInteger)  # since 1970, UTC
    figure: str = Field(primary_key=True, sa_type=Word)
    number: str = Field(primary_key=True)
    flow: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    campaign: str = Field(primary_key=True)
    variant: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    archived: bool = Field(primary_key=True)  # what it was counted from is in a file by now
    value: int = Field(sa_type=BigInteger)


class LeavingRow(Row, table=True):
    """Where a STOP is counted, by its line of the ledger: its conversation may be archived one day."""

    __tablename__ = "leaving"

    entry_id: int = Field(primary_key=True, sa_type=BigInteger)
    hour: int = Field(sa_type=BigInteger)
    number: str
    flow: str
    version: str
    campaign: str
    variant: str
    language: str


class InsightDeltaRow(Row, table=True):
    """What a transaction adds to a count, until it is folded in: a row of its own, for which nobody waits."""

    __tablename__ = "insight_delta"
    __table_args__ = numbered()

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    hour: int = Field(sa_type=BigInteger)
    figure: str = Field(sa_type=Word)
    number: str
    flow: str
    version: str
    campaign: str
    variant: str
    language: str
    state: str
    label: str
    archived: bool
    value: int = Field(sa_type=BigInteger)


talks = table(TalkRow)
leavings = table(LeavingRow)
insights = table(InsightRow)
insight_deltas = table(InsightDeltaRow)
