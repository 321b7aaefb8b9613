"""Where a text goes, first match wins: one test for each rank, and one where two neighbours want it."""

from datetime import timedelta

import pytest

from convo.flow.session import Phase
from convo.messages import Kind
from convo.runtime.starting import Start
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.flows import CATCH, DEAF, LASTING, LINE, SUPPORT, SURVEY
from tests.runtime.house import ANA, OURS, VISIT, House

DAY = timedelta(days=1)


@pytest.fixture
def line(build: Build) -> House:
    return build(flows=LINE)


def tell(house: House, *words: str) -> list[str]:
    """Text these, each in a transaction of its own; what was said to them."""
    before = len(house.said())
    for each in words:
        house.take(house.text(each))
    return house.said()[before:]


def belongs_to(house: House, words: str) -> str | None:
    """The flow of the conversation that the last such text is stored with."""
    flows = {one.id: one.flow for one in house.conversations(ANA)}
    numbers = [message.conversation for message in house.history(ANA) if message.text == words]
    return flows[numbers[-1]] if numbers[-1] is not None else None


# Reactions.


def test_a_reaction_counts_as_nothing_and_is_stored_with_the_conversation(line: House) -> None:
    reaction = "Liked “Can you come?”"

    assert tell(line, "visit", reaction) == ["Can you come?"]
    assert belongs_to(line, reaction) == "visit"
    assert tell(line, "hm") == ["YES or NO?"]
    assert line.conversation().progress["tries"] == 1


def test_a_reaction_wakes_no_trigger_and_no_flow_of_the_number(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"support": SUPPORT, "catch": CATCH})

    assert tell(house, "👍 to “See you!”") == []
    assert belongs_to(house, "👍 to “See you!”") is None


def test_a_lone_emoji_is_a_text_like_any_other(line: House) -> None:
    assert tell(line, "visit", "👍") == ["Can you come?", "YES or NO?"]


# The keyword layer.


def test_a_keyword_goes_before_the_live_conversation_and_every_trigger(build: Build) -> None:
    greedy = VISIT.replace("yes: confirmed", "<anything>: confirmed")
    house = build(flows={"visit": greedy, "catch": CATCH})

    assert tell(house, "visit", "stop")[-1].startswith("You have successfully been unsubscribed")
    assert house.conversation().outcome == "stopped"


def test_a_text_with_a_keyword_in_it_is_not_one(line: House) -> None:
    assert tell(line, "visit", "stop by at noon?") == ["Can you come?", "YES or NO?"]


# Opted out.


def test_what_somebody_who_stopped_texts_is_stored_and_starts_nothing(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={**LINE, "support": SUPPORT, "catch": CATCH})
    tell(house, "visit", "stop")

    assert tell(house, "visit", "what is new", "hello") == []
    assert [message.text for message in house.history(ANA)][-3:] == ["visit", "what is new", "hello"]
    assert len(house.conversations(ANA)) == 1


# Handed off.


def test_a_text_to_a_person_is_the_persons_whatever_it_triggers(line: House) -> None:
    tell(line, "visit", "person")

    assert tell(line, "yes", "code", "survey", "what is new") == []
    assert [one.flow for one in line.conversations(ANA)] == ["visit"]
    assert belongs_to(line, "code") == "visit"


def test_a_reaction_to_a_person_is_stored_with_the_conversation(line: House) -> None:
    tell(line, "visit", "person", "Loved “A person will text you.”")

    assert belongs_to(line, "Loved “A person will text you.”") == "visit"


# The live conversation understands.


def test_the_live_patterns_go_before_another_flows_trigger(build: Build) -> None:
    house = build(
        flows={**LINE, "visit": VISIT.replace("yes: confirmed", "yes, survey, yes please: confirmed")}
    )

    assert tell(house, "visit", "survey") == ["Can you come?", "See you!"]
    assert tell(house, "visit", "yes please") == ["Can you come?", "See you!"]
    assert {one.flow for one in house.conversations(ANA)} == {"visit"}


def test_a_live_save_goes_before_another_flows_trigger(build: Build) -> None:
    house = build(flows={"lasting": LASTING, "survey": SURVEY})

    assert tell(house, "lasting", "survey") == ["Your name?", "Bye survey."]


def test_a_save_that_cannot_read_the_text_leaves_it_to_the_trigger(build: Build) -> None:
    house = build(flows={"lasting": LASTING.replace("name: text", "name: yes_no"), "code": LINE["code"]})

    assert tell(house, "lasting", "code") == ["Your name?", "Is it you?"]


