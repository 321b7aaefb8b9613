"""What a provider says of a text is taken at its word: opted out, perhaps sent, or another's."""

import pytest

from convo.messages import Accepted, Reason, Report, SendError, Status, Trouble
from convo.settings import SIMULATOR
from tests.runtime.house import ANA, OURS, Carrier, House


@pytest.fixture
def asked(house: House) -> House:
    house.take(house.text("visit"))
    assert house.leaves() == ["Can you come?"]
    return house


def test_a_report_that_the_contact_has_opted_out_stops_everything(asked: House) -> None:
    asked.report(asked.message("Can you come?"), Status.FAILED, Reason.OPTED_OUT)

    (entry,) = asked.ledger()
    assert (entry.action, entry.actor, entry.rule) == ("stop", "provider", "provider:opted-out")
    assert asked.conversation().outcome == "stopped"
    asked.later(hours=5)
    assert (asked.wake(), asked.leaves()) == (0, [])

    asked.report(asked.message("Can you come?"), Status.FAILED, Reason.OPTED_OUT)
    assert len(asked.ledger()) == 1


def test_such_a_report_stops_everything_too_where_it_came_before_our_own_settling(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    name = f"sim-{claimed.outbound.key}"
    house.take(Report(SIMULATOR, name, ANA, Status.FAILED, reason=Reason.OPTED_OUT))
    assert house.ledger() == []
    house.settle(house.result(claimed, Accepted(name)))

    assert [entry.action for entry in house.ledger()] == ["stop"]
    assert house.conversation().outcome == "stopped"


def test_a_provider_that_does_not_know_itself_whether_it_sent_is_not_asked_again(house: House) -> None:
    house.take(house.text("visit"))
    Carrier(idempotent=True, outcome=SendError(Trouble.UNCERTAIN)).tries(house)

    assert house.message("Can you come?").status is Status.UNCERTAIN
    house.later(minutes=10)
    assert house.leaves() == []


def test_a_report_with_our_number_of_a_message_that_has_another_name_there_is_not_its_own(
    asked: House,
) -> None:
    said = asked.message("Can you come?")
    asked.take(Report(SIMULATOR, "of-another-house", ANA, Status.FAILED, message_id=said.id))

    assert asked.message("Can you come?").status is Status.SENT
    assert said.number == OURS
