"""STOP as people and networks really send it: whatever it looks like, it has one defined outcome."""

import pytest

from convo.flow.session import Phase
from convo.keywords import ANSWERS, KeywordKind
from convo.keywords.settings import OwnWords
from convo.messages import Kind, Reason, Status
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, OURS, House

STOPPED = ANSWERS[KeywordKind.STOP]["en"]
SECOND = "+15550008888"
ENDS = """\
flow: end
start: ask
triggers: {exactly: [end, info]}
states:
  ask: {say: Ended., end: done}
"""
LANDLINE = "+442079460000"


@pytest.mark.parametrize(
    "words",
    [
        "ＳＴＯＰ", "S\u200bT\u200cO\u200dP\ufeff", "STOP" + "🛑" * 10, "“STOP”", "'stop'",
        "STOP" + " " * 1596, "STOP " * 320, "STOP.\n\nSent from my phone", "¡STOP!", "\u202aSTOP\u202c",
        "S T O P", "ѕtop", "Stop - John",
    ],
    ids=[
        "full width", "zero width", "ten emoji", "quotes", "single quotes", "1,600 characters of blanks",
        "1,600 characters of STOP", "signature", "marks", "right to left",
        "letter by letter", "a look-alike", "a name",
    ],
)  # fmt: skip
def test_an_odd_stop_is_one(house: House, words: str) -> None:
    house.take(house.text("visit"), house.text(words))

    assert house.conversation().outcome == "stopped"
    assert house.answers(Kind.STOP_CONFIRMATION) == [STOPPED]
    (entry,) = house.ledger()
    assert (entry.action, entry.text) == (KeywordKind.STOP, words)


@pytest.mark.parametrize(
    "words", ["🛑" * 10, "STOP 12345", "STOP" + " and go" * 228, "S T O", "stop\u0000by"], ids=repr
)
def test_what_only_looks_like_a_stop_goes_to_the_flow(house: House, words: str) -> None:
    house.take(house.text("visit"), house.text(words))

    assert house.conversation().status == Phase.LIVE
    assert house.ledger() == []
    assert house.said() == ["Can you come?", "YES or NO?"]


def test_stop_twice_in_the_same_second_is_confirmed_once(house: House) -> None:
    house.take(house.text("STOP"))
    house.take(house.text("STOP"))

    assert house.answers(Kind.STOP_CONFIRMATION) == [STOPPED]
    assert [entry.wording for entry in house.ledger()] == [STOPPED, None]


def test_a_stop_that_comes_again_after_a_start_changes_nothing(house: House) -> None:
    """A provider repeats a delivery for hours, whatever happened since."""
    stop, start = house.text("STOP"), house.text("START")
    house.take(stop)
    house.take(start, stop)
    house.take(stop, start)

    assert [entry.action for entry in house.ledger()] == ["stop", "start"]
    assert [message.kind for message in house.outgoing()] == [Kind.STOP_CONFIRMATION, Kind.START_CONFIRMATION]


def test_stop_and_start_in_the_wrong_order_end_as_they_came(house: House) -> None:
    """Nobody can tell which was texted first: what was stored last has the last word."""
    house.take(house.text("START"), house.text("STOP"))
    house.take(house.text("visit"))

    assert house.conversations(ANA) == []
    assert house.answers(Kind.STOP_CONFIRMATION) == [STOPPED]
    assert house.answers(Kind.START_CONFIRMATION) == []


def test_a_stop_from_a_landline_is_kept_though_its_confirmation_cannot_arrive(house: House) -> None:
    house.take(house.text("stop", LANDLINE))
    (claimed,) = house.claim()
    house.settle(house.result(claimed))
    house.report(house.message(STOPPED, LANDLINE), Status.FAILED, Reason.UNREACHABLE)

    assert house.message(STOPPED, LANDLINE).reason is Reason.UNREACHABLE
    house.take(house.text("visit", LANDLINE))
    assert house.conversations(LANDLINE) == []
    assert [entry.action for entry in house.ledger(contact=LANDLINE)] == [KeywordKind.STOP]


def test_a_stop_from_somebody_unknown_is_on_record_and_confirmed(house: House) -> None:
    house.take(house.text("stop", "+15550004444"))

    assert house.answers(Kind.STOP_CONFIRMATION, "+15550004444") == [STOPPED]
    assert len(house.ledger(contact="+15550004444")) == 1


def test_a_stop_to_a_second_number_of_the_brand_stops_them_all(build: Build) -> None:
    house = build(numbers={OURS: Number(brand="Elm"), SECOND: Number(brand="Elm")})
    house.take(house.text("visit", number=OURS))
    house.take(house.text("stop", number=SECOND))

    assert house.conversation().outcome == "stopped"
    assert house.message("Can you come?").status is Status.WITHDRAWN
    assert house.message(STOPPED).number == SECOND
    house.take(house.text("visit", number=OURS), house.text("start", number=OURS))
    assert [message.number for message in house.outgoing()] == [OURS, SECOND, OURS]


def test_words_are_left_to_flows_from_contacts_abroad_alone(build: Build) -> None:
    house = build(numbers={OURS: Number(leave=["end", "info"])}, flows={"end": ENDS})
    paris, nowhere = "+33612345678", "+15550001111"
    house.take(house.text("end", paris), house.text("end", nowhere), house.text("info", nowhere))

    assert house.said(paris) == ["Ended."]
    assert house.answers(Kind.STOP_CONFIRMATION, nowhere) == [STOPPED]
    assert house.answers(Kind.HELP_ANSWER, nowhere) == []


def test_a_numbers_own_word_stops_on_that_number(build: Build) -> None:
    house = build(numbers={OURS: Number(words=OwnWords(stop=["Fin"])), SECOND: Number()})
    house.take(house.text("fin", number=SECOND), house.text("fin!", number=OURS))

    (entry,) = house.ledger()
    assert (entry.number, entry.rule) == (OURS, "own:fin")
    assert house.ledger(SECOND) == []
