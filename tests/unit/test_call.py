"""`call`: slow work is asked for, its result leads on, and what is texted meanwhile waits for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from convo.errors import FlowError
from convo.flow.advance import ERROR_QUEUE, MOST_KEPT, next_wake
from convo.flow.project import load
from convo.flow.results import Result
from convo.flow.run import MOST_CALLS
from convo.flow.session import (
    Call,
    Called,
    Closed,
    HandedBack,
    Phase,
    Replied,
    Request,
    Resumed,
    TimedOut,
    Undelivered,
)
from tests.unit.talk import NOW, Talk, source

HEAD = "needs: {clinic: text}\nvars: {visit: datetime = 2026-12-01 09:30}\n"
FREE = """\
  ask:
    say: One moment.
    call:
      action: free_slots
      with: {clinic: clinic, days: 2 + 3}
      save: {slots: slots}
      done: offer
      failed: sorry
  offer:
    say: "{% for slot in slots %}{{ loop.index }} {{ slot }} {% endfor %}"
    replies:
      <number 1-5>: {set: {slot: "slots[reply.value - 1]"}, then: chosen}
    otherwise: {say: A number please., tries: 2, then: sorry}
    after: {1 day: sorry}
  chosen: {say: "{{ slot }} it is.", end: chosen}
  sorry: {say: Please call us., end: failed}
"""


def talk(states: str = FREE, head: str = HEAD, **given: object) -> Talk:
    return Talk(source(states, head), {"clinic": "Elm St"} | given if "clinic" in head else given)


def calling(states: str = FREE, head: str = HEAD) -> Talk:
    """A conversation that waits for its first result."""
    here = talk(states, head)
    here.starts()
    assert here.session.phase is Phase.CALLING
    return here


def answer(here: Talk, result: Result = None, failure: str | None = None) -> list[str]:
    return here.feed(Called(here.session.visit, result, failure))


def made(here: Talk) -> Call:
    (call,) = [effect for effect in here.effects if isinstance(effect, Call)]
    return call


def test_a_call_is_asked_for_with_what_was_worked_out() -> None:
    here = talk()

    assert here.starts() == ["One moment."]
    assert made(here) == Call(
        "free_slots", here.session.visit, timedelta(seconds=5), 3, {"clinic": "Elm St", "days": 5}
    )
    assert (here.session.phase, here.session.state) == (Phase.CALLING, "ask")


def test_its_result_leads_on_with_what_was_saved() -> None:
    here = calling()

    assert answer(here, {"slots": ["Tue 9:00", "Wed 10:30"]}) == ["1 Tue 9:00 2 Wed 10:30"]
    assert here.session.phase is Phase.LIVE
    assert here.feed(Replied("2")) == ["Wed 10:30 it is."]


def test_a_failure_leads_where_failed_says() -> None:
    here = calling()

    assert answer(here, failure="the calendar is closed") == ["Please call us."]
    assert (here.session.outcome, here.trouble) == ("failed", None)


@pytest.mark.parametrize("result", ["<html>", None, [], {}, {"slots": 3 * [1]}, {"slots": {"a": 1}}])
def test_a_result_that_is_not_what_save_takes_is_a_failure_with_its_reason(result: Result) -> None:
    here = calling()

    assert answer(here, result) == ["Please call us."]
    assert here.trouble is not None
    assert here.trouble.startswith("the result of free_slots does not do: the expression 'slots'")


def test_a_failure_without_failed_is_an_error_of_the_flow() -> None:
    states = FREE.replace("      failed: sorry\n", "")
    here = calling(states)

    assert answer(here, failure="timed out") == []
    assert (here.session.phase, here.session.queue) == (Phase.HANDED_OFF, ERROR_QUEUE)
    assert here.trouble == "the call of free_slots failed: timed out"

    here = calling(states, f"{HEAD}on_error: sorry\n")
    assert answer(here, failure="timed out") == ["Please call us."]
    assert here.trouble == "the call of free_slots failed: timed out"


def test_only_the_result_of_this_visit_counts_and_only_while_it_is_waited_for() -> None:
    here = calling()
    before = here.session

    assert here.feed(Called(before.visit - 1, {"slots": ["x"]})) == []
    assert here.session == before
    answer(here, {"slots": ["x"]})
    offered = here.session
    assert here.feed(Called(before.visit, {"slots": ["y"]})) == []
    assert here.feed(Called(offered.visit, {"slots": ["y"]})) == []
    assert here.session == offered


# What happens meanwhile.


def test_what_is_texted_meanwhile_is_answered_in_its_order_after_the_result() -> None:
    here = calling()

    assert here.feed(Replied("hello?"), timedelta(seconds=1)) == []
    assert here.feed(Replied("2"), timedelta(seconds=2)) == []
    assert here.session.last_text_at == NOW + timedelta(seconds=2)
    assert answer(here, {"slots": ["Tue", "Wed"]}) == ["1 Tue 2 Wed", "A number please.", "Wed it is."]
    assert (here.session.outcome, here.session.kept) == ("chosen", ())


def test_texts_are_kept_across_one_call_after_another() -> None:
    here = calling(
        FREE.replace("done: offer", "done: more") + "  more: {call: {action: more, done: offer}}\n"
    )
    here.feed(Replied("1"))

    assert answer(here, {"slots": ["Tue"]}) == []
    assert here.session.phase is Phase.CALLING
    assert answer(here) == ["1 Tue", "Tue it is."]


def test_no_more_texts_are_kept_than_a_person_types() -> None:
    here = calling()
    for number in range(MOST_KEPT + 5):
        here.feed(Replied(f"text {number}"))

    assert len(here.session.kept) == MOST_KEPT
    assert here.session.kept[-1] == Replied(f"text {MOST_KEPT - 1}")


def test_texts_that_came_before_an_end_are_not_answered() -> None:
    here = calling()
    here.feed(Replied("1"))

    assert answer(here, failure="no") == ["Please call us."]
    assert (here.session.phase, here.session.kept) == (Phase.ENDED, ())


def test_texts_that_came_before_a_person_was_called_in_are_the_persons() -> None:
    here = calling(FREE.replace("      failed: sorry\n", ""))
    here.feed(Replied("1"))

    assert answer(here, failure="no") == []
    assert (here.session.phase, here.session.kept) == (Phase.HANDED_OFF, ())


def test_it_can_be_ended_and_it_expires() -> None:
    here = calling()
    here.feed(Closed("stopped"))
    assert (here.session.phase, here.session.outcome) == (Phase.ENDED, "stopped")
    assert answer(here, {"slots": ["x"]}) == []

    here = calling()
    assert here.wakes() == timedelta(days=7)
    here.feed(Replied("hm"), timedelta(days=1))
    assert here.wakes() == timedelta(days=8)
    here.goes_off()
    assert here.session.outcome == "expired"


def test_nobody_hands_back_what_no_person_has_and_a_lost_text_changes_nothing() -> None:
    here = calling()
    before = here.session

    for event in (HandedBack("offer"), Undelivered(before.visit), TimedOut("after 1 day")):
        assert here.feed(event) == []
        assert here.session == before


def test_one_that_was_suspended_goes_on_calling() -> None:
    here = calling()
    here.feed(Replied("1"))
    here.session = replace(here.session, phase=Phase.SUSPENDED)

    assert next_wake(here.flows, here.session) is None
    assert here.feed(Resumed(timedelta(minutes=1)), timedelta(minutes=1)) == []
    assert here.session.phase is Phase.CALLING
    assert answer(here, {"slots": ["Tue"]}) == ["1 Tue", "Tue it is."]


def test_calls_that_lead_to_one_another_for_ever_are_stopped() -> None:
    here = calling("""\
  ask: {call: poll, choose: {1 == 1: more, else: bye}}
  more: {then: ask}
  bye: {end: done}
