"""What operators do with texts of the queue, on record with who it was."""

from datetime import timedelta

import pytest

from convo.errors import QueueError
from convo.messages import Reason, Report, SendError, Status, Trouble
from convo.runtime import queue
from convo.runtime.queue import Operator
from convo.settings import SIMULATOR
from convo.store.messages import Stored
from convo.store.queue import Action, Chosen, Decision, listed
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, NOW, OURS, Carrier, House

ASK = "Can you come?"
EVE = Operator("operator:eve", "the provider says so")


def number(house: House, contact: str = ANA) -> int:
    return house.message(ASK, contact).id


def refused(house: House, contact: str = ANA) -> None:
    house.take(house.text("visit", contact))
    house.fails(Trouble.PERMANENT, Reason.REJECTED)


def uncertain(house: House) -> None:
    house.take(house.text("visit"))
    Carrier(idempotent=False, outcome=ConnectionResetError()).tries(house)
    assert house.message(ASK).status is Status.UNCERTAIN


def anew(house: House, *, maybe_twice: bool = False) -> Stored:
    wanted = number(house)
    return house.do(lambda c: queue.send_anew(house.line(c), wanted, EVE, maybe_twice=maybe_twice))


def settles(house: House, *, accepted: bool, provider_id: str | None = None) -> Stored:
    wanted = number(house)
    return house.do(
        lambda c: queue.settle(house.line(c), wanted, EVE, accepted=accepted, provider_id=provider_id)
    )


def withdraws(house: House) -> Stored:
    wanted = number(house)
    return house.do(lambda c: queue.withdraw_one(house.line(c), wanted, EVE))


def decided(house: House, message: int) -> tuple[Decision, ...]:
    every = Chosen(tuple(Status(each) for each in ("queued", "uncertain", "failed")))
    found = house.do(lambda c: listed(c, every, 0, 10))
    return next(each.decisions for each in found if each.id == message)


def test_a_failed_text_is_sent_anew_as_a_message_of_its_own(house: House) -> None:
    refused(house)
    failed = number(house)
    new = anew(house)

    assert new.id > failed
    assert house.leaves() == [ASK]
    assert [(each.text, each.status) for each in house.outgoing()] == [
        (ASK, Status.FAILED), (ASK, Status.SENT),
    ]  # fmt: skip
    (made,) = decided(house, failed)
    assert made == Decision(failed, Action.SENT_ANEW, Status.FAILED, EVE.name, EVE.note, new.id, NOW)


def test_a_text_is_sent_anew_once(house: House) -> None:
    refused(house)
    wanted, new = number(house), anew(house)
    with pytest.raises(QueueError, match=f"sent anew already, as {new.id}") as error:
        house.do(lambda c: queue.send_anew(house.line(c), wanted, EVE))
    assert error.value.code == "sent_anew"


def test_an_uncertain_text_is_sent_anew_by_explicit_wish_alone(house: House) -> None:
    uncertain(house)
    with pytest.raises(QueueError) as error:
        anew(house)
    assert error.value.code == "may_have_gone"
    assert house.leaves() == []

    anew(house, maybe_twice=True)
    assert house.leaves() == [ASK]
    first, second = house.outgoing()
    assert (first.status, first.reason) == (Status.FAILED, Reason.SENT_ANEW)
    assert second.status is Status.SENT


def test_nothing_is_sent_anew_to_who_opted_out(house: House) -> None:
    refused(house)
    house.take(house.text("stop"))
    with pytest.raises(QueueError) as error:
        anew(house)
    assert error.value.code == "opted_out"


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENT])
def test_what_did_not_fail_is_not_sent_anew(house: House, status: Status) -> None:
    house.take(house.text("visit"))
    if status is Status.SENT:
        house.leaves()
    with pytest.raises(QueueError, match=f"is {status}") as error:
        anew(house)
    assert error.value.code == "not_failed"


