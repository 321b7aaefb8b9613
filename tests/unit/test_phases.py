"""Waiting behind another, being suspended, handed back, reopened and closed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from convo.errors import HandBackError
from convo.flow.advance import ERROR_QUEUE, NEVER_STARTED, next_wake, reopened_session
from convo.flow.session import (
    Closed,
    End,
    Event,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Started,
    TimedOut,
    Undelivered,
)
from tests.unit.talk import HOUR, NOW, Talk, source

DESK = source(
    """\
  ask:
    say: Coming?
    replies: {yes: bye, person: desk, fail: broken, stay: {set: {note: reply.text}}}
    otherwise: {say: "YES?"}
    after: {4 hours: {say: "Still there?"}, 1 day: bye}
  desk: {say: "A person will text.", hand_off: reception, then: thanks, after: {2 days: bye}}
  stuck: {hand_off: nobody}
  broken: {say: "{{ name.x }}", then: bye}
  thanks: {say: "Thanks {{ name }}, {{ note }}.", then: bye}
  anew: {say: "Anything else, {{ name }}?", replies: {no: bye}, otherwise: {say: "No?"}, after: {1 day: bye}}
  told: {say: "You wrote {{ reply.text }}.", then: stuck}
  bye: {say: "Bye.", end: done}
""",
    "vars: {name: text = Ana, note: text = and more, seats: integer 1-9 = 1}\nafterwards: anew\n",
)


@pytest.fixture
def talk() -> Talk:
    begun = Talk(DESK)
    begun.starts()
    begun.accept()
    return begun


EVERYTHING: list[Event] = [
    Started(), Replied("yes"), TimedOut("after 4 hours"), TimedOut("expires"), HandedBack("bye"),
    Undelivered(1), Reopened("hello"), Resumed(HOUR),
]  # fmt: skip


# Waiting and suspended.


def test_a_conversation_that_waits_is_only_moved_by_its_start() -> None:
    talk = Talk(DESK)
    waiting = talk.session = replace(talk.session, phase=Phase.WAITING)

    for event in EVERYTHING[1:]:
        assert (talk.feed(event), talk.session) == ([], waiting), event
    assert talk.wakes() is None
    assert talk.feed(Started(), HOUR) == ["Coming?"]
    assert talk.session.phase is Phase.LIVE
    assert talk.wakes() == HOUR + timedelta(days=7)


def test_a_conversation_that_never_started_is_closed_without_a_state() -> None:
    talk = Talk(DESK)
    talk.session = replace(talk.session, phase=Phase.WAITING)

    assert talk.feed(Closed(NEVER_STARTED)) == []
    assert talk.effects == (End("never_started"),)
    assert (talk.session.phase, talk.session.state) == (Phase.ENDED, "")
    assert next_wake(talk.flows, talk.session) is None


def test_a_suspended_conversation_is_moved_by_nothing_and_its_clocks_stand_still(talk: Talk) -> None:
    suspended = talk.session = replace(talk.session, phase=Phase.SUSPENDED)

    for event in EVERYTHING[:-1]:
        assert (talk.feed(event), talk.session) == ([], suspended), event
    assert talk.wakes() is None


def test_a_resumed_conversation_goes_on_as_if_it_had_not_been_away(talk: Talk) -> None:
    talk.session = replace(talk.session, phase=Phase.SUSPENDED)

    assert talk.feed(Resumed(10 * HOUR), 11 * HOUR) == []
    assert talk.session.phase is Phase.LIVE
    assert talk.wakes() == 14 * HOUR
    assert talk.session.last_text_at == NOW + 10 * HOUR
    assert talk.feed(Replied("yes"), 11 * HOUR) == ["Bye."]


def test_what_was_accepted_while_away_counts_from_the_resumption(talk: Talk) -> None:
    talk.session = replace(talk.session, phase=Phase.SUSPENDED, clock_from=NOW + 9 * HOUR)
    talk.feed(Resumed(10 * HOUR), 11 * HOUR)

    assert talk.wakes() == 15 * HOUR


def test_clocks_that_have_not_begun_do_not_begin_by_resuming(talk: Talk) -> None:
    talk.session = replace(talk.session, phase=Phase.SUSPENDED, clock_from=None)
    talk.feed(Resumed(10 * HOUR), 11 * HOUR)

    assert talk.session.clock_from is None


def test_who_had_a_person_has_one_again_when_it_resumes(talk: Talk) -> None:
    talk.feed(Replied("person"))
    talk.session = replace(talk.session, phase=Phase.SUSPENDED)
    talk.feed(Resumed(HOUR), HOUR)

    assert (talk.session.phase, talk.session.queue) == (Phase.HANDED_OFF, "reception")


def test_what_was_never_suspended_does_not_resume(talk: Talk) -> None:
    for _ in range(2):
        before = talk.session
        assert (talk.feed(Resumed(HOUR), HOUR), talk.session) == ([], before)
        talk.feed(Replied("person"))


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.ENDED])
def test_a_conversation_is_closed_from_any_phase(talk: Talk, phase: Phase) -> None:
    talk.session = replace(talk.session, phase=phase, queue="desk")

    assert talk.feed(Closed("stopped")) == []
    assert talk.effects == (End("stopped"),)
    assert (talk.session.phase, talk.session.outcome, talk.session.queue) == (Phase.ENDED, "stopped", None)


# Handing back.


def test_a_person_may_say_where_to_go_on_and_set_variables(talk: Talk) -> None:
    talk.feed(Replied("person"))

    assert talk.feed(HandedBack("thanks", {"name": "Bo", "seats": "4"})) == ["Thanks Bo, and more.", "Bye."]
    assert talk.session.vars == {"name": "Bo", "note": "and more", "seats": 4}


def test_a_variable_of_no_declared_type_is_taken_as_it_is() -> None:
    flow = source("  ask: {hand_off: desk, then: b}\n  b: {set: {n: n + 1}, say: '{{ n }}', end: done}\n")
    talk = Talk(flow)
    talk.starts()
    with pytest.raises(HandBackError) as error:
        talk.feed(HandedBack(vars={"n": {"a": 1}}))
    assert error.value.code == "wrong_variable"

    assert talk.feed(HandedBack(vars={"n": 41})) == ["42"]


def test_what_an_error_handed_off_goes_on_where_the_person_says(talk: Talk) -> None:
    talk.feed(Replied("fail"))
    assert talk.session.queue == ERROR_QUEUE

    assert talk.feed(HandedBack("ask")) == ["Coming?"]
    assert talk.session == replace(talk.session, phase=Phase.LIVE, queue=None)
    assert talk.feed(Replied("yes")) == ["Bye."]


def test_a_hand_back_that_fails_calls_a_person_again(talk: Talk) -> None:
    talk.feed(Replied("person"))

    assert talk.feed(HandedBack("broken", {"name": "Bo"})) == []
    assert (talk.session.phase, talk.session.queue, talk.session.state) == (
        Phase.HANDED_OFF, ERROR_QUEUE, "desk",
    )  # fmt: skip
    assert talk.session.vars["name"] == "Ana"


@pytest.mark.parametrize(
    ("queue", "event", "code", "said"),
    [
        ("person", HandedBack("thnks"), "unknown_state", "Did you mean 'thanks'?"),
        ("person", HandedBack("(start)"), "unknown_state", "no state '(start)'"),
        ("person", HandedBack(vars={"nmae": "x"}), "unknown_variable", "Did you mean 'name'?"),
        ("person", HandedBack(vars={"seats": "10"}), "wrong_variable", "'seats': '10' will not do"),
        ("fail", HandedBack(), "nowhere", "say in which state to go on"),
    ],
)
def test_what_a_flow_cannot_take_back_is_refused_with_its_reason(
    talk: Talk, queue: str, event: HandedBack, code: str, said: str
) -> None:
    talk.feed(Replied(queue))
    before = talk.session
    with pytest.raises(HandBackError) as error:
        talk.feed(event)

    assert error.value.code == code
    assert said in str(error.value)
    assert talk.session == before


def test_a_hand_off_that_names_no_way_on_wants_to_be_told_one(talk: Talk) -> None:
    talk.feed(Replied("person"))
    talk.feed(HandedBack("stuck"))
    with pytest.raises(HandBackError) as error:
        talk.feed(HandedBack())

    assert error.value.code == "nowhere"
    assert talk.feed(HandedBack("bye")) == ["Bye."]


def test_a_live_conversation_is_not_handed_back(talk: Talk) -> None:
    before = talk.session

    assert (talk.feed(HandedBack("bye", {"nonsense": 1})), talk.session) == ([], before)


# Afterwards.


def test_a_text_after_the_end_begins_a_fresh_conversation_in_its_own_state(talk: Talk) -> None:
    talk.feed(Replied("stay"))
    talk.feed(Replied("yes"))
    talk.session = reopened_session(talk.session, NOW + HOUR)

    assert talk.feed(Reopened("no"), HOUR) == ["Anything else, Ana?"]  # `no` is not matched as well
    assert (talk.session.state, talk.session.visits, talk.session.vars["note"]) == (
        "anew", {"anew": 1}, "stay",
    )  # fmt: skip
    assert talk.session.last_text_at == NOW + HOUR
    assert talk.feed(Replied("no"), HOUR) == ["Bye."]


def test_the_text_is_known_to_the_state_that_it_leads_to() -> None:
    talk = Talk(DESK.replace("afterwards: anew", "afterwards: told"))

    assert talk.feed(Reopened("thank you")) == ["You wrote thank you."]
    assert talk.session.queue == "nobody"


def test_without_afterwards_and_in_a_conversation_that_runs_nothing_is_reopened(talk: Talk) -> None:
    running = talk.session
    assert (talk.feed(Reopened("hi")), talk.session) == ([], running)

    talk = Talk(DESK.replace("afterwards: anew\n", ""))
    fresh = talk.session
    assert (talk.feed(Reopened("hi")), talk.session) == ([], fresh)