""", "")  # fmt: skip
    for _ in range(MOST_CALLS - 1):
        answer(here)
        assert here.session.phase is Phase.CALLING
    answer(here)

    assert here.session.queue == ERROR_QUEUE
    assert here.trouble == f"called {MOST_CALLS} times in a row without waiting"


# Where it leads.


@pytest.mark.parametrize(
    ("state", "done", "failed"),
    [
        ("call: {action: look, save: {n: n}}, then: one", "one", None),
        ("call: {action: look, save: {n: n}, done: two}, then: one", "two", None),
        ("call: {action: look, save: {n: n}, failed: {set: {n: 7}}}, then: one", "one", "one"),
        ("call: {action: look, save: {n: n}, failed: {set: {n: 0}}}, choose: {n > 1: one, else: two}",
         "one", "two"),
        ("call: {action: look, save: {n: n}, done: {set: {n: 0}}}, choose: {n > 1: one, else: two}",
         "two", None),
        ("call: look, split: {one: 100, two: 1}", "one", None),
    ],
)  # fmt: skip
def test_an_outcome_without_a_state_goes_on_as_the_state_does(
    state: str, done: str, failed: str | None
) -> None:
    states = f"  ask: {{{state}}}\n  one: {{end: one}}\n  two: {{end: two}}\n"
    here = calling(states, "vars: {n: integer = 1}\n")
    answer(here, {"n": 5})
    assert here.session.outcome == done, here.trouble

    here = calling(states, "vars: {n: integer = 1}\n")
    answer(here, failure="no")
    assert here.session.outcome == failed


# What is kept of a result.


def saved(expressions: str, result: Result, declared: str = "") -> Talk:
    states = f"  ask: {{call: {{action: look, save: {{{expressions}}}, done: bye}}}}\n  bye: {{end: done}}\n"
    here = calling(states, declared)
    answer(here, result)
    return here


def test_the_keys_of_a_result_are_names_and_result_is_the_whole() -> None:
    here = saved(
        "a: first, b: result.items, c: 'result | length', d: 'list[1].n', e: contact",
        {"first": "one", "items": "two", "list": [{"n": 1}, {"n": 2}], "contact": "theirs"},
    )
    assert here.session.vars == {"a": "one", "b": "two", "c": 4, "d": 2, "e": "theirs"}

    here = saved("all: result, last: 'result | last'", ["x", "y"])
    assert here.session.vars == {"all": ("x", "y"), "last": "y"}


def test_a_variable_with_a_type_is_read_as_a_starter_would_give_it() -> None:
    declared = "vars: {at: datetime = 2026-01-01 00:00, n: integer 1-5 = 1, long: duration = 1 day}\n"
    here = saved("at: at, n: n, long: long", {"at": "2026-12-01T09:30:00Z", "n": 5, "long": "PT2H"}, declared)
    assert here.session.vars == {
        "at": datetime(2026, 12, 1, 9, 30, tzinfo=UTC), "n": 5, "long": timedelta(hours=2)
    }  # fmt: skip

    here = saved("n: n", {"n": 6}, declared)
    assert here.trouble is not None
    assert "'n' came to '6'" in here.trouble


def test_what_an_action_brings_is_kept_as_it_is() -> None:
    moment = datetime(2026, 12, 1, 9, tzinfo=UTC)
    result: Result = {"at": moment, "price": Decimal("12.50"), "yes": True}
    here = saved("at: at, price: price, yes: yes", result)

    assert here.session.vars == result
    assert here.session.vars["at"] is moment


# A request.


def test_a_request_has_its_values_quoted() -> None:
    here = talk("""\
  ask:
    call:
      url: "https://api.example.org:8443/{{ clinic }}/slots?at={{ visit }}&who={{ contact.number }}"
      method: POST
      headers: {Accept: application/json, X-Clinic: "{{ clinic }}"}
      with: {clinic: clinic, visit: visit}
      within: 20 seconds
      tries: 1
      done: bye
  bye: {end: done}