def test_what_is_understood_anywhere_goes_before_another_flows_trigger(build: Build) -> None:
    house = build(flows={**LINE, "visit": VISIT + "anywhere: {code: confirmed}\n"})

    assert tell(house, "visit", "code") == ["Can you come?", "See you!"]


# Triggers by words, before the live `otherwise`.


def test_a_keyword_trigger_goes_before_the_live_otherwise(line: House) -> None:
    assert tell(line, "visit", "code 4") == ["Can you come?", "Is it you?"]
    assert belongs_to(line, "code 4") == "code"


def test_an_exact_trigger_goes_before_the_live_otherwise(line: House) -> None:
    assert tell(line, "visit", "What is new?") == ["Can you come?", "Nothing new."]
    assert line.conversations(ANA)[0].progress["tries"] == 0


def test_the_own_trigger_of_a_live_flow_does_not_start_it_twice(line: House) -> None:
    assert tell(line, "visit", "visit") == ["Can you come?", "YES or NO?"]
    assert len(line.conversations(ANA)) == 1


def test_the_trigger_of_a_flow_that_waits_or_is_suspended_does_not_start_it_twice(line: House) -> None:
    assert tell(line, "visit", "survey", "survey") == ["Can you come?", "YES or NO?"]
    assert tell(line, "code", "visit") == ["Is it you?", "OK?"]
    assert [one.flow for one in line.conversations(ANA)] == ["visit", "survey", "code"]


# The live `otherwise`, before triggers that take anything.


def test_the_live_otherwise_goes_before_a_trigger_that_takes_anything(build: Build) -> None:
    house = build(flows={"visit": VISIT, "catch": CATCH})

    assert tell(house, "visit", "hm") == ["Can you come?", "YES or NO?"]


@pytest.mark.parametrize("trigger", ["anything: true", f'number: ["{OURS}"]'])
def test_where_the_live_state_does_not_listen_a_trigger_takes_anything(build: Build, trigger: str) -> None:
    house = build(flows={"deaf": DEAF, "catch": CATCH.replace("anything: true", trigger)})

    assert tell(house, "deaf", "hm") == ["Hold on.", "Caught."]
    assert house.conversations(ANA)[0].status == Phase.LIVE


def test_where_the_live_state_does_not_listen_and_nothing_is_triggered_the_text_is_stored(
    line: House,
) -> None:
    assert tell(line, "deaf", "hm") == ["Hold on."]
    assert belongs_to(line, "hm") == "deaf"


@pytest.mark.parametrize("when_busy", ["interrupt", "queue", "skip"])
def test_where_the_live_state_does_not_listen_the_numbers_flow_takes_it_as_it_is_busy(
    build: Build, when_busy: str
) -> None:
    """Or whoever waits for tomorrow's reminder could ask nothing today."""
    support = SUPPORT.replace("states:", f"when_busy: {when_busy}\nstates:")
    house = build(numbers={OURS: Number(flow="support")}, flows={"deaf": DEAF, "support": support})
    said = tell(house, "deaf", "hello")

    assert said == (["Hold on.", "How can we help?"] if when_busy == "interrupt" else ["Hold on."])
    standing = [(one.flow, one.status) for one in house.conversations(ANA)]
    assert (
        standing
        == {
            "interrupt": [("deaf", Phase.SUSPENDED), ("support", Phase.LIVE)],
            "queue": [("deaf", Phase.LIVE), ("support", Phase.WAITING)],
            "skip": [("deaf", Phase.LIVE)],
        }[when_busy]
    )


def test_the_numbers_flow_is_not_started_a_second_time(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="deaf")}, flows={"deaf": DEAF})

    assert tell(house, "hello", "are you there?", "hm") == ["Hold on."]
    assert len(house.conversations(ANA)) == 1
    assert belongs_to(house, "hm") == "deaf"


def test_a_miss_that_a_state_has_no_answer_to_goes_to_afterwards_first(build: Build) -> None:
    lasting = LASTING.replace("states:", "when_busy: interrupt\nstates:")
    house = build(
        numbers={OURS: Number(flow="support")},
        flows={"lasting": lasting, "terse": TERSE, "support": SUPPORT, "deaf": DEAF},
    )
    tell(house, "lasting", "Ana")
    house.begin(Start("terse", ANA, OURS))

    assert tell(house, "one more thing") == ["Anything else, Ana?"]
    assert tell(house, "no") == []
    assert tell(house, "red") == []
    assert [(one.flow, one.outcome) for one in house.conversations(ANA)] == [
        ("lasting", "done"), ("terse", "done"), ("lasting", "none"),
    ]  # fmt: skip


