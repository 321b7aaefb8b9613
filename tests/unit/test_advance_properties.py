"""Whatever happens to a conversation of the shipped flow: the same turn every time, and never a dead end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from convo.flow.advance import advance, next_clock, next_wake, open_session
from convo.flow.project import load
from convo.flow.session import Event, HandedBack, Phase, Replied, Say, Session, Started, TimedOut, Turn
from convo.messages import Contact

FILE = Path(__file__).parents[2] / "flows" / "appointment-reminder.yaml"
FLOWS, AGAIN = (load(str(FILE), FILE.read_bytes()) for _ in range(2))
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
GIVEN = {"name": "Ana", "clinic": "Elm St", "visit": "2026-12-01 09:30"}
CLOCKS = ["after 4 hours", "after 20 hours", "after 1 day", "expires", "after 9 days"]

events: st.SearchStrategy[Event] = st.one_of(
    st.sampled_from(["yes", "no", "move", "another day", "tue 3pm", "hm", "👍"]).map(Replied),
    st.text(max_size=40).map(Replied),
    st.sampled_from(CLOCKS).map(TimedOut),
    st.just(HandedBack()),
    st.just(Started()),
)
steps = st.tuples(events, st.integers(0, 100_000), st.booleans())


def opened() -> Session:
    return open_session(FLOWS, Contact("+15550001111"), "+15550009999", "Europe/London", GIVEN, NOW)


def accepted(turn: Turn, now: datetime) -> Session:
    """The text that starts the clocks was accepted."""
    starts = any(isinstance(effect, Say) and effect.starts_clock for effect in turn.effects)
    return replace(turn.session, clock_from=now) if starts else turn.session


@given(st.lists(steps, max_size=25))
def test_the_same_arguments_give_the_same_turn_and_no_turn_is_a_dead_end(
    story: list[tuple[Event, int, bool]],
) -> None:
    session, now = opened(), NOW
    for event, seconds, arrives in [(Started(), 0, True), *story]:
        now += timedelta(seconds=seconds)
        before = repr(session)
        turn = advance(FLOWS, session, event, now)

        assert turn == advance(FLOWS, session, event, now) == advance(AGAIN, session, event, now)
        assert repr(session) == before
        assert len(turn.effects) <= 5
        assert turn.session.visit >= session.visit
        wake = next_wake(FLOWS, turn.session)
        assert (wake is None) == (turn.session.phase is Phase.ENDED)
        session = accepted(turn, now) if arrives else turn.session


@given(st.lists(st.tuples(events, st.integers(0, 100_000)), max_size=10))
def test_left_alone_it_always_ends_within_a_few_clocks(story: list[tuple[Event, int]]) -> None:
    session, now = opened(), NOW
    for event, seconds in [(Started(), 0), *story]:
        now += timedelta(seconds=seconds)
        session = accepted(advance(FLOWS, session, event, now), now)
    for _ in range(10):
        clock = next_clock(FLOWS, session)
        if clock is None:
            break
        now = max(now, clock[0])
        session = accepted(advance(FLOWS, session, clock[1], now), now)

    assert session.phase is Phase.ENDED
    assert session.outcome is not None