def test_a_queued_text_is_withdrawn_and_its_conversation_goes_on(house: House) -> None:
    house.take(house.text("visit"))
    withdrawn = withdraws(house)

    assert (withdrawn.status, withdrawn.reason) == (Status.WITHDRAWN, Reason.WITHDRAWN)
    assert house.leaves() == []
    house.later(hours=4)
    assert house.wake() == 1
    assert house.leaves() == ["Still there?"]


def test_a_withdrawn_text_that_may_have_gone_is_uncertain(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.RETRY)
    assert withdraws(house).status is Status.UNCERTAIN


def test_what_is_under_way_cannot_be_withdrawn(house: House) -> None:
    house.take(house.text("visit"))
    house.claim()
    with pytest.raises(QueueError, match="it is with the provider") as error:
        withdraws(house)
    assert error.value.code == "not_queued"


def test_an_uncertain_text_is_accepted_and_its_reports_count(house: House) -> None:
    uncertain(house)
    house.take(Report(SIMULATOR, "SM1", ANA, Status.DELIVERED))
    settled = settles(house, accepted=True, provider_id="SM1")

    assert (settled.status, settled.sent_at) == (Status.DELIVERED, NOW)
    assert house.rows("SELECT id FROM report") == []


def test_an_uncertain_text_is_accepted_as_far_as_is_known(house: House) -> None:
    uncertain(house)
    settled = settles(house, accepted=True)
    assert (settled.status, settled.reason, settled.sent_at) == (Status.SENT, Reason.SETTLED, NOW)

    with pytest.raises(QueueError) as error:
        settles(house, accepted=False)
    assert error.value.code == "not_uncertain"


def test_the_flow_is_told_of_an_uncertain_text_that_failed(build: Build) -> None:
    told = """\
flow: visit
start: ask
triggers: {keyword: [visit]}
states:
  ask:
    say: Can you come?
    replies: {yes: done}
    otherwise: {say: "YES?"}
    undelivered: call
    after: {1 day: done}
  call: {say: "We will call.", end: called}
  done: {end: done}
"""
    house = build(flows={"visit": told})
    uncertain(house)
    settles(house, accepted=False)

    assert house.message(ASK).reason is Reason.SETTLED
    assert house.conversation().outcome == "called"


def test_the_queue_is_listed_by_status_contact_number_and_age(house: House) -> None:
    refused(house)
    house.later(minutes=5)
    house.take(house.text("visit", BEN))

    def found(chosen: Chosen) -> list[str]:
        return [each.message.contact for each in house.do(lambda c: listed(c, chosen, 0, 10))]

    failed, both = (Status.FAILED,), (Status.FAILED, Status.QUEUED)
    assert found(Chosen()) == [BEN]
    assert found(Chosen(failed)) == [ANA]
    assert found(Chosen(both)) == [ANA, BEN]
    assert found(Chosen(both, contact=BEN)) == [BEN]
    assert found(Chosen(both, number=OURS)) == [ANA, BEN]
    assert found(Chosen(both, number="+15550008888")) == []
    assert found(Chosen(both, before=NOW + timedelta(minutes=1))) == [ANA]
    first, second = number(house), number(house, BEN)
    assert [each.id for each in house.do(lambda c: listed(c, Chosen(both), first, 10))] == [second]


def test_what_a_provider_said_is_listed(house: House) -> None:
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.settle(house.result(claimed, SendError(Trouble.PERMANENT, Reason.REJECTED, detail="no such plan")))

    (failed,) = house.do(lambda c: listed(c, Chosen((Status.FAILED,)), 0, 10))
    assert (failed.message.detail, failed.tries, failed.account) == ("no such plan", 1, SIMULATOR)


def test_incoming_texts_are_nobodys_queue(house: House) -> None:
    house.take(house.text("visit"))
    with pytest.raises(QueueError) as error:
        house.do(lambda c: queue.withdraw_one(house.line(c), 1, EVE))
    assert error.value.code == "not_found"
