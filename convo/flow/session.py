"""The plain values that go into `advance` and come out of it: session, events, effects, turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from convo.messages import Contact

Value = str | datetime
Vars = Mapping[str, Value]


class Phase(StrEnum):
    """Where a conversation stands as a whole."""

    LIVE = "live"
    HANDED_OFF = "handed_off"  # a person answers; the flow pauses
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Session:
    """One contact's live copy of a flow: everything that `advance` needs and changes."""

    contact: Contact
    number: str
    timezone: str  # the contact's, or where that is not known the number's
    vars: Vars
    started_at: datetime
    last_text_at: datetime  # the last text either way; `expires` counts from it
    state: str = ""  # empty until the flow has started
    visit: int = 0  # every visit to a state has a number of its own
    clock_from: datetime | None = None  # None while the texts said on entry are on their way
    tries: int = 0  # replies of this visit that nothing took
    fired: tuple[str, ...] = ()  # clocks of this visit that went off
    visits: Mapping[str, int] = field(default_factory=dict)  # how often each state was entered
    phase: Phase = Phase.LIVE
    outcome: str | None = None
    queue: str | None = None  # the people it was handed to


# Events: what can happen to a conversation.


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation begins."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The contact sent a text."""

    text: str


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A clock of the current visit, or the conversation's expiry, went off."""

    clock: str


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The person gives the conversation back to the flow."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation is ended from outside: by a STOP, for one."""

    outcome: str


Event = Started | Replied | TimedOut | HandedBack | Closed


# Effects: what follows from a turn, in order.


@dataclass(frozen=True, slots=True)
class Say:
    """A text to send."""

    text: str
    state: str
    visit: int
    starts_clock: bool = False  # the visit's clocks count from when this one was accepted
    lapses: bool = False  # withdrawn when the conversation leaves the state before it is claimed


@dataclass(frozen=True, slots=True)
class HandOff:
    """A person takes over; `reason` is set where an error called them in."""

    queue: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The conversation is over, with an outcome that the analytics count."""

    outcome: str


Effect = Say | HandOff | End


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event led to: the new session, and its effects in order."""

    session: Session
    effects: tuple[Effect, ...] = ()
