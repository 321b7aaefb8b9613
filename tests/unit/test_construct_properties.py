"""Whatever happens to a flow with every construct: the same turn every time, and it always ends."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from convo.errors import HandBackError
from convo.flow.advance import advance, next_clock, next_wake, open_session, understands
from convo.flow.project import load
from convo.flow.results import Result
from convo.flow.session import (
    Called,
    Closed,
    Event,
    HandedBack,
    Phase,
    Replied,
    Resumed,
    Say,
    Session,
    Started,
    TimedOut,
    Turn,
    Undelivered,
)
from convo.messages import Contact
from tests.unit.test_check_constructs import EVERYTHING

FLOWS, AGAIN = (load("sample.yaml", f"flow: sample\n{EVERYTHING}".encode()) for _ in range(2))
STATES = list(FLOWS.root.flow.states)
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
TIMELESS = (Phase.ENDED, Phase.WAITING, Phase.SUSPENDED)

replies = st.sampled_from(
    ["look", "yes", "👍", "3", "AB1234", "human", "hours", "huamn", "tue 3pm", "mardi 15h", "no", ""]
)
results: st.SearchStrategy[Result] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.just(NOW)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["places", "at", "name", "__speech__"]), inner, max_size=3),
    ),
    max_leaves=5,
)
events: st.SearchStrategy[Event] = st.one_of(
    st.one_of(replies, st.text(max_size=20)).map(Replied),
    st.sampled_from(["after 1 day", "expires", "after 9 days"]).map(TimedOut),
    st.builds(HandedBack, st.one_of(st.none(), st.sampled_from([*STATES, "nowhere"]))),
    st.integers(0, 9).map(Undelivered),
    st.timedeltas(timedelta(), timedelta(days=3)).map(Resumed),
    st.sampled_from([Started(), Started(), Closed("stopped")]),
    st.builds(Called, st.integers(0, 9), results, st.sampled_from([None, None, "it failed"])),
)
phases = st.sampled_from([None, None, None, None, Phase.SUSPENDED])
steps = st.tuples(events, st.integers(0, 100_000), st.booleans(), phases)
languages = st.sampled_from([None, "en-GB", "fr", "fr-CA", "es", "x"])


def accepted(turn: Turn, now: datetime) -> Session:
    """The text that starts the clocks was accepted."""
    starts = any(isinstance(effect, Say) and effect.starts_clock for effect in turn.effects)
    return replace(turn.session, clock_from=now) if starts else turn.session


def step(session: Session, event: Event, now: datetime) -> Turn | None:
    try:
        return advance(FLOWS, session, event, now)
    except HandBackError:
        assert isinstance(event, HandedBack)
        return None


@given(st.lists(steps, max_size=20), languages, st.sampled_from(["Ana", "🎉", "{{ 7 }}"]))
def test_the_same_arguments_give_the_same_turn_in_every_phase(
    story: list[tuple[Event, int, bool, Phase | None]], language: str | None, name: str
) -> None:
    contact, now = Contact("+15550001111", language), NOW
    session = open_session(FLOWS, contact, "+15550009999", "UTC", {"name": name, "age": 20}, NOW)
    for event, seconds, arrives, suspended in [(Started(), 0, True, None), *story]:
        now += timedelta(seconds=seconds)
        before = repr(session)
        turn = step(session, event, now)
        if turn is not None:
            assert turn == advance(AGAIN, session, event, now)
            assert turn.session.visit >= session.visit
            assert (next_wake(FLOWS, turn.session) is None) == (turn.session.phase in TIMELESS)
            assert turn.session.last_text_at <= now
            assert (turn.session.queue is not None) or turn.session.phase is not Phase.HANDED_OFF
        if isinstance(event, Replied):
            understands(FLOWS, session, event, now)
        assert repr(session) == before
        if turn is not None:
            session = accepted(turn, now) if arrives else turn.session
        if suspended and session.phase in (Phase.LIVE, Phase.HANDED_OFF):
            session = replace(session, phase=suspended)


@given(st.lists(st.tuples(events, st.integers(0, 100_000)), max_size=10), languages)
def test_left_alone_it_always_ends(story: list[tuple[Event, int]], language: str | None) -> None:
    contact, now = Contact("+15550001111", language), NOW
    session = open_session(FLOWS, contact, "+15550009999", "UTC", {"name": "Ana", "age": 20}, NOW)
    for event, seconds in [(Started(), 0), *story]:
        now += timedelta(seconds=seconds)
        turn = step(session, event, now)
        session = accepted(turn, now) if turn else session
    for _ in range(20):
        clock = next_clock(FLOWS, session)
        if clock is None:
            break
        now = max(now, clock[0])
        turn = step(session, clock[1], now)
        assert turn is not None
        session = accepted(turn, now)

    assert session.phase is Phase.ENDED
