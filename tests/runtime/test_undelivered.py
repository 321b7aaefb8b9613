"""A flow learns that a text of its could not be delivered, once, and while that still matters."""

import pytest

from convo.flow.session import Phase
from convo.messages import Accepted, Reason, Report, SendError, Status, Trouble
from convo.settings import SIMULATOR
from tests.runtime.conftest import Build
from tests.runtime.flows import FALLING, LINE
from tests.runtime.house import ANA, House

FAILED = SendError(Trouble.PERMANENT, Reason.UNREACHABLE)


@pytest.fixture
def asked(build: Build) -> House:
    """Ana is being asked; the text is queued."""
    house = build(flows={**LINE, "falling": FALLING})
    house.take(house.text("falling"))
    return house


def kinds(house: House) -> list[object]:
    return [kind for (kind,) in house.rows("SELECT kind FROM event ORDER BY id")]


def test_a_failed_send_leads_on(asked: House) -> None:
    asked.fails(Trouble.PERMANENT, Reason.UNREACHABLE)

    assert asked.conversation().state == "second"
    assert asked.leaves() == ["Once more"]


def test_a_text_that_is_given_up_after_a_day_leads_on(asked: House) -> None:
    asked.fails(Trouble.RETRY)
    asked.later(days=1)
    asked.fails(Trouble.RETRY)

    assert asked.conversation().state == "second"


def test_a_failed_report_leads_on_once_however_often_it_comes(asked: House) -> None:
    asked.leaves()
    sent = asked.message("Can you come?")
    asked.report(sent, Status.FAILED, Reason.UNREACHABLE)
    asked.report(sent, Status.FAILED, Reason.UNREACHABLE)

    assert asked.said() == ["Can you come?", "Once more"]
    assert kinds(asked) == ["Started", "Undelivered"]


def test_a_report_that_overtook_its_send_leads_on(asked: House) -> None:
    (claimed,) = asked.claim()
    name = f"sim-{claimed.outbound.key}"
    asked.take(Report(SIMULATOR, name, ANA, Status.FAILED, reason=Reason.UNREACHABLE))
    assert asked.conversation().state == "ask"
    asked.settle(asked.result(claimed, Accepted(name)))

    assert asked.conversation().state == "second"


def test_a_report_of_what_was_uncertain_leads_on(asked: House) -> None:
    claimed = asked.fails(Trouble.UNCERTAIN)
    assert asked.conversation().state == "ask"
    asked.reported(claimed, Status.FAILED, Reason.UNREACHABLE)

    assert asked.conversation().state == "second"


@pytest.mark.parametrize("outcome", [SendError(Trouble.UNCERTAIN), SendError(Trouble.RETRY)])
def test_what_may_still_arrive_does_not_lead_on(asked: House, outcome: SendError) -> None:
    (claimed,) = asked.claim()
    asked.settle(asked.result(claimed, outcome))

    assert asked.conversation().state == "ask"


def test_it_comes_too_late_once_a_reply_has_led_on(asked: House) -> None:
    (claimed,) = asked.claim()
    asked.take(asked.text("yes"))
    asked.settle(asked.result(claimed, FAILED))

    assert asked.conversation().outcome == "done"
    assert kinds(asked) == ["Started"]


def test_it_comes_too_late_once_a_clock_has_led_on(build: Build) -> None:
    house = build(flows={"falling": FALLING.replace("4 hours: bye", "4 hours: second")})
    house.take(house.text("falling"))
    house.leaves()
    house.later(hours=4)
    house.wake()
    house.report(house.message("Can you come?"), Status.FAILED, Reason.UNREACHABLE)

    assert house.said() == ["Can you come?", "Once more"]


def test_a_failed_text_of_an_earlier_visit_to_the_same_state_does_not_count(build: Build) -> None:
    house = build(flows={"falling": FALLING.replace("{yes: bye}", "{yes: bye, again: ask}", 1)})
    house.take(house.text("falling"))
    house.leaves()
    house.take(house.text("again"))
    house.report(house.outgoing()[0], Status.FAILED, Reason.UNREACHABLE)

    assert house.conversation().state == "ask"