def test_an_ended_flow_that_may_not_come_in_between_leaves_the_text_to_the_numbers_flow(build: Build) -> None:
    support = SUPPORT.replace("states:", "when_busy: interrupt\nstates:")
    house = build(
        numbers={OURS: Number(flow="support")}, flows={"lasting": LASTING, "deaf": DEAF, "support": support}
    )
    tell(house, "lasting", "Ana")
    house.begin(Start("deaf", ANA, OURS))

    assert tell(house, "one more thing") == ["How can we help?"]


def test_thanks_to_a_state_that_has_no_answer_start_nothing(build: Build) -> None:
    support = SUPPORT.replace("states:", "when_busy: interrupt\nstates:")
    house = build(
        numbers={OURS: Number(flow="support")}, flows={"visit": VISIT, "deaf": DEAF, "support": support}
    )
    tell(house, "visit", "yes")
    house.begin(Start("deaf", ANA, OURS))

    assert tell(house, "thanks!") == []
    assert belongs_to(house, "thanks!") == "deaf"


# Triggers that take anything, before `afterwards` and the number's flow.


def test_where_nothing_is_live_a_trigger_takes_anything_before_the_numbers_flow(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"support": SUPPORT, "catch": CATCH})

    assert tell(house, "hello") == ["Caught."]


def test_a_trigger_that_takes_anything_goes_before_afterwards(build: Build) -> None:
    house = build(flows={"lasting": LASTING, "catch": CATCH})

    assert tell(house, "lasting", "Ana", "hello") == ["Your name?", "Bye Ana.", "Caught."]


def test_a_keyword_trigger_goes_before_afterwards(build: Build) -> None:
    house = build(flows={"lasting": LASTING, "survey": SURVEY})

    assert tell(house, "lasting", "Ana", "survey")[-1] == "How was it?"


# `afterwards`, for a day.


def test_within_a_day_a_flow_that_ended_answers_with_what_it_knows(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"lasting": LASTING, "support": SUPPORT})
    tell(house, "lasting", "Ana")
    house.later(hours=23, minutes=59)

    assert tell(house, "one more thing") == ["Anything else, Ana?"]
    assert tell(house, "no") == []
    assert [one.outcome for one in house.conversations(ANA)] == ["done", "none"]


def test_a_day_after_its_end_it_is_over(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"lasting": LASTING, "support": SUPPORT})
    tell(house, "lasting", "Ana")
    house.later(days=1)

    assert tell(house, "one more thing") == ["How can we help?"]


def test_in_one_transaction_the_end_and_what_comes_afterwards(build: Build) -> None:
    house = build(flows={"lasting": LASTING})
    house.take(*map(house.text, ("lasting", "Ana", "wait", "hm")))

    assert house.said() == ["Your name?", "Bye Ana.", "Anything else, Ana?", "NO?"]


def test_consent_to_marketing_is_neither_an_end_nor_a_coming_back(build: Build) -> None:
    house = build(flows={"lasting": LASTING})
    tell(house, "lasting", "Ana")
    house.later(hours=1)
    house.agrees(ANA, OURS)

    assert tell(house, "one more thing") == ["Anything else, Ana?"]


def test_only_the_last_flow_answers_afterwards(build: Build) -> None:
    house = build(flows={"lasting": LASTING, "visit": VISIT})
    tell(house, "lasting", "Ana", "visit", "yes")

    assert tell(house, "one more thing") == []


def test_an_ended_flow_answers_afterwards_in_the_version_that_it_had(build: Build) -> None:
    house = build(flows={"lasting": LASTING})
    tell(house, "lasting", "Ana")
    file = house.settings.flows / "lasting.yaml"
    file.write_text(LASTING.replace("afterwards: more\n", "").replace("Anything else", "Nothing else"))
    house.library.read()
    house.library.publish()

    assert tell(house, "one more thing") == ["Anything else, Ana?"]


def test_a_version_that_is_gone_leaves_the_text_to_the_numbers_flow(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"lasting": LASTING, "support": SUPPORT})
    tell(house, "lasting", "Ana")
    house.rows("UPDATE conversation SET version = 'gone' RETURNING id")

    assert tell(house, "one more thing") == ["How can we help?"]


