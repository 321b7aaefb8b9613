"""A visit's clocks count from when the last text said on entry was accepted, or could never be."""

from datetime import timedelta

import pytest

from convo.messages import Reason, Status, Trouble
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, NOW, Carrier, House

FOUR_HOURS = timedelta(hours=4)
TWO_TEXTS = """\
flow: visit
start: greet
triggers: {keyword: [visit]}
states:
  greet: {say: Hello., then: ask}
  ask: {say: Can you come?, replies: {yes: bye}, otherwise: {say: YES?}, after: {4 hours: bye}}
  bye: {end: done}
"""


def test_the_clocks_wait_for_the_text(house: House) -> None:
    house.take(house.text("visit"))
    assert house.conversation().clock_from is None

    house.later(minutes=10)
    house.leaves()
    assert house.conversation().clock_from == NOW + timedelta(minutes=10)
    assert house.next_wake() == NOW + timedelta(minutes=10) + FOUR_HOURS


@pytest.mark.parametrize(
    "trouble", [Trouble.PERMANENT, Trouble.UNCERTAIN], ids=["failed for good", "uncertain"]
)
def test_a_text_that_never_arrives_starts_the_clocks_as_well(house: House, trouble: Trouble) -> None:
    house.take(house.text("visit"))
    house.fails(trouble, Reason.UNREACHABLE)

    assert house.next_wake() == NOW + FOUR_HOURS


def test_a_retry_does_not_start_the_clocks(house: House) -> None:
    house.take(house.text("visit"))
    house.fails(Trouble.RETRY)

    assert house.conversation().clock_from is None


def test_a_sender_that_died_does_not_keep_the_clocks_from_counting(house: House) -> None:
    house.take(house.text("visit"))
    house.claim()
    house.later(seconds=15)
    house.revive(Carrier(idempotent=False))

    assert house.next_wake() == NOW + timedelta(seconds=15) + FOUR_HOURS


def test_a_report_that_outlived_the_sender_starts_the_clocks(house: House) -> None:
    """The sender was killed between the provider's answer and its own settling."""
    house.take(house.text("visit"))
    (claimed,) = house.claim()
    house.reported(claimed, Status.DELIVERED)

    assert house.message("Can you come?").status is Status.DELIVERED
    assert house.next_wake() == NOW + FOUR_HOURS


def test_a_later_text_of_the_same_visit_does_not_restart_the_clocks(house: House) -> None:
    house.take(house.text("visit"))
    house.leaves()
    house.later(hours=1)
    house.take(house.text("hm"))
    house.leaves()

    assert house.conversation().clock_from == NOW
    assert house.next_wake() == NOW + FOUR_HOURS


def test_of_two_texts_on_the_way_in_the_last_one_counts(build: Build) -> None:
    house = build(flows={"visit": TWO_TEXTS})
    house.take(house.text("visit"))
    house.leaves()
    assert house.conversation().clock_from is None

    house.later(minutes=1)
    house.leaves()
    assert house.next_wake() == NOW + timedelta(minutes=1) + FOUR_HOURS


def test_a_text_of_a_visit_that_was_left_starts_nothing(house: House) -> None:
    house.take(house.text("visit"))
    claims = house.claim()
    house.take(house.text("person"))
    house.settle(*map(house.result, claims))

    stored = house.conversation(ANA)
    assert stored.state == "desk"
    assert house.next_wake() == NOW + timedelta(days=7)


def test_a_flow_that_broke_does_not_text_under_the_person_who_was_called_in(build: Build) -> None:
    broken = TWO_TEXTS.replace("YES?", '"{{ reply.text.foo.bar }}"')
    house = build(flows={"visit": broken})
    house.take(house.text("visit"))
    house.leaves()
    on_its_way = house.claim()
    house.take(house.text("hm"))
    house.settle(*map(house.result, on_its_way))

    stored = house.conversation()
    assert (stored.status, stored.queue) == ("handed_off", "errors")
    assert stored.trouble is not None
    house.later(hours=5)
    house.wake()
    assert house.conversation().status == "handed_off"
