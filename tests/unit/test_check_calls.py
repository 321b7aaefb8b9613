"""What `convo check` says, and does not say, about `call`."""

import pytest

from convo.actions import described
from convo.errors import Problem
from convo.flow.project import Project, check
from tests.unit.test_check_constructs import EVERYTHING


def free_slots(clinic: str, days: int = 3, *, idempotency_key: str) -> None: ...


ACTIONS = {"free_slots": described(free_slots, "free_slots"), "look": described(lambda **_: None, "look")}
CALLS = """\
flow: sample
start: ask
needs: {clinic: text}
vars: {n: integer = 1}
states:
  ask:
    call: {action: free_slots, with: {clinic: clinic}, save: {slots: slots}, done: offer, failed: sorry}
  offer: {say: "{{ slots | join }} {{ n }}", end: offered}
  sorry: {say: Please call us., end: failed}
"""


def found(flow: str) -> list[Problem]:
    return check(Project({"sample.yaml": flow.encode()}, actions=ACTIONS, allow=["crm.internal:8080"]))


def changed(old: str, new: str) -> list[tuple[str, str]]:
    assert old in CALLS
    return [(problem.code, problem.message) for problem in found(CALLS.replace(old, new, 1))]


def test_a_call_has_nothing_wrong_with_it() -> None:
    assert [str(problem) for problem in found(CALLS)] == []


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("action: free_slots", "action: fre_slots", "C100", "there is no action 'fre_slots'"),
        ("clinic: clinic}", "clnic: clinic}", "C100", "free_slots has no argument 'clnic'"),
        ("with: {clinic: clinic}", "with: {days: 2}", "C100", "free_slots needs clinic"),
        ("action: free_slots", "action: look", "C100", None),  # it takes whatever it is given
        ("clinic: clinic}", "clinic: clinic, idempotency_key: clinic}", "C100", None),
        (", done: offer", "", "C101", "'ask' goes nowhere once its call is done"),
        ("done: offer", "done: {set: {n: 2}}", "C101", "'ask' goes nowhere once its call is done"),
        ("failed: sorry", "failed: {say: Sorry.}", "C101", "'ask' goes nowhere once its call has failed"),
        ("failed: sorry}\n", "failed: {say: Sorry.}}\n    then: offer\n", "C101", None),
        (", failed: sorry", "", "C102", "nothing is said of what happens when free_slots fails"),
        (", failed: sorry", "}\non_error: sorry #", "C102", None),
        ("action: free_slots", 'url: "http://127.0.0.1/"', "C103", "127.0.0.1 is refused"),
        ("action: free_slots", 'url: "https://[::1]:8080/"', "C103", "[::1] is refused"),
        ("action: free_slots", 'url: "https://crm.internal:81/x"', "C103", "crm.internal is refused"),
        ("action: free_slots", 'url: "http://crm.internal:8080/x"', "C103", None),
        ("action: free_slots", 'url: "http://crm.internal:8080/x"', "C104", None),
        ("action: free_slots", 'url: "http://example.org/x"', "C104", "sent to example.org can be read"),
        ("action: free_slots", 'url: "https://example.org/x"', "C104", None),
        ("done: offer", "done: ofer", "C011", "there is no state 'ofer'"),
        ("failed: sorry", "failed: sory", "C011", "there is no state 'sory'"),
        ("failed: sorry}\n", "failed: sorry}\n    then: ofer\n", "C011", None),  # `done` leads elsewhere
        ("done: offer, failed: sorry}\n", "failed: sorry}\n    then: ofer\n", "C011", "no state 'ofer'"),
        ("failed: sorry", "failed: offer", "C012", "nothing leads to the state 'sorry'"),
        ("failed: sorry", "failed: ask", "C014", "as long as the call fails this goes round"),
        ("failed: sorry", "failed: again", "C014", "as long as the call fails this goes round"),
        ("done: offer", "done: ask", "C014", "this goes round without waiting: ask → ask"),
        ("failed: sorry}\n", "failed: sorry}\n    end: done\n", "C016", "'ask' goes on with the result"),
        ("failed: sorry}\n", "failed: sorry}\n    hand_off: desk\n", "C016", "'ask' goes on with the result"),
        ("failed: sorry}\n", "failed: sorry}\n    after: {1 day: sorry}\n", "C016", "'ask' goes on with"),
        ("failed: sorry}\n", "failed: sorry}\n    undelivered: sorry\n", "C016", "'ask' does not wait"),
        ("with: {clinic: clinic}", "with: {clinic: clnic}", "C030", "there is no variable 'clnic'"),
        ("save: {slots: slots}", "save: {slots: nobody.knows}", "C030", None),
        ("action: free_slots", 'url: "https://example.org/{{ clnic }}"', "C030", "no variable 'clnic'"),
        ("{{ slots | join }} {{ n }}", "{{ n }}", "C031", "nothing uses the variable 'slots'"),
        ("say: Please call us.", 'say: "{{ slots }}"', "C036", "'slots' need not have a value here"),
        ("failed: sorry", 'failed: {set: {slots: "\'x\'"}, then: offer}', "C036", None),
        ("failed: sorry", "failed: offer", "C036", "'slots' need not have a value here"),
        ("done: offer", "done: {set: {n: slots | length}, then: offer}", "C036", None),
        ("save: {slots: slots}", "save: {slots: slots >}", "C005", "this expression cannot be read"),
        ("action: free_slots", 'url: "https://example.org/{{ clinic"', "C005", "this text cannot be read"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_call_is_found(old: str, new: str, code: str, said: str | None) -> None:
    told = changed(old, new)

    if said is None:
        assert code not in {each for each, _ in told}, told
    else:
        assert [message for each, message in told if each == code and said in message], told


CHOOSING = """\
    choose:
      slots | length > n: offer
      else: sorry
"""


@pytest.mark.parametrize(
    ("failed", "unset"), [("", False), (", failed: {set: {n: 2}}", True), (", failed: sorry", False)]
)
def test_what_is_chosen_by_is_followed_too(failed: str, unset: bool) -> None:
    told = changed(", done: offer, failed: sorry}\n", f"{failed}}}\n{CHOOSING}")
    assert ("C036" in {code for code, _ in told}) is unset, told


def test_an_action_is_not_asked_for_where_nobody_knows_which_there_are() -> None:
    problems = check(Project({"sample.yaml": CALLS.replace("free_slots", "other").encode()}))
    assert [problem for problem in problems if problem.code == "C100"] == []


def test_a_slip_in_the_name_of_an_action_can_be_mended() -> None:
    (problem,) = [each for each in found(CALLS.replace("free_slots", "fre_slots")) if each.code == "C100"]
    assert problem.mend is not None
    assert (problem.mend.old, problem.mend.new) == ("fre_slots", "free_slots")
    assert problem.hint == "Did you mean 'free_slots'?"


def test_it_stands_in_the_flow_of_every_construct() -> None:
    assert "call:" in EVERYTHING
