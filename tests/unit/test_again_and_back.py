"""`again` enters the state once more, and `back` leads to the one before that waited."""

from dataclasses import replace

import pytest

from convo.flow.advance import ERROR_QUEUE, advance
from convo.flow.project import Project, check
from convo.flow.session import HandedBack, Phase, Replied
from tests.unit.talk import NOW, Talk, source

WIZARD = source(
    """\
  ask:
    say: Which day?
    replies: {on: hour, pass: passing, desk: desk}
    otherwise: {say: "A day?"}
    after: {1 day: bye}
  passing: {say: Noted., then: hour}
  hour:
    say: What time?
    replies:
      on: confirm
      back: {say: One back., then: back}
      more: again
    otherwise: {say: "A time?", tries: 1, then: again}
    after: {1 day: bye}
  confirm:
    say: All right?
    replies: {ok: bye, back: back, first: ask}
    otherwise: {say: "OK?"}
    after: {1 day: bye}
  desk: {hand_off: desk, then: back}
  explain: {say: We open at nine., then: back}
  bye: {end: done}
""",
    "anywhere:\n  hours: explain\n  go back: back\n",
)


@pytest.fixture
def talk() -> Talk:
    begun = Talk(WIZARD)
    begun.starts()
    return begun


def test_again_enters_the_state_once_more(talk: Talk) -> None:
    talk.feed(Replied("on"))
    talk.feed(Replied("hm"))
    visit = talk.session.visit

    assert talk.feed(Replied("more")) == ["What time?"]
    assert (talk.session.visit, talk.session.tries, talk.session.visits["hour"]) == (visit + 1, 0, 2)
    assert [talk.feed(Replied("hm")), talk.feed(Replied("hm"))] == [["A time?"], ["What time?"]]


def test_back_returns_to_the_state_before_and_says_its_text(talk: Talk) -> None:
    talk.feed(Replied("on"))

    assert talk.feed(Replied("back")) == ["One back.", "Which day?"]
    assert talk.session.state == "ask"


def test_back_goes_on_going_back_and_stays_where_nothing_is_before(talk: Talk) -> None:
    for word in ("on", "on"):
        talk.feed(Replied(word))

    assert talk.feed(Replied("back")) == ["What time?"]
    assert talk.feed(Replied("back")) == ["One back.", "Which day?"]
    before = talk.session
    assert talk.feed(Replied("go back")) == []
    assert (talk.session.state, talk.session.visit) == ("ask", before.visit)


def test_again_is_no_step_to_go_back_over(talk: Talk) -> None:
    for word in ("on", "more", "more"):
        talk.feed(Replied(word))

    assert talk.feed(Replied("back"))[-1] == "Which day?"


def test_it_returns_across_states_that_only_passed_on(talk: Talk) -> None:
    assert talk.feed(Replied("pass")) == ["Noted.", "What time?"]
    assert talk.feed(Replied("back"))[-1] == "Which day?"


def test_a_state_that_passes_on_leads_back_to_where_it_was_asked_for(talk: Talk) -> None:
    assert talk.feed(Replied("hours")) == ["We open at nine.", "Which day?"]
    talk.feed(Replied("on"))
    assert talk.feed(Replied("hours")) == ["We open at nine.", "What time?"]
    assert talk.feed(Replied("back"))[-1] == "Which day?"


def test_where_it_came_to_a_state_by_its_name_back_is_where_it_came_from(talk: Talk) -> None:
    for word in ("on", "on", "first"):
        talk.feed(Replied(word))

    assert talk.session.state == "ask"
    assert talk.feed(Replied("go back")) == ["All right?"]


def test_a_person_hands_back_to_the_state_before(talk: Talk) -> None:
    talk.feed(Replied("on"))
    talk.feed(Replied("go back"))
    talk.feed(Replied("desk"))

    assert talk.session.queue == "desk"
    assert talk.feed(HandedBack()) == ["Which day?"]
    assert talk.session.phase is Phase.LIVE


def test_the_way_back_has_an_end(talk: Talk) -> None:
    for _ in range(30):
        for word in ("on", "on", "first"):
            talk.feed(Replied(word))

    assert len(talk.session.trail) == 10


def test_a_flow_that_never_says_back_remembers_no_way() -> None:
    talk = Talk(source("  ask: {say: Hi, replies: {go: next}, after: {1 day: next}}\n  next: {end: done}\n"))
    talk.starts()
    talk.feed(Replied("go"))

    assert talk.session.trail == ()


def test_an_error_state_may_lead_back_to_where_it_failed() -> None:
    talk = Talk(
        source(
            """\
  ask: {say: Coming?, replies: {yes: bad}, otherwise: {then: bye}, after: {1 day: bye}}
  bad: {say: "{{ 1 // 0 }}", then: bye}
  sorry: {say: Sorry., then: back}
  bye: {end: done}
""",
            "on_error: sorry\n",
        )
    )
    talk.starts()

    assert talk.feed(Replied("yes")) == ["Sorry.", "Coming?"]
    assert "failed" in str(talk.trouble)


def test_where_it_cannot_stay_a_back_to_nowhere_calls_a_person(talk: Talk) -> None:
    talk.session = replace(talk.session, state="passing", trail=())  # as if it had waited nowhere

    turn = advance(talk.flows, replace(talk.session, phase=Phase.HANDED_OFF), HandedBack("explain"), NOW)

    assert turn.session.queue == ERROR_QUEUE
    assert "waited nowhere before" in str(turn.trouble)


def told(states: str, head: str = "") -> list[tuple[str, int]]:
    found = check(Project({"sample.yaml": source(states, head).encode()}))
    return [(problem.code, problem.line) for problem in found if problem.severity == "error"]


def test_the_wizard_has_nothing_wrong_with_it() -> None:
    found = check(Project({"sample.yaml": WIZARD.encode()}))
    assert [problem for problem in found if not problem.code.startswith("R")] == []


def test_round_trips_by_again_and_traps_with_a_back_alone_are_found() -> None:
    assert told("  ask: {say: Hi, then: again}\n") == [("C014", 4)]
    states = "  ask: {after: {1 day: other}}\n  other: {after: {1 day: back}}\n"
    assert told(states) == [("C013", 4), ("C013", 5)]


def test_a_back_in_the_first_state_alone_is_told() -> None:
    states = "  ask: {say: Hi, replies: {no: back}, after: {1 day: bye}}\n  bye: {end: done}\n"
    assert told(states) == [("C051", 4)]
