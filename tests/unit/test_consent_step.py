"""`consent`: a reply is put on record as consent to marketing, and nothing else ever is."""

import pytest

from convo.flow.advance import ERROR_QUEUE
from convo.flow.project import Project, check
from convo.flow.session import Agree, Event, HandedBack, Replied, Say
from tests.unit.talk import Talk, source

JOIN = source(
    """\
  ask:
    say: Offers by text?
    replies:
      yes, ok: {say: "Thanks.", then: joined}
      maybe: passing
      person: desk
    otherwise: {say: "YES?", then: no}
    after: {1 day: no}
  passing: {set: {n: n + 1}, then: joined}
  joined:
    consent: marketing
    tag: joined
    say: You are in.
    end: joined
  desk: {hand_off: reception, then: no}
  no: {end: declined}
""",
    "vars: {n: integer = 1}\n",
)


def agreed(talk: Talk) -> list[Agree]:
    return [effect for effect in talk.effects if isinstance(effect, Agree)]


@pytest.mark.parametrize(
    ("reply", "said"), [("Yes!", ["Thanks.", "You are in."]), ("maybe", ["You are in."])]
)
def test_the_words_of_the_reply_are_the_consent(reply: str, said: list[str]) -> None:
    talk = Talk(JOIN)
    talk.starts()

    assert talk.feed(Replied(reply)) == said
    assert agreed(talk) == [Agree(reply, "joined")]


def test_it_is_on_record_before_the_state_says_that_it_is() -> None:
    talk = Talk(JOIN)
    talk.starts()
    talk.feed(Replied("maybe"))
    kinds = [type(effect) for effect in talk.effects]
    assert kinds.index(Agree) < kinds.index(Say)


@pytest.mark.parametrize("event", [HandedBack("joined")])
def test_what_nobody_said_is_no_consent(event: Event) -> None:
    """A person may hand back to any state; the contact has not agreed all the same."""
    talk = Talk(JOIN)
    talk.starts()
    talk.feed(Replied("person"))
    assert talk.feed(event) == []
    assert agreed(talk) == []
    assert talk.session.queue == ERROR_QUEUE
    assert talk.trouble == "'joined' was reached without a reply, which is no consent to marketing"


@pytest.mark.parametrize(
    ("line", "instead", "told"),
    [
        ("after: {1 day: no}", "after: {1 day: joined}", "`after 1 day` in 'ask'"),
        ('otherwise: {say: "YES?", then: no}', 'otherwise: {say: "YES?", then: joined}', "in 'ask'"),
        ("hand_off: reception, then: no", "hand_off: reception, then: passing", "in 'desk'"),
        ("start: ask", "start: passing", "the flow's start"),
        ("start: ask", "start: ask\non_error: joined", "`on_error`"),
        ("start: ask", "start: ask\nafterwards: joined", "`afterwards`"),
    ],
)
def test_a_way_to_consent_without_a_reply_is_found(line: str, instead: str, told: str) -> None:
    assert line in JOIN
    problems = check(Project({"sample.yaml": JOIN.replace(line, instead).encode()}))
    (found,) = [problem for problem in problems if problem.code == "C070"]
    assert told in found.message


def test_there_is_nothing_else_to_consent_to() -> None:
    problems = check(Project({"sample.yaml": JOIN.replace("consent: marketing", "consent: sms").encode()}))
    assert [(problem.code, problem.message) for problem in problems] == [("C003", "this must be 'marketing'")]
