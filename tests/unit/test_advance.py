"""One event goes in, a turn comes out: what is said, where it leads, and when it must be woken next."""

from datetime import timedelta

import pytest

from convo.errors import StartError
from convo.flow.advance import ERROR_QUEUE
from convo.flow.session import (
    End,
    Event,
    HandedBack,
    HandOff,
    Phase,
    Replied,
    Say,
    Started,
    TimedOut,
)
from tests.unit.talk import HOUR, Talk, source

ASK = source(
    """\
  ask:
    say: Coming?
    replies:
      yes: {say: "Good.", then: bye}
      no: bye
      has no: never
      later: {say: "Take your time."}
      person: desk
    otherwise: {say: "YES or NO?", tries: 2, then: desk}
    after:
      4 hours: {say: "Still there?"}
      6 hours: {say: "Hello?"}
      1 day: bye
  desk: {say: "A person will text.", hand_off: reception, then: thanks, after: {2 days: bye}}
  thanks: {say: Thanks., then: bye}
  never: {end: never}
  bye: {say: "Bye.", end: done}
"""
)


@pytest.fixture
def talk() -> Talk:
    """Somebody was asked, and the text was accepted."""
    begun = Talk(ASK)
    assert begun.feed(Started()) == ["Coming?"]
    begun.accept()
    return begun


def test_the_first_match_in_file_order_wins(talk: Talk) -> None:
    assert talk.feed(Replied("No!")) == ["Bye."]
    assert talk.session.outcome == "done"


def test_a_right_side_may_speak_and_go_on(talk: Talk) -> None:
    assert talk.feed(Replied("yes")) == ["Good.", "Bye."]
    assert talk.effects[-1] == End("done")


def test_a_right_side_without_then_stays_and_its_clocks_run_on(talk: Talk) -> None:
    before = talk.wakes()

    assert talk.feed(Replied("later"), HOUR) == ["Take your time."]
    assert (talk.session.state, talk.session.visit, talk.wakes()) == ("ask", 1, before)


def test_what_is_not_understood_is_explained_as_often_as_said_then_leads_on(talk: Talk) -> None:
    assert talk.feed(Replied("hm")) == ["YES or NO?"]
    assert talk.feed(Replied("hm")) == ["YES or NO?"]
    assert talk.feed(Replied("hm")) == ["A person will text."]
    assert (talk.session.state, talk.session.queue) == ("desk", "reception")


def test_tries_count_anew_in_every_visit() -> None:
    talk = Talk(
        source(
            """\
  ask: {say: "A?", replies: {b: other}, otherwise: {say: "B!", tries: 1, then: bye}}
  other: {say: "C?", replies: {a: ask}, otherwise: {say: "A!", tries: 1, then: bye}}
  bye: {end: done}
"""
        )
    )
    talk.feed(Started())
    said = [talk.feed(Replied(words)) for words in ("x", "b", "x", "a", "x", "x")]

    assert said == [["B!"], ["C?"], ["A!"], ["A?"], ["B!"], []]
    assert talk.session.outcome == "done"
    assert talk.session.visits == {"ask": 2, "other": 1, "bye": 1}


def test_clocks_wait_until_the_text_was_accepted() -> None:
    talk = Talk(ASK)
    talk.feed(Started())
    assert talk.wakes() == timedelta(days=7)

    talk.accept(HOUR)
    assert talk.wakes() == 5 * HOUR


def test_each_clock_goes_off_once_and_a_nudge_does_not_restart_them(talk: Talk) -> None:
    assert [talk.wakes(), talk.goes_off()] == [4 * HOUR, ["Still there?"]]
    assert [talk.wakes(), talk.goes_off()] == [6 * HOUR, ["Hello?"]]
    assert talk.session.fired == ("after 4 hours", "after 6 hours")
    assert [talk.wakes(), talk.goes_off()] == [24 * HOUR, ["Bye."]]
    assert talk.wakes() is None


