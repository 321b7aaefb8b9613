"""Texts that do not arrive, and what becomes of a flow that fails."""

import pytest

from convo.flow.advance import ERROR_QUEUE
from convo.flow.session import Event, Phase, Replied, Say, TimedOut, Undelivered
from tests.unit.talk import HOUR, Talk, source

BOUNCES = source(
    """\
  ask:
    say: Coming?
    replies: {yes: bye, later: {say: "Take your time."}, person: desk}
    otherwise: {say: "YES?"}
    after: {1 day: bye}
    undelivered: RIGHT
  desk: {say: "A person will text.", hand_off: desk, then: bye, undelivered: call}
  call: {hand_off: phone, then: bye}
  bye: {say: "Bye.", end: done}
"""
)


def bounces(right: str) -> Talk:
    talk = Talk(BOUNCES.replace("RIGHT", right))
    talk.starts()
    return talk


def test_a_text_that_failed_leads_on() -> None:
    talk = bounces("call")

    assert talk.feed(Undelivered(1)) == []
    assert (talk.session.state, talk.session.queue) == ("call", "phone")


def test_a_text_of_a_visit_that_is_over_changes_nothing() -> None:
    talk = bounces("call")
    talk.feed(Replied("person"))
    before = talk.session

    assert (talk.feed(Undelivered(1)), talk.session) == ([], before)
    talk.feed(Undelivered(2))
    assert talk.session.state == "call"


def test_a_reply_that_did_not_lead_on_does_not_matter() -> None:
    talk = bounces("{say: 'Sorry.', then: call}")
    talk.feed(Replied("later"))

    assert talk.feed(Undelivered(1)) == ["Sorry."]
    assert talk.session.state == "call"


def test_what_is_said_about_a_failure_is_said_once_a_visit() -> None:
    talk = bounces("{set: {lost: reply is defined}, say: 'Hello?'}")

    assert [talk.feed(Undelivered(1)) for _ in range(2)] == [["Hello?"], []]
    assert (talk.session.state, talk.session.vars) == ("ask", {"lost": False})


def test_without_undelivered_a_failed_text_changes_nothing() -> None:
    talk = Talk(BOUNCES.replace("    undelivered: RIGHT\n", ""))
    talk.starts()
    before = talk.session

    assert (talk.feed(Undelivered(1)), talk.session) == ([], before)


FAILS = source(
    """\
  ask:
    say: "Hi"
    replies: {go: {say: "One.", set: {name: "'changed'"}, then: next}, never: {set: {n: name + 1}}}
    otherwise: {say: "{{ name.x.y }}"}
    after: {1 hour: {say: "{{ name.x.y }}"}, 1 day: bye}
  next: {say: "{{ name.x.y }}", then: bye}
  sorry: {say: SORRY, then: desk}
  desk: {hand_off: reception, then: bye}
  bye: {end: done}
""",
    "vars: {name: text = Ana}\non_error: sorry\n",
)


@pytest.mark.parametrize("event", [Replied("go"), Replied("never"), Replied("hm"), TimedOut("after 1 hour")])
def test_a_failure_leads_to_on_error_and_nothing_of_the_failed_turn_is_left(event: Event) -> None:
    talk = Talk(FAILS.replace("SORRY", '"Sorry, {{ name }}."'))
    talk.starts()
    talk.accept()

    assert talk.feed(event, HOUR) == ["Sorry, Ana."]
    assert (talk.session.state, talk.session.queue) == ("desk", "reception")
    assert talk.session.visits == {"ask": 1, "sorry": 1, "desk": 1}
    assert "failed" in str(talk.trouble)
    assert [effect.state for effect in talk.effects if isinstance(effect, Say)] == ["sorry"]


def test_an_error_at_the_start_leads_to_on_error_too() -> None:
    talk = Talk(FAILS.replace("SORRY", "Sorry.").replace('say: "Hi"', 'say: "{{ name.x.y }}"'))

    assert talk.starts() == ["Sorry."]
    assert talk.session.state == "desk"


def test_where_on_error_fails_as_well_a_person_is_called_with_both_reasons() -> None:
    talk = Talk(FAILS.replace("SORRY", '"{{ 1 // 0 }}"'))
    talk.starts()

    assert talk.feed(Replied("go")) == []
    assert (talk.session.phase, talk.session.queue) == (Phase.HANDED_OFF, ERROR_QUEUE)
    assert talk.session.state == "ask"
    assert "name.x.y" in str(talk.trouble)
    assert "then `on_error` failed too: the text '{{ 1 // 0 }}' failed" in str(talk.trouble)


def test_a_turn_that_went_well_has_no_trouble() -> None:
    talk = Talk(FAILS.replace("SORRY", "Sorry."))
    talk.starts()

    assert talk.trouble is None
