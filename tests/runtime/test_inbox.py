"""People and the conversations that were handed to them, on both databases."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from convo.errors import ConvoError, HandBackError, InboxError
from convo.messages import Status
from convo.runtime import inbox
from convo.runtime.inbox import HandBack, Reply
from convo.runtime.starting import Start
from convo.runtime.turns import Line
from convo.settings import Number
from convo.store import conversations
from convo.store import inbox as stored_inbox
from convo.store.conversations import Stored
from convo.store.inbox import Standing
from convo.store.messages import Stored as Message
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, OURS, House

DESK = """\
flow: desk
start: ask
vars: {order: text = unknown}
states:
  ask:
    say: How can we help?
    replies:
      person: front
      hm: quiet
    otherwise: {say: "Say PERSON.", tries: 5, then: settled}
    after: {2 days: settled}
  quiet: {hand_off: reception, then: settled}
  front: {say: A person will text you., hand_off: reception, then: settled}
  repeat:
    say: Anything else about {{ order }}?
    replies: {no: settled}
    otherwise: {say: "NO?"}
    after: {1 day: settled}
  settled: {say: Glad to help., end: settled}
"""


@pytest.fixture
def desk(build: Build) -> House:
    """Ana's conversation 1 is with a person."""
    house = build(flows={"desk": DESK})
    hand_over(house)
    return house


def hand_over(house: House, contact: str = ANA, number: str = OURS) -> None:
    house.begin(Start("desk", contact, number))
    house.leaves()
    house.take(house.text("person", contact, number))
    house.leaves()


def reply(house: House, words: str, key: str | None = None) -> tuple[Message, bool]:
    wanted = Reply(house.conversation().id, words, key)
    return house.do(lambda c: inbox.reply(line(house, c), wanted))


def hand_back(house: House, state: str | None = None, **values: object) -> Stored:
    wanted = HandBack(house.conversation().id, state, values)
    return house.do(lambda c: inbox.hand_back(line(house, c), wanted))


def close(house: House, outcome: str, contact: str = ANA) -> Stored:
    number = house.conversation(contact).id
    return house.do(lambda c: inbox.close(line(house, c), number, outcome))


def line(house: House, connection: Connection) -> Line:
    return Line(connection, house.settings, house.library, house.clock())


def standing(house: House) -> Standing:
    stored = house.conversation()
    return house.do(lambda c: stored_inbox.standing(c, stored))


def refused(act: Callable[[], object]) -> str:
    """The code of the error that this raises."""
    with pytest.raises(ConvoError) as error:
        act()
    assert isinstance(error.value, InboxError | HandBackError)
    return error.value.code


def test_a_persons_text_leaves_after_what_the_flow_said_before(build: Build) -> None:
    house = build(flows={"desk": DESK})
    house.begin(Start("desk", ANA))
    house.leaves()
    house.take(house.text("person"))
    reply(house, "Hello, it is Eve")

    assert house.leaves() == ["A person will text you."]
    assert house.leaves() == ["Hello, it is Eve"]


def test_a_person_keeps_a_conversation_from_expiring(desk: House) -> None:
    desk.later(days=6)
    reply(desk, "We are looking into it")
    while desk.leaves():
        pass
    desk.later(days=6)
    desk.wake()
    assert desk.conversation().status == "handed_off"

    desk.later(days=1)
    desk.wake()
    assert (desk.conversation().status, desk.conversation().outcome) == ("ended", "expired")


def test_a_stop_withdraws_what_a_person_said_and_closes_the_talk(desk: House) -> None:
    reply(desk, "Hello, it is Eve")
    desk.take(desk.text("STOP"))

    said = desk.message("Hello, it is Eve")
    assert (said.status, said.reason) == (Status.WITHDRAWN, "stopped")
    assert (desk.conversation().status, desk.conversation().outcome) == ("ended", "stopped")
    assert refused(lambda: reply(desk, "Please")) == "opted_out"
    assert refused(lambda: hand_back(desk)) == "ended"


