"""What a state understands: its own replies, those of `anywhere`, kinds of replies, and typing slips."""

from dataclasses import replace

import pytest

from convo.flow.advance import understands
from convo.flow.session import Phase, Replied
from tests.unit.talk import NOW, Talk, source

MENU = source(
    """\
  ask:
    say: Which?
    replies:
      person: {say: "My own.", then: bye}
      <number 1-3>: {say: "Number {{ reply.value + 1 }}.", then: bye}
      /(?P<order>[A-Z]{2}\\d{4})(?P<part>-\\d)?/: {say: "{{ order }} {{ reply.value }}", then: found}
      <media>: {say: "Nice.", then: bye}
    save: {when: date}
    otherwise: {say: "Sorry?", tries: 2, then: desk}
    then: bye
  quiet: {after: {1 day: bye}}
  found: {say: "Looking for {{ order }}{{ part }}.", then: quiet}
  desk: {hand_off: desk, then: bye}
  bye: {end: done}
""",
    """\
anywhere:
  person, human: desk
  hours: {say: "9 to 5."}
  has 2027: {say: "No."}
""",
)


@pytest.fixture
def talk() -> Talk:
    begun = Talk(MENU)
    begun.starts()
    return begun


@pytest.mark.parametrize(
    ("reply", "said", "state"),
    [
        ("person", ["My own."], "bye"), ("human", [], "desk"), ("Hours?", ["9 to 5."], "ask"),
        ("2", ["Number 3."], "bye"), ("4", ["Sorry?"], "ask"),
        ("ab1234", ["ab1234 ab1234", "Looking for ab1234."], "quiet"),
        ("AB1234-7", ["AB1234 AB1234-7", "Looking for AB1234-7."], "quiet"),
        ("2026-12-24", [], "bye"), ("2027-12-24", ["No."], "ask"), ("whatever", ["Sorry?"], "ask"),
    ],
)  # fmt: skip
def test_own_replies_come_first_then_those_of_anywhere_then_save(
    talk: Talk, reply: str, said: list[str], state: str
) -> None:
    assert talk.feed(Replied(reply)) == said
    assert talk.session.state == state


def test_the_named_groups_of_a_pattern_become_variables(talk: Talk) -> None:
    talk.feed(Replied("AB1234-7"))

    assert talk.session.vars == {"order": "AB1234", "part": "-7"}


def test_a_picture_is_a_reply(talk: Talk) -> None:
    assert talk.feed(Replied("", ("image/jpeg",))) == ["Nice."]


def test_anywhere_is_understood_only_where_a_reply_is_waited_for(talk: Talk) -> None:
    talk.feed(Replied("AB1234"))
    assert talk.session.state == "quiet"

    assert talk.feed(Replied("human")) == []
    assert talk.session.state == "quiet"


@pytest.mark.parametrize(
    ("reply", "understood"),
    [("person", True), ("human", True), ("2", True), ("4", False), ("AB1234", True), ("2026-12-24", True),
     ("whatever", False), ("persn", False), ("", False)],
)  # fmt: skip
def test_whether_a_reply_is_understood_is_asked_without_changing_anything(
    talk: Talk, reply: str, understood: bool
) -> None:
    before = repr(talk.session)

    assert understands(talk.flows, talk.session, Replied(reply), NOW) is understood
    assert repr(talk.session) == before


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.LIVE])
def test_only_a_live_conversation_understands(talk: Talk, phase: Phase) -> None:
    session = replace(talk.session, phase=phase)

    assert not understands(talk.flows, session, Replied("person"), NOW)


SLIPS = source(
    """\
  ask:
    say: Keep it?
    replies:
      keep, yes: bye
      drop: bye
    OTHERWISE
    after: {1 day: bye}
  desk: {say: "A person will text.", hand_off: desk, then: bye}
  bye: {say: Bye., end: done}
""",
    "anywhere:\n  agent: desk\n",
)
CHOICES = "Please reply KEEP, DROP or AGENT."


def test_a_typing_slip_names_the_choices_again_and_counts_as_a_try() -> None:
    talk = Talk(SLIPS.replace("OTHERWISE", 'otherwise: {say: "KEEP or DROP?", tries: 2, then: desk}'))
    talk.starts()

    assert talk.feed(Replied("kepe")) == [CHOICES]
    assert talk.session.tries == 1
    assert talk.feed(Replied("agnet")) == [CHOICES]
    assert talk.feed(Replied("drpo")) == ["A person will text."]


def test_slips_and_misses_share_their_tries() -> None:
    talk = Talk(SLIPS.replace("OTHERWISE", 'otherwise: {say: "KEEP or DROP?", tries: 1, then: desk}'))
    talk.starts()

    assert talk.feed(Replied("hm")) == ["KEEP or DROP?"]
    assert talk.feed(Replied("kepe")) == ["A person will text."]


def test_without_otherwise_a_slip_is_answered_twice() -> None:
    talk = Talk(SLIPS.replace("    OTHERWISE\n", ""))
    talk.starts()

    assert [talk.feed(Replied("kepe")) for _ in range(3)] == [[CHOICES], [CHOICES], []]
    assert talk.feed(Replied("keep")) == ["Bye."]


def test_a_slip_lapses_with_its_state_like_a_miss() -> None:
    talk = Talk(SLIPS.replace("    OTHERWISE\n", ""))
    talk.starts()
    talk.feed(Replied("kepe"))

    assert [getattr(effect, "lapses", None) for effect in talk.effects] == [True]


def test_what_save_can_read_is_no_slip() -> None:
    talk = Talk(
        source(
            """\
  ask:
    say: Name, or DROP.
    replies: {drop: bye}
    save: {name: text}
    then: hi
    after: {1 day: bye}
  hi: {say: "Hi {{ name }}.", end: done}
  bye: {end: done}
"""
        )
    )
    talk.starts()

    assert talk.feed(Replied("drpo")) == ["Hi drpo."]
