"""A session while one event runs through it: the light model that the machine moves."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from convo.flow.dates import Reading
from convo.flow.match import Reply
from convo.flow.plan import START
from convo.flow.render import SPEECH, RenderError, Speech, Text
from convo.flow.session import (
    Effect,
    End,
    Event,
    HandOff,
    Phase,
    Replied,
    Say,
    Session,
    Turn,
    Value,
)
from convo.flow.slots import SlotType

if TYPE_CHECKING:
    from convo.flow.compile import Compiled


LONGEST_SAID = 1600  # characters: the least that any provider takes at most (PROVIDERS.md, Twilio)


class Run:
    """One event's run to completion. The constructs call its verbs; the machine sets its state."""

    __slots__ = (
        "_compiled", "_effects", "_entered", "_entry_say", "_fired", "_now", "_outcome", "_phase",
        "_queue", "_read", "_reply", "_session", "_spoke", "_tries", "_vars", "_visit", "_visits",
        "state",
    )  # fmt: skip

    def __init__(self, compiled: "Compiled", session: Session, event: Event, now: datetime) -> None:
        self._compiled = compiled
        self._session = session
        self._now = now
        self.state = session.state or START
        self._visit = session.visit
        self._visits: Mapping[str, int] = session.visits
        self._tries = session.tries
        self._fired = session.fired
        self._vars: Mapping[str, Value] = session.vars
        self._phase, self._outcome, self._queue = session.phase, session.outcome, session.queue
        self._entered = False
        self._entry_say: int | None = None  # the place of the last text said on entry
        self._spoke = isinstance(event, Replied)
        self._reply = Reply.of(event.text) if isinstance(event, Replied) else None
        self._read: Value | None = None
        self._effects: list[Effect] = []

    # What the constructs ask.

    @property
    def reply(self) -> Reply:
        if self._reply is None:
            raise LookupError("there is no reply in this event")
        return self._reply

    @property
    def misses(self) -> int:
        """How many replies of this visit nothing took."""
        return self._tries

    @property
    def phase(self) -> Phase:
        return self._phase

    def reads(self, kind: SlotType) -> bool:
        """Whether the reply can be read as `kind`; what was read waits for `keep`."""
        zone = ZoneInfo(self._session.timezone)
        reading = Reading(self._now, zone, self._compiled.flow.language)
        self._read = kind.read(self.reply.text, reading)
        return self._read is not None

    # What the constructs do.

    def enter(self, state: str) -> None:
        """A new visit: its clocks, tries and texts begin anew."""
        self._visit += 1
        self._visits = {**self._visits, state: self._visits.get(state, 0) + 1}
        self._tries, self._fired, self._entry_say, self._entered = 0, (), None, True
        self._phase, self._queue = Phase.LIVE, None

    def say(self, text: Text, *, entry: bool = False, lapses: bool = False) -> None:
        """Send a text; one that renders to nothing is not sent."""
        said = text.render(self._names())
        if not said:
            return
        if len(said) > LONGEST_SAID:
            raise RenderError(
                f"the text '{text.source[:60]}' came to {len(said)} characters; {LONGEST_SAID} are the most"
            )
        self._spoke = True
        if entry:
            self._entry_say = len(self._effects)
        self._effects.append(Say(said, self.state, self._visit, lapses=lapses))

    def miss(self, text: Text) -> None:
        """A reply that nothing took is answered, and counted."""
        self._tries += 1
        self.say(text, lapses=True)

    def keep(self, variable: str) -> None:
        if self._read is not None:
            self._vars = {**self._vars, variable: self._read}

    def fire(self, clock: str) -> None:
        self._fired = (*self._fired, clock)

    def hand_off(self, queue: str, reason: str | None = None) -> None:
        self._phase, self._queue = Phase.HANDED_OFF, queue
        self._effects.append(HandOff(queue, reason))

    def end(self, outcome: str) -> None:
        self._phase, self._outcome, self._queue = Phase.ENDED, outcome, None
        self._effects.append(End(outcome))

    # What comes of it.

    def turn(self) -> Turn:
        before = self._session
        clock_from = before.clock_from
        if self._entered:
            clock_from = self._now
            counts = self._phase is not Phase.ENDED and bool(self._compiled.timers(self.state))
            if self._entry_say is not None and counts:
                clock_from = None
                said = self._effects[self._entry_say]
                if isinstance(said, Say):
                    self._effects[self._entry_say] = replace(said, starts_clock=True)
        # Spelled out, not `replace`d: this is the hot line, and every field is looked at anyway.
        session = Session(
            contact=before.contact,
            number=before.number,
            timezone=before.timezone,
            vars=self._vars,
            started_at=before.started_at,
            last_text_at=self._now if self._spoke else before.last_text_at,
            state=self.state,
            visit=self._visit,
            clock_from=clock_from,
            tries=self._tries,
            fired=self._fired,
            visits=self._visits,
            phase=self._phase,
            outcome=self._outcome,
            queue=self._queue,
        )
        return Turn(session, tuple(self._effects))

    def _names(self) -> dict[str, object]:
        session = self._session
        zone = ZoneInfo(session.timezone)
        names: dict[str, object] = {
            "contact": session.contact,
            "number": session.number,
            "now": self._now.astimezone(zone),
            "visits": lambda state: self._visits.get(state, 0),
            SPEECH: Speech(self._compiled.flow.language, zone),
        }
        if self._reply is not None:
            names["reply"] = {"text": self._reply.text, "value": self._read}
        names.update(self._vars)
        return names
