"""What can happen to a conversation next: one reply for each thing that a state understands, and the rest.

A reply that the keyword layer or a reaction would take never gets to a flow, so it is none here.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from convo.flow.advance import next_clock
from convo.flow.codes import Verdict
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.expressions import Expression
from convo.flow.match import Pattern, Reply, match, samples, slip
from convo.flow.patterns import Kind
from convo.flow.plan import HANDED_BACK, UNDELIVERED, StatePlan
from convo.flow.results import Result, as_json, from_json
from convo.flow.sample_results import results
from convo.flow.session import (
    Called,
    Checked,
    Closed,
    Event,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Session,
    Undelivered,
)
from convo.flow.slots import SlotType, Text, YesNo
from convo.flow.slots.choices import OneOf
from convo.flow.slots.moments import Date, DateTime
from convo.flow.slots.numbers import Number
from convo.keywords import classify
from convo.reactions import is_reaction

PICTURE = "image/jpeg"
STOP, STOPPED = "stop", "stopped"  # what is texted, and the outcome
# How a test says a code that it cannot know: the right one, another, and others until it is one too many.
CODE, WRONG_CODE, WRONG_CODES = "<code>", "<wrong code>", "<wrong codes>"
_VERDICTS = {CODE: Verdict.APPROVED, WRONG_CODE: Verdict.WRONG, WRONG_CODES: Verdict.FAILED}
SOON = timedelta(days=2)
_NONSENSE = ("zzyzx qwv", "blorb 7z7")
_MOST_OPTIONS, _MOST_BOUNDS = 12, 6
_NUMBER = re.compile(r"(?<![\w'\"])\d{1,9}(?![\w'\"])")


class How(StrEnum):
    """The step of a test that makes it happen."""

    THEM = "them"
    MEDIA = "media"
    WAIT = "wait"  # until the next clock
    FAILS = "fails"
    HANDS_BACK = "hands_back"
    CALLS = "calls"  # a call brings a result
    CALL_FAILS = "call_fails"


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happens; a wait has no text, it takes as long as it takes.

    That of a call which fails is its name, and else a mapping of the name to the result, in JSON.
    """

    how: How
    text: str = ""

    def event(self, flows: Bundle, session: Session, now: datetime) -> tuple[Event, datetime] | None:
        """What the engine is told, and when; None where it cannot happen to this session."""
        if self.how is How.WAIT:
            clock = next_clock(flows, session)
            # A wait takes a second at least, and whole ones: a test cannot say less.
            return (clock[1], max(now + timedelta(seconds=1), _up(clock[0]))) if clock else None
        return self._event(session), now

    def _event(self, session: Session) -> Event:
        match self.how:
            case How.FAILS:
                return Undelivered(session.visit)
            case How.HANDS_BACK:
                return HandedBack()
            case How.CALLS | How.CALL_FAILS:
                return self._called(session.visit)
            case _ if self == STOPS:
                return Closed(STOPPED)
            case _ if self.text in _VERDICTS:
                return Checked(_VERDICTS[self.text])
        media = (self.text,) if self.how is How.MEDIA else ()
        text = "" if media else self.text
        kind = Reopened if session.phase is Phase.ENDED else Replied
        return kind(text, media)

    def _called(self, visit: int) -> Called:
        if self.how is How.CALL_FAILS:
            return Called(visit, failure="it failed")
        brought = from_json(self.text)
        assert isinstance(brought, dict)
        (result,) = brought.values()
        return Called(visit, result)


STOPS = Happening(How.THEM, STOP)
WAITS = Happening(How.WAIT)


