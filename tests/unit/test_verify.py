"""`verify`, step by step: a flow is told whether a code was right, and never which it is."""

from datetime import timedelta

import pytest

from convo.errors import FlowError
from convo.flow.codes import Spec, Verdict
from convo.flow.project import load
from convo.flow.session import Checked, IssueCode, Replied, Say
from tests.unit.talk import Talk, source

STATES = """\
  ask:
    say: Your code is {{ code }}.
    verify:
      digits: 4
      valid: 5 minutes
      tries: 3
      outcomes: {approved: {say: "Thanks.", then: bye}, failed: no, expired: late}
    replies: {again: again}
    otherwise: {say: "Not that one.", tries: 1, then: no}
    after: {1 minute: {say: "It is {{ code }}."}}
  bye: {end: approved}
  no: {end: failed}
  late: {end: expired}
"""
FLOW = source(STATES)


@pytest.fixture
def asked() -> Talk:
    talk = Talk(FLOW)
    talk.starts()
    return talk


def test_a_code_is_issued_and_its_place_is_kept_in_the_text() -> None:
    talk = Talk(FLOW)
    assert talk.starts() == ["Your code is ••••."]

    issued, said = talk.effects
    assert issued == IssueCode("ask", Spec(4, timedelta(minutes=5), 3))
    assert isinstance(said, Say)
    assert said.code == issued.spec


def test_dots_of_the_text_itself_are_not_taken_for_the_place_of_the_code() -> None:
    said = '"• Card ••••••1234. •{{ code }}• is the code of {{ name }}."'
    head = "needs: {name: text}\n"
    talk = Talk(source(STATES.replace("Your code is {{ code }}.", said, 1), head), {"name": "••••"})
    assert talk.starts() == ["• Card ******1234. *••••* is the code of ****."]


def test_the_right_code_leads_on(asked: Talk) -> None:
    assert asked.feed(Checked(Verdict.APPROVED)) == ["Thanks."]
    assert asked.session.outcome == "approved"


def test_a_wrong_one_is_answered_by_otherwise_and_does_not_count_there(asked: Talk) -> None:
    for _ in range(3):
        assert asked.feed(Checked(Verdict.WRONG)) == ["Not that one."]
    assert asked.session.state == "ask"
    assert asked.feed(Replied("what?")) == ["Not that one."]
    asked.feed(Replied("what?"))
    assert asked.session.outcome == "failed"


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.EXPIRED])
def test_a_code_that_is_worth_nothing_leads_where_the_flow_says(asked: Talk, verdict: Verdict) -> None:
    asked.feed(Checked(verdict))
    assert asked.session.outcome == verdict.value


def test_time_is_over_also_where_nobody_answers(asked: Talk) -> None:
    asked.accept()
    assert asked.goes_off() == ["It is ••••."]
    assert asked.wakes() == timedelta(minutes=5)
    asked.goes_off()
    assert asked.session.outcome == "expired"


def test_the_sixth_text_with_a_code_is_not_said(asked: Talk) -> None:
    said = [asked.feed(Replied("again")) for _ in range(4)]
    assert said == [["Your code is ••••."]] * 4

    assert asked.feed(Replied("again")) == []
    assert asked.session.outcome == "failed"


def test_elsewhere_there_is_no_code() -> None:
    with pytest.raises(FlowError, match="there is no code here"):
        Talk(source("  ask: {say: 'Your code is {{ code }}.', end: told}\n"))


def test_a_variable_called_code_is_the_code_where_there_is_one() -> None:
    talk = Talk(source(STATES, "vars: {code: text = WELCOME10}\n"))
    assert talk.starts() == ["Your code is ••••."]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("{outcomes: {failed: no, expired: no}}", "the key 'approved' is missing"),
        ("{outcomes: {approved: no, expired: no}}", "it does not say where 'failed' leads"),
        ("{digits: 3, outcomes: {approved: no, else: no}}", "too small\n  Write 4 or more"),
        ("{digits: six, outcomes: {approved: no, else: no}}", "'six' is not a whole number"),
        ("{valid: 1 hour, outcomes: {approved: no, else: no}}", "valid for 30 seconds to 10 minutes"),
        ("{tries: 0, outcomes: {approved: no, else: no}}", "too small\n  Write 1 or more"),
        ("{outcomes: {approved: no, rejected: no, else: no}}", "unknown key 'rejected'"),
    ],
)
def test_what_is_wrong_with_a_verify_is_told_in_words(wrong: str, says: str) -> None:
    flow = source(f"  ask:\n    say: Code {{{{ code }}}}\n    verify: {wrong}\n  no: {{end: no}}\n")
    with pytest.raises(FlowError, match=says):
        load("sample.yaml", flow.encode())