def test_clocks_count_from_entry_where_nothing_is_said() -> None:
    talk = Talk(source("  ask: {after: {4 hours: bye}}\n  bye: {end: done}\n"))
    talk.feed(Started())

    assert talk.wakes() == 4 * HOUR


def test_a_text_that_renders_to_nothing_does_not_hold_the_clocks() -> None:
    talk = Talk(
        source(
            """\
  ask: {say: "{% if name == 'x' %}Hi{% endif %}", after: {4 hours: bye}}
  bye: {end: done}
""",
            "vars: {name: text = Ana}\n",
        )
    )

    assert talk.feed(Started()) == []
    assert talk.wakes() == 4 * HOUR


def test_nudges_and_misses_lapse_with_their_state_and_answers_do_not(talk: Talk) -> None:
    lapses = {}
    for event in (Replied("hm"), Replied("later"), TimedOut("after 4 hours"), Replied("yes")):
        talk.feed(event)
        lapses.update({effect.text: effect.lapses for effect in talk.effects if isinstance(effect, Say)})

    assert lapses == {
        "YES or NO?": True, "Take your time.": False, "Still there?": True, "Good.": False, "Bye.": False,
    }  # fmt: skip


def test_silence_either_way_expires_and_every_text_puts_it_off() -> None:
    talk = Talk(source("  ask: {say: A?, replies: {a: bye}}\n  bye: {end: done}\n", "expires: 2 days\n"))
    talk.feed(Started())
    assert talk.wakes() == 48 * HOUR

    talk.feed(Replied("hm"), 24 * HOUR)
    assert talk.wakes() == 72 * HOUR
    assert talk.goes_off() == []
    assert (talk.session.phase, talk.session.outcome) == (Phase.ENDED, "expired")


def test_a_person_hands_back_to_then(talk: Talk) -> None:
    talk.feed(Replied("person"))
    assert (talk.session.phase, talk.session.queue) == (Phase.HANDED_OFF, "reception")
    assert talk.effects[-1] == HandOff("reception")

    assert talk.feed(HandedBack()) == ["Thanks.", "Bye."]
    assert (talk.session.phase, talk.session.queue) == (Phase.ENDED, None)


def test_the_clocks_of_a_hand_off_run_on(talk: Talk) -> None:
    talk.feed(Replied("person"))
    talk.accept()

    assert talk.wakes() == 48 * HOUR
    assert talk.goes_off() == ["Bye."]


def test_a_reply_is_read_as_a_type_kept_and_used() -> None:
    talk = Talk(
        source(
            """\
  ask: {say: "Name?", save: {name: text 2-10}, otherwise: {say: "Your name?", then: bye}, then: hi}
  hi: {say: "Hi {{ name }}, you wrote {{ reply.text }}.", then: bye}
  bye: {end: done}
"""
        )
    )
    talk.feed(Started())

    assert talk.feed(Replied("x")) == ["Your name?"]
    assert talk.feed(Replied("  Ana ")) == ["Hi Ana, you wrote   Ana ."]
    assert talk.session.vars == {"name": "Ana"}


def test_a_datetime_is_read_in_the_contacts_time_zone() -> None:
    talk = Talk(
        source(
            """\
  ask: {say: "When?", save: {wanted: datetime}, otherwise: {say: "When?", then: bye}, then: hi}
  hi: {say: "{{ wanted | day_time }}", then: bye}
  bye: {end: done}
""",
            "language: en-GB\n",
        )
    )
    talk.feed(Started())

    assert talk.feed(Replied("tue 3pm")) == ["Tue 1 Dec, 15:00"]