class Repertoire:
    """The happenings of every state of a flow, and of those that it runs."""

    def __init__(
        self,
        flows: Bundle,
        session: Session,
        now: datetime,
        answers: Mapping[str, Sequence[Result]] | None = None,
    ) -> None:
        """`answers` are results of calls, by name; those of others are made up."""
        self._flows = flows
        self._given = answers or {}
        near = (session.contact.number, session.number)
        zone = ZoneInfo(session.timezone)
        self._readings = {
            name: Reading(now, zone, flow.language_for(session.contact.language), near)
            for name, flow in flows.flows.items()
        }
        self._numbers = _compared(flows)
        self._replies: dict[str, tuple[Happening, ...]] = {}

    def happenings(self, session: Session, *, failing: bool) -> Iterator[Happening]:
        """Everything that can happen now, `failing` if the last text said was one of this visit."""
        if session.phase is Phase.ENDED:
            if self._flows.root.flow.afterwards and session.outcome != STOPPED:
                yield from _heard(("thanks", *_NONSENSE[:1]))
            return
        flow = self._flows.at(session)
        if session.phase is Phase.LIVE:
            yield from self._answers(session)
        if session.phase is Phase.CALLING:
            yield from self._outcomes(session)
        if failing and flow.can(session.state, UNDELIVERED):
            yield Happening(How.FAILS)
        if session.phase is Phase.HANDED_OFF and flow.can(session.state, HANDED_BACK):
            yield Happening(How.HANDS_BACK)
        yield WAITS
        yield STOPS

    def _answers(self, session: Session) -> tuple[Happening, ...]:
        place = session.place
        if place not in self._replies:
            flow = self._flows.at(session)
            found = self._listened(flow.plan.states[session.state], self._readings[flow.flow.flow])
            self._replies[place] = tuple(dict.fromkeys(found))
        return self._replies[place]

    def _outcomes(self, session: Session) -> Iterator[Happening]:
        """The results that the call of a state may bring, and its failure."""
        flow = self._flows.at(session)
        calling = flow.plan.states[session.state].calls
        if calling is None:
            return
        reading = self._readings[flow.flow.flow]
        name = calling.name.partition("/")[0]  # an address is worked out, but for its host
        made_up = results(flow.plan, calling, self._numbers, lambda kind: self.values(kind, reading))
        for result in self._given.get(calling.name) or self._given.get(name) or made_up:
            yield Happening(How.CALLS, as_json({name: result}))
        yield Happening(How.CALL_FAILS, name)

    def _listened(self, state: StatePlan, reading: Reading) -> Iterator[Happening]:
        if state.verifies is not None:
            yield from (Happening(How.THEM, text) for text in _VERDICTS)
        patterns = [pattern for line in state.understood for pattern in line.patterns]
        for pattern in patterns:
            if isinstance(pattern, Kind):
                yield from _heard(self.values(pattern.slot, reading))
            else:
                yield from map(_sent, filter(_gets_through, samples(pattern)[:1]))
        if state.reads is not None:
            yield from _heard(self.values(state.reads, reading))
            if isinstance(state.reads, Text):
                yield Happening(How.MEDIA, PICTURE)  # no words: nothing to read
        if state.listens:
            yield from _heard(_slips(patterns, reading))
        yield from _heard(_nonsense(patterns, reading))

    def values(self, kind: SlotType, reading: Reading) -> list[str]:
        """Texts that `kind` reads: each choice there is, and numbers on both sides of every comparison."""
        match kind:
            case YesNo():
                found = ["yes", "no"]
            case OneOf():
                found = list(kind.options.values())[:_MOST_OPTIONS]
            case Number():
                found = [str(number) for number in self._counts(kind)]
            case _:
                found = []
        found = [text for text in found if kind.read(text, reading) is not None]
        return found or [sample(kind, reading)]

    def _counts(self, kind: Number) -> list[int]:
        near = {each + step for each in self._numbers for step in (-1, 0, 1)}
        if kind.bounded:
            return sorted({kind.least, kind.most, *(each for each in near if kind.least < each < kind.most)})
        return sorted({1, *near})


def _slips(patterns: list[Pattern], reading: Reading) -> Iterator[str]:
    """One text that nearly is a choice."""
    for pattern in patterns:
        words = pattern.source
        for at in range(len(words) - 1):
            typed = words[:at] + words[at + 1] + words[at] + words[at + 2 :]
            reply = Reply.of(typed)
            if slip(reply, patterns) and match(patterns, reply, lambda: reading) is None:
                yield typed
                return


def _nonsense(patterns: list[Pattern], reading: Reading) -> Iterator[str]:
    for text in _NONSENSE:
        if match(patterns, Reply.of(text), lambda: reading) is None:
            yield text
            return


def sample(kind: SlotType, reading: Reading) -> str:
    """A text that `kind` reads; of days one that is near, but not past before the conversation is over."""
    soon = (reading.now.astimezone(reading.timezone) + SOON).replace(minute=30, second=0, microsecond=0)
    if isinstance(kind, Date):
        return soon.date().isoformat()
    return soon.replace(tzinfo=None).isoformat(" ", "minutes") if isinstance(kind, DateTime) else kind.sample


def _compared(flows: Bundle) -> list[int]:
    """The numbers that stand in the flows' expressions, the least and the greatest of many."""
    used = (placed.used for flow in flows.flows.values() for placed in flow.plan.placed)
    sources = (one.source for one in used if isinstance(one, Expression))
    found = sorted({int(number) for source in sources for number in _NUMBER.findall(source)})
    half = _MOST_BOUNDS // 2
    return found if len(found) <= _MOST_BOUNDS else [*found[:half], *found[-half:]]


def _heard(texts: Iterable[str]) -> Iterator[Happening]:
    return map(_sent, filter(_gets_through, map(Reply.of, texts)))


def _sent(reply: Reply) -> Happening:
    return Happening(How.MEDIA, reply.media[0]) if reply.media else Happening(How.THEM, reply.text)


def _gets_through(reply: Reply) -> bool:
    return bool(reply.media) or (
        classify(reply.text, opted_out=False) is None and not is_reaction(reply.text)
    )


def _up(moment: datetime) -> datetime:
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)
