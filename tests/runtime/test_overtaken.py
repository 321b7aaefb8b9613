"""What is under way when its reason goes away: a text that comes back for a retry stays back."""

from pathlib import Path

import pytest

from convo.keywords import ANSWERS, KeywordKind
from convo.messages import Kind, Reason, Report, SendError, Status, Trouble
from convo.settings import SIMULATOR
from convo.store.engine import Store
from tests.runtime.house import ANA, BEN, NOW, House

# Refused, it is withdrawn; where the answer was lost it may have gone, and only its report can tell.
FATES = [(Trouble.LATER, Status.WITHDRAWN), (Trouble.RETRY, Status.UNCERTAIN)]


@pytest.mark.parametrize(("trouble", "fate"), FATES)
def test_a_nudge_that_failed_while_the_contact_answered_does_not_come_after_the_answer(
    house: House, trouble: Trouble, fate: Status
) -> None:
    house.take(house.text("visit"))
    house.leaves()
    house.later(hours=4)
    house.wake()
    (nudge,) = house.claim()
    house.take(house.text("yes"))
    house.settle(house.result(nudge, SendError(trouble)))

    assert house.message("Still there?").status is fate
    assert house.message("Still there?").reason is Reason.LEFT_STATE
    house.later(minutes=10)
    assert house.leaves() == ["See you!"]


@pytest.mark.parametrize(("trouble", "fate"), FATES)
def test_a_text_that_failed_while_the_contact_stopped_does_not_come_after_they_are_back(
    house: House, trouble: Trouble, fate: Status
) -> None:
    house.take(house.text("visit"))
    (asked,) = house.claim()
    house.take(house.text("stop"))
    house.settle(house.result(asked, SendError(trouble)))
    house.take(house.text("start"))

    assert house.message("Can you come?").status is fate
    house.later(minutes=2)
    assert "Can you come?" not in house.leaves()
    assert len(house.answers(Kind.START_CONFIRMATION)) == 1


def test_a_report_that_names_another_contact_changes_nothing(house: House) -> None:
    house.take(house.text("visit"))
    house.leaves()
    sent = house.message("Can you come?")

    house.take(Report(SIMULATOR, str(sent.provider_id), BEN, Status.FAILED, reason=Reason.BLOCKED))
    assert house.message("Can you come?").status is Status.SENT

    house.report(sent, Status.DELIVERED)
    assert house.message("Can you come?").status is Status.DELIVERED


def test_a_flow_that_fails_on_its_first_text_calls_a_person_and_then_expires_once(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "long.yaml").write_text(
        "flow: long\nstart: hello\ntriggers: {keyword: [long]}\nvars: {word: text = abcdefgh}\n"
        "states:\n  hello: {say: '{{ word * 300 }}', then: bye}\n  bye: {end: done}\n"
    )
    house = House(store, tmp_path)
    house.take(house.text("long"))
    assert house.conversation().trouble is not None
    assert house.outgoing() == []

    house.later(days=7)
    assert house.wake() == 1
    assert house.conversation().outcome == "expired"
    assert house.wake() == 0


def test_a_clock_that_is_due_with_the_expiry_goes_off_first(store: Store, tmp_path: Path) -> None:
    (tmp_path / "slow.yaml").write_text(
        "flow: slow\nstart: ask\ntriggers: {keyword: [slow]}\nexpires: 2 days\n"
        "states:\n  ask: {say: Coming?, after: {2 days: gone}}\n  gone: {say: Too late., end: gone}\n"
    )
    house = House(store, tmp_path)
    house.take(house.text("slow"))
    house.leaves()
    house.later(days=2)
    house.wake()

    assert house.conversation().outcome == "gone"
    assert house.leaves() == ["Too late."]


def test_one_webhook_with_hundreds_of_texts_is_stored_whole(house: House) -> None:
    house.take(*(house.text("visit", contact=f"+1555000{place:04}") for place in range(300)))

    assert len(house.history("+15550000299")) == 2
    assert house.clock() == NOW
    assert house.history(ANA) == []


def test_a_text_that_may_have_gone_is_not_said_to_be_withdrawn_and_its_report_settles_it(
    house: House,
) -> None:
    house.take(house.text("visit"))
    asked = house.fails(Trouble.RETRY)  # its answer was lost
    house.take(house.text("STOP"))
    assert house.message("Can you come?").status is Status.UNCERTAIN

    house.later(minutes=1)
    assert house.leaves() == [ANSWERS[KeywordKind.STOP]["en"]]
    house.reported(asked, Status.DELIVERED)
    assert house.message("Can you come?").status is Status.DELIVERED


def test_once_it_may_have_gone_a_clear_refusal_later_does_not_take_that_back(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.RETRY)
    house.later(minutes=1)
    house.fails(Trouble.LATER)
    house.take(house.text("STOP"))

    assert house.message("Can you come?").status is Status.UNCERTAIN


def test_a_text_that_was_clearly_refused_and_waits_is_withdrawn(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.LATER)
    house.take(house.text("STOP"))

    assert house.message("Can you come?").status is Status.WITHDRAWN