@pytest.mark.parametrize("failing", ["{{ name.foo.bar }}", "{{ contact.tags[7] }}", "{{ 1 // 0 }}"])
@pytest.mark.parametrize("place", ["entry", "reply", "clock", "miss"])
def test_a_text_that_fails_says_nothing_and_calls_a_person_with_the_reason(failing: str, place: str) -> None:
    texts = {each: failing if each == place else "fine" for each in ("entry", "reply", "clock", "miss")}
    talk = Talk(
        source(
            f"""\
  ask:
    say: "{{{{ name }}}}?"
    replies:
      go: {{say: "One.", then: next}}
      yes: {{say: "{texts["reply"]}"}}
    otherwise: {{say: "{texts["miss"]}"}}
    after:
      1 hour: {{say: "{texts["clock"]}"}}
      2 hours: bye
  next: {{say: "{texts["entry"]}", then: bye}}
  bye: {{say: Bye, end: done}}
""",
            "vars: {name: text = Ana}\n",
        )
    )
    events: dict[str, Event] = {
        "entry": Replied("go"), "reply": Replied("yes"), "miss": Replied("hm"),
        "clock": TimedOut("after 1 hour"),
    }  # fmt: skip
    talk.feed(Started())
    talk.accept()

    assert talk.feed(events[place]) == []
    (effect,) = talk.effects
    assert isinstance(effect, HandOff)
    assert effect.queue == ERROR_QUEUE
    assert failing in str(talk.trouble)
    assert (talk.session.state, talk.session.phase) == ("ask", Phase.HANDED_OFF)
    assert talk.wakes() == timedelta(days=7)  # no clock of the state texts under the person


def test_a_first_text_that_fails_calls_a_person() -> None:
    talk = Talk(source("  ask: {say: '{{ name.x.y }}', end: done}\n", "vars: {name: text = Ana}\n"))

    assert talk.feed(Started()) == []
    assert (talk.session.state, talk.session.queue) == ("ask", ERROR_QUEUE)


def test_a_chain_of_states_runs_to_its_end_in_one_turn() -> None:
    chain = "".join(f"  s{n}: {{say: '{n}', then: s{n + 1}}}\n" for n in range(90))
    talk = Talk(source(f"  ask: {{then: s0}}\n{chain}  s90: {{end: done}}\n"))

    assert talk.feed(Started()) == [str(n) for n in range(90)]
    assert talk.session.outcome == "done"


def test_a_hundred_states_in_one_turn_call_a_person_and_say_nothing() -> None:
    chain = "".join(f"  s{n}: {{say: '{n}', then: s{n + 1}}}\n" for n in range(110))
    talk = Talk(source(f"  ask: {{then: s0}}\n{chain}  s110: {{end: done}}\n"))

    assert talk.feed(Started()) == []
    (effect,) = talk.effects
    assert isinstance(effect, HandOff)
    assert "100 states without waiting" in str(talk.trouble)


@pytest.mark.parametrize("event", [Replied("yes"), TimedOut("after 4 hours"), HandedBack(), Started()])
def test_what_has_ended_is_not_moved_by_anything(talk: Talk, event: Event) -> None:
    talk.feed(Replied("no"))
    ended = talk.session

    assert talk.feed(event) == []
    assert (talk.session, talk.effects) == (ended, ())


@pytest.mark.parametrize("event", [TimedOut("after 3 hours"), TimedOut(""), HandedBack(), Started()])
def test_an_event_that_means_nothing_here_changes_nothing(talk: Talk, event: Event) -> None:
    before = talk.session

    assert talk.feed(event) == []
    assert talk.session == before


@pytest.mark.parametrize(
    ("given", "code"),
    [({}, "missing_variable"), ({"name": "Ana", "age": "7"}, "unknown_variable"),
     ({"name": {"a": 1}}, "wrong_variable"), ({"name": "Ana", "day": "soon"}, "wrong_variable")],
)  # fmt: skip
def test_a_session_is_opened_with_what_its_flow_needs(given: dict[str, object], code: str) -> None:
    flow = source(
        "  ask: {say: '{{ name }} {{ day | day }}', end: done}\n",
        "needs: {name: text}\nvars: {day: datetime = 2026-12-01 09:30}\n",
    )
    with pytest.raises(StartError) as error:
        Talk(flow, given)

    assert error.value.code == code
