"""The texts of one phone with one of our numbers, as bubbles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import Connection

from convo import segments
from convo.console.phone.handset import Handset
from convo.messages import Direction, Reason, Status
from convo.runtime.codes import filled, revealed
from convo.settings import Settings
from convo.store import messages
from convo.store.messages import Stored

MOST_TEXTS = 200
MOST_CHARACTERS = 10_000  # of one text; the rest is counted
_SCROLLS = 600  # characters from which a text may be taller than its bubble

STATUSES: Mapping[Status, str] = MappingProxyType(
    {
        Status.RECEIVED: "",
        Status.QUEUED: "queued",
        Status.SENDING: "sending",
        Status.UNCERTAIN: "uncertain: the provider did not answer",
        Status.SENT: "sent",
        Status.WITHDRAWN: "withdrawn",
        Status.FAILED: "failed",
        Status.DELIVERED: "delivered ✓",
    }
)
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.QUIET_HOURS: "it is quiet there",
        Reason.OVER_CAP: "the phone has had today's texts",
        Reason.OPTED_OUT: "the phone has opted out",
        Reason.NO_CONSENT: "the phone has not agreed to marketing",
        Reason.LEFT_STATE: "the conversation went on without it",
        Reason.STOPPED: "STOP came first",
        Reason.OUT_OF_DATE: "it would have come too late",
        Reason.BAD_NUMBER: "there is no such number",
        Reason.UNREACHABLE: "the phone was out of coverage",
        Reason.BLOCKED: "it was blocked on the way",
        Reason.NOT_ALLOWED: "our number may not send this",
        Reason.TOO_MANY: "our number sent too many",
        Reason.PROVIDER_FAULT: "the provider's own system failed",
        Reason.REJECTED: "the provider refused it",
        Reason.GAVE_UP: "every try failed",
        Reason.WITHDRAWN: "an operator took it back",
        Reason.SENT_ANEW: "an operator sent it anew",
        Reason.SETTLED: "an operator found out",
        Reason.UNKNOWN: "nobody says why",
    }
)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text, in words that a page shows as they are."""

    id: int
    theirs: bool  # the phone's own
    text: str
    cut: int  # characters that are not shown
    scrolls: bool
    day: str | None  # where the day changes
    time: str
    moment: str
    size: str
    tone: str  # waiting, fine or wrong
    status: str


def latest(connection: Connection, settings: Settings, handset: Handset, *, simulated: bool) -> list[Stored]:
    """The newest texts between the two numbers, oldest first: one more than are shown, if there are.

    A phone that is only simulated shows one-time codes, which stand nowhere else.
    """
    found = messages.latest(connection, handset.contact, handset.number, MOST_TEXTS + 1)
    codes = revealed(connection, settings, (each.code_id for each in found if simulated))
    return [replace(each, text=filled(each.text, codes.get(each.code_id or ""))) for each in found]


def bubbles(stored: Sequence[Stored], today: date) -> list[Bubble]:
    """Texts as bubbles, in this machine's time zone."""
    shown: list[Bubble] = []
    day: date | None = None
    for message in stored:
        began = message.created_at.astimezone().date()
        shown.append(_bubble(message, None if began == day else _day(began, today)))
        day = began
    return shown


def _bubble(message: Stored, day: str | None) -> Bubble:
    text, at = message.text, message.created_at.astimezone()
    return Bubble(
        id=message.id,
        theirs=message.direction is Direction.IN,
        text=text[:MOST_CHARACTERS],
        cut=max(0, len(text) - MOST_CHARACTERS),
        scrolls=len(text) > _SCROLLS or text.count("\n") > 12,
        day=day,
        time=f"{at:%H:%M}",
        moment=at.isoformat(timespec="seconds"),
        size=size(text),
        tone=_tone(message.status),
        status=": ".join(filter(None, [STATUSES[message.status], _why(message)])),
    )


@lru_cache(maxsize=2 * MOST_TEXTS)
def size(text: str) -> str:
    """How a text is sent, such as `2 segments, UCS-2`."""
    parts = segments.count(text)
    return f"{parts.count} {'segment' if parts.count == 1 else 'segments'}, {parts.encoding}"


def _why(message: Stored) -> str:
    why = REASONS[message.reason] if message.reason else ""
    held = message.status is Status.QUEUED and message.reason in (Reason.QUIET_HOURS, Reason.OVER_CAP)
    return f"{why} until {message.due_at.astimezone():%a %H:%M}" if held and message.due_at else why


def _tone(status: Status) -> str:
    if status in (Status.FAILED, Status.WITHDRAWN, Status.UNCERTAIN):
        return "wrong"
    return "fine" if status is Status.DELIVERED else "waiting"


def _day(day: date, today: date) -> str:
    if day == today:
        return "Today"
    return f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")
