"""Whatever happens to a conversation whose flow runs others: the same turn every time, and it always ends."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from convo.errors import HandBackError
from convo.flow.advance import advance, next_clock, next_wake, open_session, understands
from convo.flow.compile import FlowFile
from convo.flow.project import load
from convo.flow.session import (
    Closed,
    End,
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
from convo.runtime.sessions import decode, encode
from convo.store.conversations import Stored

TRIP = """\
flow: trip
start: ask
expires: 9 days
on_error: sorry
afterwards: ask
anywhere: {menu: ask}
states:
  ask: {say: Where to?, save: {place: text 1-20}, otherwise: {say: Where?}, after: {2 days: bye}, then: who}
  who:
    say: Who?
    run:
      flow: guests
      with: {place: place, n: visits('who')}
      outcomes:
        known: {set: {guests: returned.names | default('nobody')}, then: sure}
        none: back
        else: {say: "{{ outcome }}?", then: again_or_not}
  again_or_not: {choose: {"visits('who') > 2": bye, else: who}}
  sure:
    say: "{{ place }} for {{ guests | default('?') }}?"
    replies: {yes: bye, back: back, who: who}
    otherwise: {say: YES?, then: desk}
    after: {1 day: bye}
  desk: {hand_off: desk, then: back}
  sorry: {say: Sorry., then: sure}
  bye: {end: done}
"""
GUESTS = """\
flow: guests
start: names
needs: {place: text, n: integer}
expires: 3 days
states:
  names:
    say: "To {{ place }}: who comes? {{ 6 // (3 - n) }}"
    replies: {none: none, break: broken, phone: phone}
    save: {names: list of text}
    otherwise: {then: none}
    after: {5 hours: {say: "Who?"}, 1 day: none}
    undelivered: lost
    then: phone
  phone: {run: {flow: phone, outcomes: {given: done, expired: names, refused: again}}}
  broken: {say: "{{ 1 // 0 }}", end: none}
  lost: {hand_off: callers, choose: {"n > 1": none, else: names}}
  done: {end: known}
  none: {end: none}
"""
PHONE = """\
flow: phone
start: ask
states:
  ask:
    say: Your number?
    save: {mobile: phone}
    replies: {no: no, person: person, break: broken, on: silent}
    otherwise: {say: "A number?", tries: 1, then: no}
    then: given
  silent: {run: {flow: quick, outcomes: {else: given}}}
  person: {hand_off: callers}
  broken: {choose: {"1 // 0 > 1": no, else: given}}
  no: {end: refused}
  given: {tag: has_phone, end: given}
