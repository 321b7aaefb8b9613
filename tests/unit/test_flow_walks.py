"""Every shipped flow, walked at random: no error, no turn without bounds, and never a dead end."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.flow.advance import advance, next_clock, open_session
from convo.flow.compile import Bundle
from convo.flow.dates import Reading
from convo.flow.happenings import sample
from convo.flow.match import samples
from convo.flow.plan import HANDED_BACK
from convo.flow.project import load
from convo.flow.session import (
    Closed,
    Event,
    HandedBack,
    Phase,
    Replied,
    Say,
    Session,
    Started,
    Turn,
    Undelivered,
)
from convo.messages import Contact

ROOT = Path(__file__).parents[2]
FILES = sorted(
    file
    for folder in (ROOT / "flows", ROOT / "tests" / "scenarios")
    for file in folder.glob("*.yaml")
    if not file.name.endswith(".test.yaml")
)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
ANA, OURS, ZONE = "+15550001111", "+15550009999", "Europe/London"
MOST_SAID = 5  # in one turn
MOST_CLOCKS = 20  # that go off until a conversation ends by itself


@dataclass(frozen=True)
class Walked:
    """A flow, and the replies that its states understand."""

    flows: Bundle
    given: Mapping[str, str]
    replies: tuple[Replied, ...]


@cache
def walked(file: Path) -> Walked:
    flows = load(str(file), file.read_bytes())
    plan = flows.root.plan
    understood = [line for state in plan.states.values() for line in state.understood]
    known = [reply for line in understood for pattern in line.patterns for reply in samples(pattern)]
    reading = Reading(NOW, ZoneInfo("UTC"), flows.root.flow.language)
    saved = [sample(state.reads, reading) for state in plan.states.values() if state.reads]
    needs = {name: sample(plan.types[name], reading) for name in flows.root.flow.needs}
    replies = [Replied(reply.text, reply.media) for reply in known] + [Replied(text) for text in saved]
    return Walked(flows, needs, tuple(dict.fromkeys(replies)))


# What happens: one of the replies that the flow knows, by its number, or one of these.
SILENCE, FAILURE, STOP, BACK = "silence", "failure", "stop", "back"
happenings = st.one_of(
    st.integers(0, 1000),
    st.text(max_size=60).map(Replied),
    st.sampled_from([SILENCE, SILENCE, FAILURE, BACK, Replied("", ("image/jpeg",)), Replied("hm"), STOP]),
)
walks = st.lists(st.tuples(happenings, st.integers(0, 200_000)), max_size=20)


@dataclass
class Walk:
    """One conversation, in which every text is accepted at once."""

    flows: Bundle
    session: Session
    now: datetime = NOW

    def feed(self, event: Event) -> Turn:
        turn = advance(self.flows, self.session, event, self.now)
        assert turn.trouble is None
        said = [effect for effect in turn.effects if isinstance(effect, Say)]
        assert len(turn.effects) <= MOST_SAID
        assert all(each.text and "{{" not in each.text and "None" not in each.text for each in said)
        starts = any(each.starts_clock for each in said)
        self.session = replace(turn.session, clock_from=self.now) if starts else turn.session
        # It has ended, or something is bound to happen to it.
        assert (self.session.phase is Phase.ENDED) == (next_clock(self.flows, self.session) is None)
        return turn

    def waits(self) -> None:
        clock = next_clock(self.flows, self.session)
        if clock is not None:
            self.now = max(self.now, clock[0])
            self.feed(clock[1])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@given(walk=walks, language=st.sampled_from([None, "en-GB", "fr-CA", "es", "de"]), hour=st.integers(0, 167))
@settings(deadline=None)
def test_whatever_happens_it_goes_well_and_ends(
    file: Path, walk: list[tuple[object, int]], language: str | None, hour: int
) -> None:
    flow = walked(file)
    now = NOW + timedelta(hours=hour)
    opened = open_session(flow.flows, Contact(ANA, language), OURS, ZONE, flow.given, now)
    here = Walk(flow.flows, opened, now)
    here.feed(Started())
    for happening, seconds in walk:
        clock = next_clock(here.flows, here.session)
        later = here.now + timedelta(seconds=seconds)
        # Clocks go off on their way, as the clockwork would have it.
        if happening == SILENCE or (clock is not None and clock[0] <= later):
            here.waits()
            continue
        here.now = later
        match happening:
            case Replied():
                here.feed(happening)
            case int():
                here.feed(flow.replies[happening % len(flow.replies)])
            case _ if happening == FAILURE:
                here.feed(Undelivered(here.session.visit))
            case _ if happening == STOP:
                here.feed(Closed("stopped"))
                assert here.session.phase is Phase.ENDED
            case _ if here.session.phase is not Phase.HANDED_OFF or here.flows.root.can(
                here.session.state, HANDED_BACK
            ):
                here.feed(HandedBack())
    for _ in range(MOST_CLOCKS):
        here.waits()
    assert here.session.phase is Phase.ENDED
    assert here.session.outcome