def test_a_stop_to_another_brand_leaves_the_talk_alone(build: Build) -> None:
    numbers = {OURS: Number(brand="Elm"), "+15550008888": Number(brand="Oak")}
    house = build(numbers=numbers, flows={"desk": DESK})
    house.take(house.text("STOP", ANA, "+15550008888"))
    house.leaves()  # its confirmation
    hand_over(house)
    reply(house, "Hello, it is Eve")

    assert house.leaves() == ["Hello, it is Eve"]


def test_what_the_person_set_is_there_when_the_flow_goes_on(desk: House) -> None:
    after = hand_back(desk, "repeat", order="A-17")

    assert (after.status, after.state, after.queue) == ("live", "repeat", None)
    assert desk.leaves() == ["Anything else about A-17?"]
    desk.take(desk.text("no"))
    assert desk.leaves() == ["Glad to help."]


def test_a_hand_back_that_fails_leaves_no_trace(desk: House) -> None:
    before = desk.conversation()

    assert refused(lambda: hand_back(desk, "elsewhere")) == "unknown_state"
    assert refused(lambda: hand_back(desk, None, odrer="A-17")) == "unknown_variable"
    assert desk.conversation() == before
    assert desk.leaves() == []


def test_a_key_makes_one_text_of_two_requests_and_goes_with_it_to_the_provider(desk: House) -> None:
    first, new = reply(desk, "Hello", key="k")
    again, repeated = reply(desk, "Hello", key="k")
    (claimed,) = desk.claim()

    assert (new, repeated, again.id) == (True, False, first.id)
    assert claimed.outbound.text == "Hello"
    ((key,),) = desk.rows(f"SELECT key FROM message WHERE id = {first.id}")
    assert claimed.outbound.key == key
    assert refused(lambda: reply(desk, "Other", key="k")) == "key_reused"


def test_the_same_key_in_another_conversation_is_another_text(desk: House) -> None:
    reply(desk, "Hello", key="k")
    close(desk, "settled")
    hand_over(desk)
    _, new = reply(desk, "Hello", key="k")

    assert new


def test_a_closed_conversation_makes_room_for_the_next(desk: House) -> None:
    after = close(desk, "no_need")
    assert (after.status, after.outcome, after.queue, after.wake_at) == ("ended", "no_need", None, None)
    desk.begin(Start("desk", ANA))
    assert desk.leaves() == ["How can we help?"]


def test_it_waits_since_it_was_handed_over_then_since_the_first_text_after_ours(desk: House) -> None:
    handed_over = desk.clock()
    desk.later(minutes=5)
    desk.take(desk.text("hello?"))
    assert standing(desk).waiting_since == handed_over
    assert standing(desk).last_text == "hello?"

    desk.later(minutes=5)
    reply(desk, "Hello, it is Eve")
    assert (standing(desk).waiting_since, standing(desk).last_direction) == (None, "out")

    desk.later(minutes=5)
    asked = desk.clock()
    desk.take(desk.text("my order"))
    desk.later(minutes=5)
    desk.take(desk.text("is late"))
    assert (standing(desk).waiting_since, standing(desk).last_text) == (asked, "is late")


def test_it_waits_since_the_text_that_handed_it_over_where_the_flow_said_nothing(build: Build) -> None:
    house = build(flows={"desk": DESK})
    house.begin(Start("desk", ANA))
    house.leaves()
    house.later(hours=3)
    handed_over = house.clock()
    house.take(house.text("hm"))
    house.later(minutes=5)
    house.take(house.text("hello?"))

    assert standing(house).waiting_since == handed_over


def test_the_list_of_what_waits_is_by_status_and_queue(desk: House) -> None:
    hand_over(desk, BEN)
    close(desk, "settled")
    desk.begin(Start("desk", CAT))

    def listed(status: str, queue: str | None = None) -> list[str]:
        found = desk.do(lambda c: conversations.chosen(c, None, 0, 10, status=status, queue=queue))
        return [stored.contact for stored in found]

    assert listed("handed_off") == [BEN]
    assert listed("handed_off", "reception") == [BEN]
    assert listed("handed_off", "callers") == []
    assert listed("live") == [CAT]
    assert listed("ended") == [ANA]
