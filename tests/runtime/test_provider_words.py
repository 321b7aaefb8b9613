"""What a provider says of a text is taken at its word: opted out, perhaps sent, or another's."""

import pytest

from convo.messages import Accepted, Kind, Reason, Report, SendError, Status, Trouble
from convo.runtime.auditing import Audit
from convo.settings import SIMULATOR
from convo.store import contacts, ledger
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


def test_a_late_report_about_a_text_from_before_a_start_stops_nobody(asked: House) -> None:
    before = asked.message("Can you come?")
    asked.later(minutes=1)
    asked.take(asked.text("STOP"))
    asked.later(minutes=1)
    asked.take(asked.text("START"), asked.text("visit"))
    running = asked.conversation().id
    asked.later(minutes=1)
    asked.report(before, Status.FAILED, Reason.OPTED_OUT)

    late = asked.ledger()[-1]
    assert (late.action, late.rule, late.at) == ("stop", "provider:opted-out-before", before.created_at)
    told = asked.events()[-1]
    assert (told.kind, told.data["changed"], told.data["opted_out"]) == ("consent.stopped", False, False)
    assert asked.conversation().id == running
    assert asked.conversation().outcome is None
    assert "Can you come?" in [*asked.leaves(), *asked.leaves(), *asked.leaves()]
    asked.later(minutes=1)
    asked.take(asked.text("yes"))
    assert asked.leaves() == ["See you!"]
    assert list(Audit(asked.store, asked.library, asked.clock).run()) == []


@pytest.mark.parametrize("times", [1, 2])
def test_to_have_agreed_to_marketing_since_is_no_coming_back(asked: House, times: int) -> None:
    asked.later(minutes=5)
    for _ in range(times):
        asked.agrees(ANA, OURS)
    (state,) = asked.do(lambda c: ledger.states(c, contacts.known(c, [ANA])[ANA].id))
    assert (state.marketing, state.since) == (True, None)

    asked.report(asked.message("Can you come?"), Status.FAILED, Reason.OPTED_OUT)
    assert asked.ledger()[-1].rule == "provider:opted-out"
    asked.take(asked.text("visit"))
    assert asked.leaves() == []


def test_a_report_about_a_text_from_after_a_start_stops(asked: House) -> None:
    asked.take(asked.text("STOP"))
    asked.later(minutes=1)
    asked.take(asked.text("START"))
    assert asked.leaves() != []
    assert asked.leaves() != []  # one text a contact
    (welcome,) = [each for each in asked.outgoing() if each.kind is Kind.START_CONFIRMATION]
    asked.report(welcome, Status.FAILED, Reason.OPTED_OUT)

    assert asked.ledger()[-1].rule == "provider:opted-out"
    asked.take(asked.text("visit"))
    assert asked.conversation().outcome == "stopped"


def test_a_send_that_was_refused_while_they_came_back_stops_nobody(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.later(seconds=1)
    house.take(house.text("STOP"), house.text("START"), house.text("visit"))
    house.settle(house.result(claimed, SendError(Trouble.OPTED_OUT)))

    assert house.ledger()[-1].rule == "provider:opted-out-before"
    assert house.conversation().outcome is None


def test_the_confirmation_of_a_stop_that_is_refused_does_not_outlive_a_start(house: House) -> None:
    house.take(house.text("STOP"), house.text("START"))
    (claimed,) = house.claim()
    assert "unsubscribed" in claimed.outbound.text
    house.settle(house.result(claimed, SendError(Trouble.OPTED_OUT)))

    house.take(house.text("visit"))
    assert house.conversation().outcome is None
