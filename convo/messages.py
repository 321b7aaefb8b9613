"""The frozen records that travel between rooms: texts, delivery reports and what became of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum

from convo.keywords.keyword import KeywordKind


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Status(StrEnum):
    """What became of a message. An outgoing one only ever moves forward, in this order."""

    RECEIVED = "received"  # incoming, stored
    QUEUED = "queued"  # outgoing, waits for its time
    SENDING = "sending"  # claimed by a sender
    UNCERTAIN = "uncertain"  # handed over, but the provider's answer was lost
    SENT = "sent"  # accepted by the provider
    WITHDRAWN = "withdrawn"  # never left: opted out, out of date, or overtaken
    FAILED = "failed"  # refused for good, or reported as undelivered
    DELIVERED = "delivered"  # reported as delivered

    @property
    def final(self) -> bool:
        return self in (Status.WITHDRAWN, Status.FAILED, Status.DELIVERED)

    def before(self, other: "Status") -> bool:
        """Whether a message may move from here to `other`."""
        return not self.final and _ORDER[self] < _ORDER[other]


_ORDER = {status: place for place, status in enumerate(Status)}


class Reason(StrEnum):
    """Why a message failed, was withdrawn, or is still queued."""

    QUIET_HOURS = "quiet_hours"  # queued: it waits until they end
    OVER_CAP = "over_cap"  # queued: its contact has had today's texts
    OPTED_OUT = "opted_out"
    NO_CONSENT = "no_consent"  # it is marketing, and the contact has not agreed to that
    LEFT_STATE = "left_state"  # its conversation went on without it
    STOPPED = "stopped"  # the contact said STOP while it was queued
    OUT_OF_DATE = "out_of_date"
    BAD_NUMBER = "bad_number"
    WITHDRAWN = "withdrawn"  # by an operator
    SENT_ANEW = "sent_anew"  # failed as far as anybody knows, and an operator had it sent once more
    SETTLED = "settled"  # an operator found out what became of it
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"  # by the contact's carrier, or as spam or fraud
    NOT_ALLOWED = "not_allowed"  # our number may not send this: somebody has to mend it at the provider
    TOO_MANY = "too_many"  # over the pace or the volume that our number may send
    PROVIDER_FAULT = "provider_fault"  # the provider's own system failed, or did not answer
    REJECTED = "rejected"  # the provider refused the request itself
    GAVE_UP = "gave_up"  # every try failed
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a message is for; decides what the gate lets through after a STOP."""

    TEXT = "text"
    KEYWORD = "keyword"  # incoming: a STOP, START or HELP, which no flow sees
    CODE = "code"  # incoming: a one-time code, of which a flow sees whether it was right
    STOP_CONFIRMATION = "stop_confirmation"
    START_CONFIRMATION = "start_confirmation"
    HELP_ANSWER = "help_answer"


ENDED_BY_STOP = frozenset({Kind.TEXT, Kind.START_CONFIRMATION})  # what does not leave after one


class Purpose(StrEnum):
    """What a flow's texts are for; decides consent, quiet hours and priority."""

    TRANSACTIONAL = "transactional"
    MARKETING = "marketing"
    VERIFICATION = "verification"


class Priority(IntEnum):
    """Which of a number's queued texts goes first where its pace does not allow them all."""

    CODE = 0
    TALK = 1  # a conversation, and answers to keywords
    CAMPAIGN = 2

    @classmethod
    def of(cls, kind: Kind, purpose: Purpose, *, answers: bool, in_bulk: bool = False) -> "Priority":
        """That of a message; `in_bulk`: a campaign began its conversation.

        What answers a text is a talk like any other, marketing and campaigns too.
        """
        if purpose is Purpose.VERIFICATION:
            return cls.CODE
        if (in_bulk or purpose is Purpose.MARKETING) and kind is Kind.TEXT and not answers:
            return cls.CAMPAIGN
        return cls.TALK


class Trouble(StrEnum):
    """How a send failed, from the sender's point of view."""

    RETRY = "retry"  # try again on the schedule
    LATER = "later"  # too fast; try again when the provider says
    PERMANENT = "permanent"  # this message will never go
    OPTED_OUT = "opted_out"  # the provider holds a STOP that we did not know
    OUR_FAULT = "our_fault"  # refused: credentials or request are wrong
    UNCERTAIN = "uncertain"  # it may have gone: never blindly again


@dataclass(frozen=True, slots=True)
class Contact:
    """The person on the other side, by E.164 number; None where convo was not told."""

    number: str
    language: str | None = None
    timezone: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound:
    """A text that a contact sent to one of our numbers. `provider_id` is unique per account."""

    account: str
    provider_id: str
    contact: str
    number: str
    text: str
    raw: bytes = b""
    media: tuple[str, ...] = ()  # the kinds of what came with it, like image/jpeg
    answered: KeywordKind | None = None  # what the provider took it for, and has answered itself


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report: what the provider says became of the message it calls `provider_id`."""

    account: str
    provider_id: str
    contact: str
    status: Status
    at: datetime | None = None
    reason: Reason | None = None
    message_id: int | None = None  # our own number of it, where the provider hands it back


@dataclass(frozen=True, slots=True)
class Unread:
    """Something a provider delivered that is no text and no report that we know; kept raw."""

    account: str
    why: str
    raw: bytes = b""


Item = Inbound | Report | Unread


def storable(text: str) -> str:
    """`text` without what no database takes: nulls and halves of surrogate pairs become U+FFFD."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


@dataclass(frozen=True, slots=True)
class Outbound:
    """A text to send. `key` is stored before the first try, so that a provider can tell a repeat."""

    id: int
    key: str  # a UUID
    account: str
    number: str
    contact: str
    text: str
    first_tried_at: datetime | None = None  # stored with the key; None: this is the first try


@dataclass(frozen=True, slots=True)
class Accepted:
    """A provider took a message and calls it `provider_id`."""

    provider_id: str


class SendError(Exception):
    """A send that did not end in `Accepted`: its class, the reason to show, and when to try again.

    `detail` is what the provider said, in words for an operator, without anybody's number.
    """

    def __init__(
        self,
        kind: Trouble,
        reason: Reason = Reason.UNKNOWN,
        *,
        retry_after: float | None = None,
        detail: str | None = None,
    ) -> None:
        super().__init__(f"{kind}: {reason}{f': {detail}' if detail else ''}")
        self.kind = kind
        self.reason = reason
        self.retry_after = retry_after  # seconds
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A webhook request as it came: nothing is decoded before its signature is verified."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What a provider wants to hear back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
