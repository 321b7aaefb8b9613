"""The tables of texts and talks, as SQLModel classes; the hot lines use Core statements on the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, MetaData, String, Table, TextClause, literal_column, text
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import Field, SQLModel

from convo.store.columns import Document, Id, Moment, Word

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def numbered() -> dict[str, Any]:
    """SQLite never gives out a number twice, not even that of a row that was archived."""
    return {"sqlite_autoincrement": True}


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    clause = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=clause, postgresql_where=clause)


CODED = b"(it holds a one-time code)"
ERASED = b"(erased)"  # instead of the words of somebody who was erased
OUTLIVED = b"(no longer kept)"  # instead of words that are older than they are kept


def _worded(literal: str) -> TextClause:
    spelled = ", ".join(literal.format(words.hex()) for words in (CODED, ERASED, OUTLIVED))
    return text(f"raw NOT IN ({spelled})")


def wordless(words: bytes) -> dict[str, Any]:
    """What stands in a delivery instead of its words; what was wrong with it may quote them."""
    wrong = text("CASE WHEN error IS NOT NULL THEN :wrong END").bindparams(wrong=words.decode())
    return {"raw": words, "error": wrong}


# Deliveries whose words are still there, by database; spelled out, so that the planners match the index.
WORDED = {"sqlite": _worded("X'{}'"), "postgresql": _worded("'\\x{}'")}


class Row(SQLModel):
    metadata = metadata


class ContactRow(Row, table=True):
    """The person on the other side. Its row is the lock of everything about them."""

    __tablename__ = "contact"
    __table_args__ = numbered()

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    number: str = Field(unique=True)
    language: str | None = None
    timezone: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    tags: list[str] | None = Field(default=None, sa_type=Document)


class ReceiptRow(Row, table=True):
    """What a provider delivered, word for word, once; `error` is set where it could not be used."""

    __tablename__ = "receipt"
    __table_args__ = (
        partial("ix_receipt_error", "received_at", where="error IS NOT NULL"),
        Index(
            "ix_receipt_worded",
            "received_at",
            sqlite_where=WORDED["sqlite"],
            postgresql_where=WORDED["postgresql"],
        ),
    )

    provider_id: str = Field(primary_key=True)  # first: it is what is looked up
    account: str = Field(primary_key=True)
    raw: bytes
    error: str | None = None
    received_at: datetime = Field(sa_type=Moment)


class FlowVersionRow(Row, table=True):
    """The source of every version that a conversation may run on."""

    __tablename__ = "flow_version"

    version: str = Field(primary_key=True)
    flow: str = Field(index=True)
    file: str
    source: bytes
    created_at: datetime = Field(sa_type=Moment)
    runs: dict[str, Any] | None = Field(default=None, sa_type=Document)  # its sub-flows: file and source


class ConversationRow(Row, table=True):
    """One contact talking to one of our numbers through one flow version."""

    __tablename__ = "conversation"
    __table_args__ = (
        # One is running at a time; others wait behind it, or were suspended.
        partial(
            "ux_conversation_running",
            "contact_id",
            "number",
            where="status IN ('live', 'calling', 'handed_off')",
            unique=True,
        ),
        partial("ix_conversation_open_contact_id", "contact_id", where="status <> 'ended'"),
        partial("ix_conversation_wake_at", "wake_at", where="wake_at IS NOT NULL"),
        Index("ix_conversation_contact_id_id", "contact_id", "id"),
        Index("ix_conversation_flow_id", "flow", "id"),
        partial("ix_conversation_campaign_id_id", "campaign_id", "id", where="campaign_id IS NOT NULL"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    contact_id: int = Field(sa_type=BigInteger)
    number: str
    brand: str
    flow: str
    version: str
    key: str | None = Field(default=None, unique=True)
    status: str
    status_at: datetime = Field(sa_type=Moment)  # since when
    state: str
    visit: int
    clock_from: datetime | None = Field(default=None, sa_type=Moment)
    outcome: str | None = None
    queue: str | None = None
    trouble: str | None = None  # why a person was called in, where the flow did not ask for one
    vars: dict[str, Any] = Field(sa_type=Document)
    progress: dict[str, Any] = Field(sa_type=Document)  # what only `advance` reads of a session
    wake_at: datetime | None = Field(default=None, sa_type=Moment)
    started_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    campaign_id: int | None = Field(default=None, sa_type=BigInteger)  # that began it


class EventRow(Row, table=True):
    """Everything that happened to a conversation, so that it can be replayed."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_conversation_id_id", "conversation_id", "id"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    conversation_id: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=Moment)
    kind: str
    data: str | None = None