"""
QUICK = "flow: quick\nstart: a\nstates:\n  a: {say: Quick., then: b}\n  b: {end: over}\n"
OTHERS = {"guests": GUESTS, "phone": PHONE, "quick": QUICK}
FILES = {name: FlowFile(f"{name}.yaml", text.encode()) for name, text in OTHERS.items()}
FLOWS, AGAIN = (load("trip.yaml", TRIP.encode(), FILES) for _ in range(2))
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
TIMELESS = (Phase.ENDED, Phase.WAITING, Phase.SUSPENDED)
CLOCKS = ["after 5 hours", "after 1 day", "after 2 days", "expires"]

replies = st.sampled_from(
    ["Rome", "Ana, Ben", "+44 7700 900123", "yes", "back", "who", "none", "no", "on", "menu", "break",
     "person", "phone", "hm", ""]
)  # fmt: skip
events: st.SearchStrategy[Event] = st.one_of(
    replies.map(Replied),
    replies.map(Replied),
    st.text(max_size=20).map(Replied),
    st.sampled_from(CLOCKS).map(TimedOut),
    st.builds(HandedBack, st.sampled_from([None, *FLOWS.places, "names", "nowhere"])),
    st.integers(0, 12).map(Undelivered),
    st.timedeltas(timedelta(), timedelta(days=3)).map(Resumed),
    st.sampled_from([Started(), Closed("stopped")]),
)
phases = st.sampled_from([None, None, None, None, Phase.SUSPENDED])
steps = st.tuples(events, st.integers(0, 100_000), st.booleans(), phases)


def opened() -> Session:
    return open_session(FLOWS, Contact("+15550001111"), "+15550009999", "UTC", {}, NOW)


def accepted(turn: Turn, now: datetime) -> Session:
    """The text that starts the clocks was accepted."""
    visits = [said.visit for said in turn.effects if isinstance(said, Say) and said.starts_clock]
    return replace(turn.session, clock_from=now) if turn.session.visit in visits else turn.session


def step(session: Session, event: Event, now: datetime) -> Turn | None:
    try:
        return advance(FLOWS, session, event, now)
    except HandBackError:
        assert isinstance(event, HandedBack)
        return None


def frames(session: Session) -> Iterator[tuple[str, str]]:
    """Each flow that waits, and the one that it waits for."""
    inside = [*(frame.flow for frame in session.stack), session.flow]
    for frame, runs in zip(session.stack, inside[1:], strict=True):
        state = FLOWS.flows[frame.flow or FLOWS.name].plan.states[frame.state]
        assert state.runs == runs
        yield frame.flow, runs


BLANK = Stored(
    1, 1, "+15550009999", "b", "trip", "v", None, "live", NOW, "", 0, None, None, None, None, {}, {}, None,
    NOW, None, None, "+15550001111", None, None, None,
)  # fmt: skip


@given(st.lists(steps, max_size=25))
def test_the_same_arguments_give_the_same_turn_and_the_stack_always_fits(
    story: list[tuple[Event, int, bool, Phase | None]],
) -> None:
    session, now, said = opened(), NOW, set[int]()
    for event, seconds, arrives, suspended in [(Started(), 0, True, None), *story]:
        now += timedelta(seconds=seconds)
        before = repr(session)
        if isinstance(event, Replied):
            understands(FLOWS, session, event, now)
        turn = step(session, event, now)
        assert repr(session) == before
        if turn is None:
            continue
        assert turn == advance(AGAIN, session, event, now)
        after = turn.session
        assert after.visit >= session.visit
        assert (next_wake(FLOWS, after) is None) == (after.phase in TIMELESS)
        assert bool(after.flow) == bool(after.stack)
        assert len(list(frames(after))) == len(after.stack) <= 3
        ends = [effect for effect in turn.effects if isinstance(effect, End)]
        assert len(ends) == (after.phase is Phase.ENDED and session.phase is not Phase.ENDED)
        # A state runs a flow or is over; nobody stands in one that should have gone on.
        state = FLOWS.at(after).plan.states[after.state]
        assert state.waits or state.ends or after.queue
        assert state.runs is None or after.queue
        # A visit's number belongs to one visit of one flow.
        entered = {effect.visit for effect in turn.effects if isinstance(effect, Say)} - {session.visit}
        assert not entered & said
        said |= entered
        stored = encode(BLANK, after, None, now)._replace(tags=list(after.contact.tags))
        assert decode(stored) == after
        session = accepted(turn, now) if arrives else after
        if suspended and session.phase in (Phase.LIVE, Phase.HANDED_OFF):
            session = replace(session, phase=suspended)


@given(st.lists(st.tuples(events, st.integers(0, 100_000)), max_size=12))
def test_left_alone_it_always_ends(story: list[tuple[Event, int]]) -> None:
    session, now = opened(), NOW
    for event, seconds in [(Started(), 0), *story]:
        now += timedelta(seconds=seconds)
        turn = step(session, event, now)
        session = accepted(turn, now) if turn else session
    for _ in range(40):
        clock = next_clock(FLOWS, session)
        if clock is None:
            break
        now = max(now, clock[0])
        turn = step(session, clock[1], now)
        assert turn is not None
        session = accepted(turn, now)

    assert session.phase is Phase.ENDED
    assert session.outcome is not None