""")  # fmt: skip
    here.given["clinic"] = "Elm/St?x=1&y#z"
    here.__post_init__()
    here.starts()

    assert made(here) == Call(
        "api.example.org:8443/Elm%2FSt%3Fx%3D1%26y%23z/slots",
        1,
        timedelta(seconds=20),
        1,
        {
            "clinic": "Elm/St?x=1&y#z",
            "visit": datetime(2026, 12, 1, 9, 30, tzinfo=ZoneInfo("UTC")),
        },
        Request(
            "POST",
            "https://api.example.org:8443/Elm%2FSt%3Fx%3D1%26y%23z/slots"
            "?at=2026-12-01T09%3A30%3A00%2B00%3A00&who=%2B15550001111",
            {"Accept": "application/json", "X-Clinic": "Elm/St?x=1&y#z"},
        ),
    )


@pytest.mark.parametrize(
    ("clinic", "why"),
    [("..", "cannot be a part of an address"), ("é" * 900, "characters"), ("a\nX: b", "is no line of text")],
)
def test_a_value_that_would_change_a_request_is_an_error(clinic: str, why: str) -> None:
    here = Talk(source("""\
  ask:
    call:
      url: "https://api.example.org/{{ clinic }}/{{ clinic }}"
      headers: {X-Clinic: "{{ clinic }}"}
      done: bye
  bye: {end: done}
""", "needs: {clinic: text}\n"), {"clinic": clinic})  # fmt: skip
    here.starts()

    assert here.session.queue == ERROR_QUEUE
    assert here.trouble is not None
    assert why in here.trouble


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("{done: bye}", "calls nothing, or two things"),
        ("{action: look, url: https://a.org, done: bye}", "calls nothing, or two things"),
        ("{action: look, method: POST, done: bye}", "an action has no `method`"),
        ("{action: 1st, done: bye}", "'1st' is not the name of an action"),
        ("{url: ftp://a.org/x, done: bye}", "is not an address"),
        ('{url: "https://{{ contact.number }}/x", done: bye}', "[Ww]rite its host in full"),
        ('{url: "https://a.org.{{ contact.number }}/x", done: bye}', "[Ww]rite its host in full"),
        ("{url: https://me:secret@a.org/, done: bye}", "is not an address"),
        (
            "{url: https://a.org, headers: {Authorization: x}, done: bye}",
            "is a secret, and no part of a flow",
        ),
        ("{url: https://a.org, headers: {Host: x}, done: bye}", "'Host' is not a header"),
        ("{action: look, within: 2 minutes, done: bye}", "nobody waits 2 minutes"),
        ("{action: look, tries: 9, done: bye}", "too large\n  Write 5 or less."),
        ("{action: look, tries: many, done: bye}", "'many' is not a number of tries"),
        ("{action: look, save: {}, done: bye}", "nothing stands in here"),
        ("{action: look, don: bye}", "unknown key 'don'"),
    ],
)
def test_what_cannot_be_called_is_told(task: str, said: str) -> None:
    with pytest.raises(FlowError, match=said.replace("(", r"\(")):
        load("sample.yaml", source(f"  ask: {{call: {task}}}\n  bye: {{end: done}}\n").encode())


def test_an_address_alone_is_a_call() -> None:
    here = calling("  ask: {call: https://api.example.org/ping, then: bye}\n  bye: {end: done}\n", "")

    assert made(here).request == Request("GET", "https://api.example.org/ping")
