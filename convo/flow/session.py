"""The plain values that go into `advance` and come out of it: session, events, effects, turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from convo.flow import values
from convo.flow.codes import Spec, Verdict
from convo.flow.results import Result
from convo.messages import Contact, Purpose

Value = values.Value
Vars = Mapping[str, Value]


class Phase(StrEnum):
    """Where a conversation stands as a whole."""

    WAITING = "waiting"  # not begun: it is queued behind another
    LIVE = "live"
    CALLING = "calling"  # until the result of a call is there
    SUSPENDED = "suspended"  # another came in between; its clocks stand still
    HANDED_OFF = "handed_off"  # a person answers; the flow pauses
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow that waits in `state` for the sub-flow that it runs: what of its session is its own.

    It leaves that state when the sub-flow returns, so the clocks and tries of the visit are not kept.
    """

    flow: str  # empty: the conversation's own
    state: str
    vars: Vars
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One contact's live copy of a flow: everything that `advance` needs and changes."""

    contact: Contact
    number: str
    timezone: str  # the contact's, or where that is not known the number's
    home: str  # the number's time zone
    vars: Vars
    started_at: datetime
    last_text_at: datetime  # the last text either way; `expires` counts from it
    state: str = ""  # empty until the flow has started
    visit: int = 0  # every visit to a state has a number of its own
    clock_from: datetime | None = None  # None while the texts said on entry are on their way
    tries: int = 0  # replies of this visit that nothing took
    fired: tuple[str, ...] = ()  # clocks of this visit that went off
    skipped: tuple[str, ...] = ()  # moments of this visit that were past already
    trail: tuple[str, ...] = ()  # where it waited before, in a flow that says `back`; the last is the latest
    visits: Mapping[str, int] = field(default_factory=dict)  # how often each place was entered
    phase: Phase = Phase.LIVE
    outcome: str | None = None
    queue: str | None = None  # the people it was handed to
    flow: str = ""  # the sub-flow that runs now; empty while the conversation's own flow does
    stack: tuple[Frame, ...] = ()  # the flows that wait for it, the conversation's own first
    returned: str | None = None  # how the last sub-flow of this flow ended: `outcome` in its texts
    kept: tuple["Replied", ...] = ()  # texts that came while it was calling
    calls: int = 0  # that it made in a row, and nothing else happened

    @property
    def place(self) -> str:
        """Where it stands, as everybody is shown it: `ask`, in a sub-flow `verify-phone.ask`."""
        return placed(self.flow, self.state)


def placed(flow: str, state: str) -> str:
    """How a state is written; one of the conversation's own flow, whose name goes without saying, alone."""
    return f"{flow}.{state}" if flow else state


# Events: what can happen to a conversation.


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation begins."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The contact sent a text; `media` are the kinds of what came with it, like `image/jpeg`."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """The contact sent a text with a one-time code, which was checked; the text itself is not told."""

    verdict: Verdict


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A clock of the current visit, or the conversation's expiry, went off."""

    clock: str


@dataclass(frozen=True, slots=True)
class HandedBack:
    """The person gives the conversation back to the flow, which goes on in `state`.

    Without a state it goes on where the flow says. `vars` are set before.
    """

    state: str | None = None
    vars: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """The sub-flow that the state runs has ended, with these variables; `at_once` if it never waited.

    It comes of the turn in which that happened: nobody feeds it, and it is not on record by itself.
    """

    outcome: str
    vars: Vars = field(default_factory=dict)
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """The call of the visit `visit` was made; `failure` says why it could not be."""

    visit: int
    result: Result = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A text of the visit `visit` failed for good."""

    visit: int


@dataclass(frozen=True, slots=True)
class Reopened:
    """A text came after the end of a conversation: a fresh one begins in the flow's `afterwards`."""

    text: str
    media: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resumed:
    """A suspended conversation goes on; it was `away` for so long, and its clocks stood still."""

    away: timedelta


@dataclass(frozen=True, slots=True)
class Closed:
    """The conversation is ended from outside: by a STOP, for one."""

    outcome: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """People take the conversation from its flow, in whatever state; none of its clocks goes off any more."""

    queue: str


Event = (
    Started
    | Replied
    | Checked
    | TimedOut
    | Called
    | HandedBack
    | Undelivered
    | Reopened
    | Resumed
    | Closed
    | TakenOver
)
Cause = Event | Returned  # what moves one flow of a conversation


# Effects: what follows from a turn, in order.


@dataclass(frozen=True, slots=True)
class Say:
    """A text to send."""

    text: str
    state: str
    visit: int
    starts_clock: bool = False  # the visit's clocks count from when this one was accepted
    lapses: bool = False  # withdrawn when the conversation leaves the state before it is claimed
    code: Spec | None = None  # that for which a placeholder stands in it
    purpose: Purpose = Purpose.TRANSACTIONAL  # of the flow that says it


@dataclass(frozen=True, slots=True)
class Tag:
    """The contact is marked; its session's `contact.tags` hold the mark already."""

    name: str


@dataclass(frozen=True, slots=True)
class Untag:
    """The contact loses a mark."""

    name: str


@dataclass(frozen=True, slots=True)
class Agree:
    """The contact agrees to the brand's marketing, in the words of the reply that led to `state`."""

    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Emit:
    """The application is told of `event`."""

    event: str
    data: Vars = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Begin:
    """Another flow is to be started with `contact`, as the author wrote the number; None: the same one."""

    flow: str
    contact: str | None = None
    vars: Vars = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IssueCode:
    """A one-time code is made for a state, unless it has one that is still valid."""

    state: str
    spec: Spec


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, without what the settings add for its host."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """Slow work to do outside the transaction; the event `Called` of this visit tells what came of it."""

    name: str  # of the action in Python, or where the request goes
    visit: int
    within: timedelta  # that one try may take
    tries: int
    given: Vars = field(default_factory=dict)
    request: Request | None = None  # None: an action


@dataclass(frozen=True, slots=True)
class HandOff:
    """A person takes over; where an error called them in, the turn's `trouble` says which."""

    queue: str


@dataclass(frozen=True, slots=True)
class End:
    """The conversation is over, with an outcome that the analytics count."""

    outcome: str


Effect = Say | Tag | Untag | Agree | Emit | Begin | IssueCode | Call | HandOff | End


@dataclass(frozen=True, slots=True)
class Turn:
    """What one event led to: the new session, and its effects in order."""

    session: Session
    effects: tuple[Effect, ...] = ()
    trouble: str | None = None  # what failed, where the flow went to `on_error` or a person was called in
