"""What is under way when its reason goes away: a text that comes back for a retry stays back."""

from pathlib import Path

from convo.messages import Kind, Reason, Report, SendError, Status, Trouble
from convo.settings import SIMULATOR
from convo.store.engine import Store
from tests.runtime.house import ANA, BEN, NOW, House


def test_a_nudge_that_failed_while_the_contact_answered_does_not_come_after_the_answer(house: House) -> None:
    house.take(house.text("visit"))
    house.leaves()
    house.later(hours=4)
    house.wake()
    (nudge,) = house.claim()
    house.take(house.text("yes"))
    house.settle(house.result(nudge, SendError(Trouble.RETRY)))

    assert house.message("Still there?").status is Status.WITHDRAWN
    assert house.message("Still there?").reason is Reason.LEFT_STATE
    house.later(minutes=10)
    assert house.leaves() == ["See you!"]


def test_a_text_that_failed_while_the_contact_stopped_does_not_come_after_they_are_back(house: House) -> None:
    house.take(house.text("visit"))
    (asked,) = house.claim()
    house.take(house.text("stop"))
    house.settle(house.result(asked, SendError(Trouble.RETRY)))
    house.take(house.text("start"))

    assert house.message("Can you come?").status is Status.WITHDRAWN
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