@pytest.mark.parametrize("thanks", ["Thanks!", "ok", "👍", "merci beaucoup"])
def test_a_bare_thanks_after_the_end_is_stored_unanswered(build: Build, thanks: str) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"visit": VISIT, "support": SUPPORT})
    tell(house, "visit", "yes")

    assert tell(house, thanks) == []
    assert belongs_to(house, thanks) is None
    assert tell(house, f"{thanks} but when?") == ["How can we help?"]


def test_a_bare_thanks_out_of_nowhere_goes_to_the_numbers_flow(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"visit": VISIT, "support": SUPPORT})
    assert tell(house, "Thanks!") == ["How can we help?"]


def test_a_thanks_goes_to_afterwards_where_the_flow_has_one(build: Build) -> None:
    house = build(flows={"lasting": LASTING})

    assert tell(house, "lasting", "Ana", "thanks")[-1] == "Anything else, Ana?"


def test_after_a_stop_nothing_reopens(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"lasting": LASTING, "support": SUPPORT})
    tell(house, "lasting", "stop", "start")
    house.later(minutes=1)

    assert tell(house, "hello") == ["How can we help?"]
    assert house.conversation().vars == {}


def test_after_a_stop_what_had_ended_before_does_not_reopen_either(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={"lasting": LASTING, "support": SUPPORT})
    tell(house, "lasting", "Ana")
    house.later(minutes=1)
    tell(house, "stop", "start")
    house.later(minutes=1)

    assert tell(house, "thanks") == ["How can we help?"]


def test_one_that_never_started_does_not_reopen(build: Build) -> None:
    """It lapses at the moment at which the clock ends the running one, and has nothing to go on with."""
    waits = LASTING.replace("triggers", "start_within: 20 hours\ntriggers")
    house = build(numbers={OURS: Number(flow="support")},
                  flows={"visit": VISIT, "lasting": waits, "support": SUPPORT})  # fmt: skip
    tell(house, "visit")
    house.leaves()
    house.begin(Start("lasting", ANA, OURS))
    house.later(hours=20)
    house.wake()
    assert [one.outcome for one in house.conversations(ANA)] == ["no_answer", "never_started"]

    assert tell(house, "hello") == ["How can we help?"]


def test_a_stop_and_a_return_in_one_transaction_reopen_nothing(build: Build) -> None:
    house = build(flows={"lasting": LASTING})
    house.take(*map(house.text, ("lasting", "stop", "start", "hello")))

    assert [one.outcome for one in house.conversations(ANA)] == ["stopped"]


# The number's flow, and nothing.


def test_the_numbers_flow_takes_what_nobody_else_does(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={**LINE, "support": SUPPORT})

    assert tell(house, "hello", "visitor", "hm") == ["How can we help?", "BYE?", "BYE?"]


def test_what_nothing_takes_is_stored_unanswered(line: House) -> None:
    assert tell(line, "hello") == []
    assert belongs_to(line, "hello") is None
    assert line.conversations(ANA) == []


def test_a_word_that_triggers_one_flow_does_not_start_the_numbers(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="support")}, flows={**LINE, "support": SUPPORT})

    assert tell(house, "survey")[0] == "How was it?"
    assert house.answers(Kind.TEXT) == ["How was it?"]


def test_another_number_has_conversations_of_its_own(build: Build) -> None:
    other = "+15550008888"
    house = build(numbers={OURS: Number(), other: Number()}, flows=LINE)
    house.take(house.text("visit"), house.text("survey", number=other), house.text("yes"))

    assert house.said() == ["Can you come?", "How was it?", "See you!"]
    house.begin(Start("promo", ANA, OURS))
    assert [one.status for one in house.conversations(ANA)] == ["ended", "live", "live"]


TERSE = """\
flow: terse
start: ask
triggers: {keyword: [terse]}
expires: 2 days
states:
  ask: {say: Red or blue?, replies: {red: done, blue: done}}
  done: {end: done}
"""


def test_a_miss_that_a_state_has_no_answer_to_goes_to_the_other_triggers(build: Build) -> None:
    house = build(flows={"terse": TERSE, "catch": CATCH})

    assert tell(house, "terse", "green") == ["Red or blue?", "Caught."]
    assert belongs_to(house, "green") == "catch"


def test_a_text_that_a_flow_does_nothing_with_keeps_it_from_expiring(build: Build) -> None:
    house = build(flows={"terse": TERSE})
    tell(house, "terse")
    house.leaves()
    house.later(days=1, hours=12)
    assert tell(house, "green") == []
    house.later(days=1, hours=12)
    house.wake()
    assert house.conversation().status == Phase.LIVE
    house.later(hours=12)
    house.wake()
    assert house.conversation().outcome == "expired"