class ErrandRow(Row, table=True):
    """A flow that a conversation asked to begin with another contact; gone once it has begun."""

    __tablename__ = "errand"
    __table_args__ = numbered()

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    flow: str
    contact: str
    number: str
    vars: dict[str, Any] = Field(sa_type=Document)
    depth: int  # of flows that began one another without waiting
    asked_by: int = Field(sa_type=BigInteger)
    asker: str


class CallRow(Row, table=True):
    """Slow work that a conversation waits for; gone once its result has led on, or nobody waits any more."""

    __tablename__ = "call"
    __table_args__ = (
        Index("ix_call_conversation_id", "conversation_id"),
        partial("ix_call_due_at", "due_at", where="due_at IS NOT NULL"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    conversation_id: int = Field(sa_type=BigInteger)
    contact_id: int = Field(sa_type=BigInteger)
    visit: int
    depth: int  # of flows that began one another without waiting
    answers: bool  # a text of the contact led to it
    what: dict[str, Any] = Field(sa_type=Document)
    key: str | None = None  # tells whoever is asked that a second try is the same call
    tries: int = 0
    due_at: datetime | None = Field(default=None, sa_type=Moment)  # None: it has its outcome
    lease_until: datetime | None = Field(default=None, sa_type=Moment)  # it is being tried until then
    outcome: str | None = None  # for a conversation that is suspended
    created_at: datetime = Field(sa_type=Moment)


class MessageRow(Row, table=True):
    """One SMS either way."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_contact_id_id", "contact_id", "id"),
        # What waits and what is under way stays small, however long the history grows.
        partial("ix_message_queue", "number", "priority", "due_at", "id", where="status = 'queued'"),
        partial("ix_message_queued_contact_id_id", "contact_id", "id", where="status = 'queued'"),
        partial("ix_message_sending_contact_id", "contact_id", where="status = 'sending'"),
        partial(
            "ix_message_provider_id_account",
            "provider_id",
            "account",
            where="provider_id IS NOT NULL AND direction = 'out'",
        ),
        # An OR, for SQLite sees in it, and not in an IN, that each of the two is meant.
        partial("ix_message_troubled", "status", "id", where="status = 'uncertain' OR status = 'failed'"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    direction: str = Field(sa_type=Word)
    kind: str = Field(sa_type=Word)
    account: str
    number: str
    brand: str
    contact_id: int = Field(sa_type=BigInteger)
    text: str
    media: list[str] | None = Field(default=None, sa_type=Document)  # kinds of what came with it
    segments: int
    status: str = Field(sa_type=Word)
    reason: str | None = Field(default=None, sa_type=Word)
    detail: str | None = None  # what its provider said the last time that a try went wrong
    conversation_id: int | None = Field(default=None, sa_type=BigInteger)
    state: str | None = None
    visit: int | None = None
    starts_clock: bool = False
    lapses: bool = False
    entry_id: int | None = Field(default=None, sa_type=BigInteger)  # the ledger entry confirmed
    code_id: str | None = None  # the one-time code that goes into the text when it is sent
    purpose: str = Field(default="transactional", sa_type=Word)  # of the flow that said it
    answers: bool = False  # a text that the contact had just sent
    priority: int = 1  # among those of its number that are due
    key: str | None = None  # tells a provider that a second try is the same message
    unclear: bool = False  # a try ended without a clear answer: it may have gone
    first_tried_at: datetime | None = Field(default=None, sa_type=Moment)  # stored with the key
    provider_id: str | None = None
    tries: int = 0
    created_at: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    valid_until: datetime | None = Field(default=None, sa_type=Moment)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    give_up_at: datetime | None = Field(default=None, sa_type=Moment)  # set when it is tried first
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    delivered_at: datetime | None = Field(default=None, sa_type=Moment)


class CodeRow(Row, table=True):
    """A one-time code that a conversation asks for. What it is, no row tells: see `runtime/codes`."""

    __tablename__ = "code"
    __table_args__ = (Index("ix_code_conversation_id", "conversation_id"),)

    id: str = Field(primary_key=True)  # 128 random bits, which the code is worked out from
    conversation_id: int = Field(sa_type=BigInteger)
    state: str
    key_id: str  # which of the server's keys
    digits: int
    tries: int  # how often it was tried
    most_tries: int
    status: str
    issued_at: datetime = Field(sa_type=Moment)
    valid_until: datetime = Field(sa_type=Moment)


class PaceRow(Row, table=True):
    """How far one of our numbers has used up what it may send, for all the processes that send."""

    __tablename__ = "pace"

    number: str = Field(primary_key=True)
    held_until: datetime | None = Field(default=None, sa_type=Moment)  # its provider said "too fast"
    taken: dict[str, list[list[int]]] = Field(sa_type=Document)  # by limit: what left lately
    turn: int = 0  # how many places were given away while texts of several priorities waited
    rules: str | None = None  # what its quiet hours and caps were when held texts were looked at last


class DailyTextsRow(Row, table=True):
    """How many texts of a purpose a contact got on the last day that brought one; where there is a cap."""

    __tablename__ = "daily_texts"

    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    number: str = Field(primary_key=True)
    purpose: str = Field(primary_key=True)
    day: str  # in the contact's time zone, like 2026-11-30
    count: int


class DecisionRow(Row, table=True):
    """What an operator decided about a text that is on its way, uncertain or failed; append-only."""

    __tablename__ = "message_decision"
    __table_args__ = (Index("ix_message_decision_message_id", "message_id"), numbered())

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    message_id: int = Field(sa_type=BigInteger)
    action: str
    before: str  # the message's status
    actor: str  # api, or operator: and who that was
    note: str | None = None
    became: int | None = Field(default=None, sa_type=BigInteger)  # the message that is sent in its place
    at: datetime = Field(sa_type=Moment)


class ReportRow(Row, table=True):
    """A delivery report whose message is not known; joined when the send is settled, dropped after days."""

    __tablename__ = "report"
    __table_args__ = (
        Index("ix_report_provider_id_account", "provider_id", "account"),
        Index("ix_report_kept_at", "kept_at"),
        numbered(),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    account: str
    provider_id: str
    status: str
    reason: str | None = None
    at: datetime = Field(sa_type=Moment)
    kept_at: datetime = Field(sa_type=Moment)
    why: str = Field(sa_type=Word)  # it could not be joined


def spelled(word: str) -> ColumnElement[str]:
    """One of our own words, written into a statement instead of bound to it.

    The planners match a partial index only with a condition that they can read.
    """
    return literal_column(f"'{word}'", String)


def table(row: type[Row]) -> Table:
    """The Core table of a class."""
    found: Table = metadata.tables[str(row.__tablename__)]
    return found


contacts = table(ContactRow)
receipts = table(ReceiptRow)
flow_versions = table(FlowVersionRow)
conversations = table(ConversationRow)
events = table(EventRow)
errands = table(ErrandRow)
calls = table(CallRow)
messages = table(MessageRow)
codes = table(CodeRow)
paces = table(PaceRow)
daily_texts = table(DailyTextsRow)
reports = table(ReportRow)
decisions = table(DecisionRow)
