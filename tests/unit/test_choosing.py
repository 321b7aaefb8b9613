"""`set` and `choose`: what a flow works out, and where that leads."""

import pytest

from convo.flow.advance import ERROR_QUEUE
from convo.flow.session import HandedBack, Phase, Replied
from tests.unit.talk import Talk, source

AGE = source(
    """\
  ask: {say: "How old?", save: {age: integer 0-130}, otherwise: {say: "A number."}, choose: CHOICE}
  child: {say: "Too young.", then: bye}
  adult: {say: "Welcome.", then: bye}
  bye: {end: done}
"""
)
BY_AGE = '{"age >= 18": adult, "age >= 12 and reply.value == 12": bye, else: child}'


@pytest.mark.parametrize(
    ("reply", "said"), [("18", ["Welcome."]), ("40", ["Welcome."]), ("17", ["Too young."]), ("12", [])]
)
def test_the_first_branch_that_holds_is_taken_and_knows_what_was_saved(reply: str, said: list[str]) -> None:
    talk = Talk(AGE.replace("CHOICE", BY_AGE))
    talk.starts()

    assert talk.feed(Replied(reply)) == said
    assert talk.session.outcome == "done"
    assert talk.session.vars == {"age": int(reply)}


def test_what_cannot_be_saved_chooses_nothing() -> None:
    talk = Talk(AGE.replace("CHOICE", BY_AGE))
    talk.starts()

    assert talk.feed(Replied("old")) == ["A number."]
    assert talk.session.state == "ask"


def test_a_state_that_only_chooses_passes_on_at_once() -> None:
    talk = Talk(
        source(
            """\
  ask:
    set: {long: "name | length > 3"}
    choose:
      long: wordy
      name == 'Al': short
      else: wordy
  wordy: {say: Long., end: done}
  short: {say: Short., end: done}
""",
            "needs: {name: text}\n",
        ),
        {"name": "Al"},
    )

    assert talk.starts() == ["Short."]


def test_a_hand_back_chooses_by_what_the_person_set() -> None:
    talk = Talk(
        source(
            """\
  ask: {hand_off: desk, choose: {paid: thanks, else: sorry}}
  thanks: {say: Thanks., end: done}
  sorry: {say: Sorry., end: done}
""",
            "vars: {paid: yes_no = no}\n",
        )
    )
    talk.starts()
    assert talk.session.phase is Phase.HANDED_OFF

    assert talk.feed(HandedBack(vars={"paid": True})) == ["Thanks."]


def test_variables_are_set_in_order_before_anything_is_said() -> None:
    talk = Talk(
        source(
            """\
  ask:
    set:
      count: count + 1
      twice: count * 2
      shout: name | upper
    say: "{{ shout }} {{ count }} {{ twice }}"
    replies: {more: ask, last: {set: {name: "name ~ '!'"}, say: "Bye {{ name }}", then: bye}}
    after: {1 day: bye}
  bye: {end: done}
""",
            "vars: {name: text = Ana, count: integer = 0}\n",
        )
    )

    assert talk.starts() == ["ANA 1 2"]
    assert talk.feed(Replied("more")) == ["ANA 2 4"]
    assert talk.feed(Replied("last")) == ["Bye Ana!"]


@pytest.mark.parametrize(
    "expression",
    ["name | float + visits", "1 // 0", "name.nothing", "none", "contact", "[1, 2]", "visits", "name * 10000",
     "10 ** 30", "now.replace(tzinfo=none)", "''.__class__", "{'a': 1}"],
)  # fmt: skip
def test_what_cannot_be_worked_out_calls_a_person_and_says_nothing(expression: str) -> None:
    talk = Talk(
        source(
            f"  ask: {{say: Hi, replies: {{go: next}}, after: {{1 day: next}}}}\n"
            f'  next: {{set: {{x: "{expression}"}}, say: Never, end: done}}\n',
            "vars: {name: text = Ana}\n",
        )
    )
    talk.starts()

    assert talk.feed(Replied("go")) == []
    assert (talk.session.state, talk.session.queue) == ("ask", ERROR_QUEUE)
    assert f"the expression '{expression}'" in str(talk.trouble)


@pytest.mark.parametrize("choice", ["{age > 100: bye}", '{"age.nothing": bye, else: child}'])
def test_a_choice_of_nothing_or_one_that_fails_calls_a_person(choice: str) -> None:
    talk = Talk(AGE.replace("CHOICE", choice))
    talk.starts()

    assert talk.feed(Replied("40")) == []
    assert (talk.session.state, talk.session.queue) == ("ask", ERROR_QUEUE)
    assert talk.trouble is not None
    assert talk.session.vars == {}
