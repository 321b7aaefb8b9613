"""Every shipped flow, walked at random: no error, no turn without bounds, and never a dead end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.flow.advance import advance, next_clock, open_session, reopened_session
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.happenings import How, Repertoire, sample
from convo.flow.match import samples
from convo.flow.plan import HANDED_BACK, StatePlan
from convo.flow.project import load
from convo.flow.session import (
    Closed,
    Event,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Say,
    Session,
    Started,
    Turn,
    Undelivered,
)
from convo.flow.slots import SlotType
from convo.messages import Contact

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in (ROOT / "flows", ROOT / "tests" / "scenarios")
    for file in folder.glob("*.yaml")
    if not file.name.endswith(".test.yaml")
)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
OURS, ZONE = "+15550009999", "Europe/London"
MOST_SAID = 5  # in one turn
MOST_CLOCKS = 20  # that go off until a conversation ends by itself


@dataclass(frozen=True)
class Walked:
    """A flow, and the replies that each of its states understands."""

    flows: Bundle
    needs: Mapping[str, SlotType]
    replies: Mapping[str, list[list[Replied]]]  # line by line

    def given(self, now: datetime, days: int) -> dict[str, str]:
        """What the flow needs; its days are so many days away."""
        reading = Reading(now + timedelta(days=days), ZoneInfo("UTC"), self.flows.root.flow.language)
        return {name: sample(kind, reading) for name, kind in self.needs.items()}

    def reply(self, state: str, number: int, now: datetime) -> Replied:
        """One that the state understands, where it listens at all."""
        lines = list(self.replies[state])
        reads = self.flows.root.plan.states[state].reads
        if reads is not None:
            lines.append([Replied(sample(reads, Reading(now, ZoneInfo(ZONE), "en")))])
        lines = lines or [[Replied("hm")]]
        line = lines[number % len(lines)]
        return line[number // len(lines) % len(line)]


@cache
def walked(file: Path) -> Walked:
    flows = load(str(file), file.read_bytes())
    plan = flows.root.plan
    needs = {name: plan.types[name] for name in flows.root.flow.needs}
    return Walked(flows, needs, {name: list(_understood(state)) for name, state in plan.states.items()})


def _understood(state: StatePlan) -> Iterator[list[Replied]]:
    for line in state.understood:
        known = [reply for pattern in line.patterns for reply in samples(pattern)]
        yield [Replied(reply.text, reply.media) for reply in known]


# What happens: one of the replies that the state understands, by its number, or one of these.
SILENCE, FAILURE, STOP, BACK = "silence", "failure", "stop", "back"
happenings = st.one_of(
    *[st.integers(0, 1000)] * 4,
    st.text(max_size=60).map(Replied),
    st.sampled_from([SILENCE, SILENCE, FAILURE, BACK, Replied("", ("image/jpeg",)), Replied("hm"), STOP]),
)
# At once, most of the time: else a clock is always faster. And after up to two days.
seconds = st.one_of(*[st.integers(0, 300)] * 3, st.integers(0, 200_000))
walks = st.lists(st.tuples(happenings, seconds), min_size=3, max_size=20)
contacts = st.builds(
    Contact,
    st.integers(0, 9).map("+1555000111{}".format),  # both sides of a split
    st.sampled_from([None, "en-GB", "fr-CA", "es", "de"]),
)


@dataclass
class Walk:
    """One conversation, in which every text is accepted at once."""

    flow: Walked
    session: Session
    now: datetime = NOW

    def feed(self, event: Event) -> Turn:
        flows = self.flow.flows
        if self.session.phase is Phase.ENDED:
            if not isinstance(event, Replied) or not flows.root.flow.afterwards:
                return Turn(self.session, ())
            event = Reopened(event.text, event.media)
            self.session = reopened_session(self.session, self.now)
        turn = advance(flows, self.session, event, self.now)
        assert turn.trouble is None
        said = [effect for effect in turn.effects if isinstance(effect, Say)]
        assert len(turn.effects) <= MOST_SAID
        assert all(each.text and "{{" not in each.text and "None" not in each.text for each in said)
        starts = any(each.starts_clock for each in said)
        self.session = replace(turn.session, clock_from=self.now) if starts else turn.session
        # It has ended, or something is bound to happen to it.
        assert (self.session.phase is Phase.ENDED) == (next_clock(flows, self.session) is None)
        return turn

    def waits(self) -> None:
        clock = next_clock(self.flow.flows, self.session)
        if clock is not None:
            self.now = max(self.now, clock[0])
            self.feed(clock[1])

    def happens(self, happening: object) -> None:
        match happening:
            case Replied():
                self.feed(happening)
            case int() if self.session.phase is Phase.CALLING and happening % 3:
                outcomes = self._outcomes()
                self.feed(outcomes[happening // 3 % len(outcomes)])
            case int():
                self.feed(self.flow.reply(self.session.state, happening, self.now))
            case _ if happening == FAILURE:
                self.feed(Undelivered(self.session.visit))
            case _ if happening == STOP:
                self.feed(Closed("stopped"))
                assert self.session.phase is Phase.ENDED
            case _ if self.session.phase is not Phase.HANDED_OFF or self._can_be_handed_back():
                self.feed(HandedBack())

    def _outcomes(self) -> list[Event]:
        """What the call may bring."""
        repertoire = Repertoire(self.flow.flows, self.session, self.now)
        found = repertoire.happenings(self.session, failing=False)
        calls = [one for one in found if one.how in (How.CALLS, How.CALL_FAILS)]
        told = [one.event(self.flow.flows, self.session, self.now) for one in calls]
        return [each[0] for each in told if each]

    def _can_be_handed_back(self) -> bool:
        return self.flow.flows.root.can(self.session.state, HANDED_BACK)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@given(walk=walks, contact=contacts, hour=st.integers(0, 167), days=st.integers(-3, 20))
@settings(deadline=None, max_examples=150)
def test_whatever_happens_it_goes_well_and_ends(
    file: Path, walk: list[tuple[object, int]], contact: Contact, hour: int, days: int
) -> None:
    flow = walked(file)
    now = NOW + timedelta(hours=hour)
    opened = open_session(flow.flows, contact, OURS, ZONE, flow.given(now, days), now)
    here = Walk(flow, opened, now)
    here.feed(Started())
    for happening, seconds in walk:
        clock = next_clock(flow.flows, here.session)
        later = here.now + timedelta(seconds=seconds)
        # Clocks go off on their way, as the clockwork would have it.
        if happening == SILENCE or (clock is not None and clock[0] <= later):
            here.waits()
            continue
        here.now = later
        here.happens(happening)
    for _ in range(MOST_CLOCKS):
        here.waits()
    assert here.session.phase is Phase.ENDED
    assert here.session.outcome
