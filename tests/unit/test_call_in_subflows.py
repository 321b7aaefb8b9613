"""A sub-flow that calls: the flow that runs it waits too, and takes over when the result has ended it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from convo.flow.results import Result
from convo.flow.run import MOST_CALLS
from convo.flow.session import Call, Called, Closed, End, Phase, Replied, Resumed
from tests.unit.talk import Talk, source

LOOK = """\
flow: look
start: ask
needs: {clinic: text}
states:
  ask:
    say: One moment.
    call: {action: free_slots, with: {clinic: clinic}, save: {slot: "slots[0]"}, done: found}
  found: {end: found}
"""
SAFE = LOOK.replace("done: found}", "done: found, failed: none}") + "  none: {end: none}\n"
VISIT = source(
    """\
  ask:
    run:
      flow: look
      with: {clinic: "'Elm St'"}
      outcomes:
        found: {set: {slot: returned.slot}, then: offer}
        none: sorry
        failed: {say: That did not work., then: sorry}
  offer:
    say: "{{ slot }}?"
    replies: {yes: booked, other: ask}
    otherwise: {say: "YES, or OTHER?"}
    after: {1 day: sorry}
  booked: {say: "{{ slot }} it is.", end: booked}
  sorry: {say: Please call us., end: sorry}
"""
)
FREE: Result = {"slots": ["Mon", "Tue"]}


def calling(look: str = LOOK, visit: str = VISIT) -> Talk:
    here = Talk(visit, beside={"look": look})
    assert here.starts() == ["One moment."]
    assert (here.session.phase, here.session.place) == (Phase.CALLING, "look.ask")
    return here


def brings(here: Talk, result: Result = None, failure: str | None = None) -> list[str]:
    return here.feed(Called(here.session.visit, result, failure))


def test_its_result_leads_on_in_it_and_what_it_saved_comes_back() -> None:
    here = calling()

    assert [effect.name for effect in here.effects if isinstance(effect, Call)] == ["free_slots"]
    assert brings(here, FREE) == ["Mon?"]
    assert (here.session.phase, here.session.place) == (Phase.LIVE, "offer")
    assert here.feed(Replied("yes")) == ["Mon it is."]


def test_what_was_texted_meanwhile_is_answered_by_the_flow_that_goes_on() -> None:
    here = calling()
    assert here.feed(Replied("yes")) == []

    assert brings(here, FREE) == ["Mon?", "Mon it is."]
    assert here.effects[-1] == End("booked")


def test_what_was_texted_meanwhile_waits_for_the_next_call_as_well() -> None:
    here = calling()
    here.feed(Replied("other"))
    here.feed(Replied("yes"))

    assert brings(here, FREE) == ["Mon?", "One moment."]
    assert here.session.phase is Phase.CALLING
    assert brings(here, {"slots": ["Wed"]}) == ["Wed?", "Wed it is."]


@pytest.mark.parametrize(
    ("look", "said", "trouble"),
    [
        (SAFE, ["Please call us."], None),
        (LOOK, ["That did not work.", "Please call us."], "in look: the call of free_slots failed: away"),
    ],
)
def test_its_failure_is_its_own_or_else_the_outcome_failed(look: str, said: list[str], trouble: str) -> None:
    here = calling(look)

    assert brings(here, failure="away") == said
    assert here.trouble == trouble


def test_a_result_that_does_not_fit_is_a_failure_in_it() -> None:
    here = calling(SAFE)

    assert brings(here, {"slots": []}) == ["Please call us."]
    assert "slots[0]" in str(here.trouble)


def test_flows_that_call_and_return_round_and_round_come_to_an_end() -> None:
    here = calling(visit=VISIT.replace("then: offer", "then: ask"))
    for _ in range(MOST_CALLS - 1):
        assert brings(here, FREE) == ["One moment."]

    assert brings(here, FREE) == ["That did not work.", "Please call us."]
    assert f"called {MOST_CALLS} times in a row" in str(here.trouble)


def test_a_reply_in_between_begins_the_count_anew() -> None:
    here = calling()
    for _ in range(MOST_CALLS + 1):
        assert brings(here, FREE) == ["Mon?"]
        assert here.session.calls == 0
        assert here.feed(Replied("other")) == ["One moment."]


def test_an_interruption_leaves_it_calling() -> None:
    here = calling()
    here.session = replace(here.session, phase=Phase.SUSPENDED)
    assert brings(here, FREE) == []

    here.feed(Resumed(timedelta(minutes=5)))
    assert here.session.phase is Phase.CALLING
    assert brings(here, FREE) == ["Mon?"]


def test_the_end_from_outside_ends_all_of_it() -> None:
    here = calling()

    assert here.feed(Closed("stopped")) == []
    assert (here.session.phase, here.session.outcome) == (Phase.ENDED, "stopped")
    assert brings(here, FREE) == []