def test_two_failed_texts_of_one_visit_lead_on_once(build: Build) -> None:
    house = build(flows={"falling": FALLING.replace("say: Can you come?", "say: [One., Two.]")})
    house.take(house.text("falling"))
    house.leaves()
    house.leaves()
    one, two = house.outgoing()
    house.take(
        *(
            Report(SIMULATOR, str(each.provider_id), ANA, Status.FAILED, reason=Reason.UNREACHABLE)
            for each in (one, two)
        )
    )

    assert house.said() == ["One.", "Two.", "Once more"]


def test_a_state_that_stays_says_so_once_a_visit(build: Build) -> None:
    stays = FALLING.replace("undelivered: second", "undelivered: {say: Hello?}")
    house = build(flows={"falling": stays})
    house.take(house.text("falling"))
    house.fails(Trouble.PERMANENT, Reason.UNREACHABLE)
    house.fails(Trouble.PERMANENT, Reason.UNREACHABLE)

    assert [message.text for message in house.outgoing()] == ["Can you come?", "Hello?"]
    assert house.conversation().state == "ask"


def test_a_state_without_it_goes_on_as_if_it_had_arrived(build: Build) -> None:
    house = build(flows=LINE)
    house.take(house.text("visit"))
    house.fails(Trouble.PERMANENT, Reason.UNREACHABLE)

    assert house.conversation().state == "ask"
    assert kinds(house) == ["Started"]
    assert house.conversation().clock_from == house.clock()


def test_a_provider_that_says_opted_out_ends_it_instead(asked: House) -> None:
    asked.fails(Trouble.OPTED_OUT)

    assert asked.conversation().outcome == "stopped"
    assert asked.said() == ["Can you come?"]


def test_what_it_leads_to_is_in_the_same_transaction_and_the_next_begins(build: Build) -> None:
    house = build(flows={**LINE, "falling": FALLING.replace("undelivered: second", "undelivered: bye")})
    house.take(*map(house.text, ("falling", "survey")))
    house.fails(Trouble.PERMANENT, Reason.UNREACHABLE)

    assert [one.status for one in house.conversations(ANA)] == ["ended", "live"]
    assert house.leaves() == ["How was it?"]


def test_a_text_that_fails_while_its_conversation_is_suspended_leads_on_when_it_returns(asked: House) -> None:
    (claimed,) = asked.claim()
    asked.take(asked.text("code"))
    asked.settle(asked.result(claimed, FAILED))
    assert [one.status for one in asked.conversations(ANA)] == ["suspended", "live"]
    asked.take(asked.text("ok"))

    falling = asked.conversations(ANA)[0]
    assert (falling.status, falling.state) == (Phase.LIVE, "second")
    assert asked.said()[-2:] == ["Signed in.", "Once more"]


def test_what_ends_one_and_what_moves_the_other_may_come_in_one_batch(build: Build) -> None:
    """A report ends the running one, which brings back the suspended one; another is of that one."""
    ending = LINE["code"].replace("replies", "undelivered: gone, replies")
    house = build(flows={**LINE, "code": ending})
    house.take(house.text("visit"))
    first = house.fails(Trouble.UNCERTAIN)
    house.rows("UPDATE conversation SET clock_from = NULL RETURNING id")
    house.rows("UPDATE message SET status = 'sending' WHERE text = 'Can you come?' RETURNING id")
    house.take(house.text("code"))
    house.rows("UPDATE message SET status = 'sent', provider_id = 'c' WHERE text = 'Is it you?' RETURNING id")
    code = house.message("Is it you?")
    house.later(minutes=1)
    house.take(
        Report(SIMULATOR, "c", ANA, Status.FAILED, reason=Reason.UNREACHABLE),
        Report(SIMULATOR, f"sim-{first.outbound.key}", ANA, Status.DELIVERED, message_id=first.outbound.id),
    )

    assert house.message(code.text).status is Status.FAILED
    statuses = [(one.flow, one.status) for one in house.conversations(ANA)]
    assert statuses == [("visit", "live"), ("code", "ended")]
    assert house.conversations(ANA)[0].clock_from == house.clock()
