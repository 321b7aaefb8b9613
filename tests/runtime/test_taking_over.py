"""People take a conversation from its flow, on both databases."""

from collections.abc import Callable

import pytest

from convo.errors import InboxError
from convo.runtime import inbox
from convo.runtime.inbox import HandBack, Reply
from convo.runtime.replaying import Result, replay
from convo.runtime.starting import Start
from convo.store import events
from convo.store.conversations import Stored
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, OURS, House


@pytest.fixture
def visit(house: House) -> House:
    """Ana is asked whether she can come, and the clocks of that run."""
    house.begin(Start("visit", ANA))
    house.leaves()
    return house


def hand_off(house: House, queue: str = "reception", contact: str = ANA) -> Stored:
    number = house.conversation(contact).id
    return house.do(lambda c: inbox.hand_off(house.line(c), number, queue))


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(InboxError) as error:
        act()
    return error.value.code


def test_who_has_it_is_asked_no_more_by_the_flow_and_no_clock_goes_off(visit: House) -> None:
    taken = hand_off(visit)
    visit.take(visit.text("yes"))
    visit.later(hours=21)
    visit.wake()

    assert (taken.status, taken.queue, taken.state) == ("handed_off", "reception", "ask")
    assert visit.said() == ["Can you come?"]
    assert visit.conversation().status == "handed_off"


def test_a_person_answers_and_gives_it_back_where_they_say(visit: House) -> None:
    taken = hand_off(visit)
    visit.do(lambda c: inbox.reply(visit.line(c), Reply(taken.id, "It is Eve. Tuesday?")))
    visit.leaves()
    visit.do(lambda c: inbox.hand_back(visit.line(c), HandBack(taken.id, "confirmed")))

    assert visit.said() == ["Can you come?", "It is Eve. Tuesday?", "See you!"]
    assert visit.conversation().outcome == "confirmed"


def test_a_text_of_a_clock_that_waits_is_withdrawn(visit: House) -> None:
    visit.later(hours=4)
    visit.wake()
    hand_off(visit)

    assert visit.leaves() == []
    assert visit.message("Still there?").status == "withdrawn"


def test_only_what_runs_can_be_taken(visit: House) -> None:
    assert refused(lambda: hand_off(visit, "no such name!")) == "bad_queue"
    visit.begin(Start("visit", ANA))
    assert visit.conversation().status == "waiting"
    assert refused(lambda: hand_off(visit)) == "not_running"
    first = visit.conversations(ANA)[0].id
    visit.do(lambda c: inbox.hand_off(visit.line(c), first, "reception"))
    again = refused(lambda: visit.do(lambda c: inbox.hand_off(visit.line(c), first, "others")))
    visit.do(lambda c: inbox.close(visit.line(c), first, "done"))
    ended = refused(lambda: visit.do(lambda c: inbox.hand_off(visit.line(c), first, "others")))
    nobody = refused(lambda: visit.do(lambda c: inbox.hand_off(visit.line(c), 999, "others")))

    assert (again, ended, nobody) == ("handed_off", "ended", "not_found")


def test_what_is_on_record_replays_as_it_is_stored(visit: House) -> None:
    taken = hand_off(visit)
    visit.do(lambda c: inbox.hand_back(visit.line(c), HandBack(taken.id, "confirmed")))
    stored = visit.conversation()
    found = visit.do(lambda c: replay(c, visit.library, stored))

    assert found.result is Result.SAME


def test_the_history_tells_texts_and_what_happened_in_their_order(visit: House) -> None:
    visit.take(visit.text("perhaps"))
    taken = hand_off(visit)
    lines = visit.do(lambda c: events.history(c, taken.id, 0, 100))
    first = visit.do(lambda c: events.history(c, taken.id, 0, 2))
    rest = visit.do(lambda c: events.history(c, taken.id, first[-1].id, 100))

    assert [(each.kind, each.text) for each in lines] == [
        ("Started", None),
        (None, "Can you come?"),
        (None, "perhaps"),
        (None, "YES or NO?"),
        ("TakenOver", "reception"),
    ]
    assert [*first, *rest] == lines


def test_another_contacts_conversation_stays_with_its_flow(build: Build) -> None:
    house = build()
    for contact in (ANA, BEN):
        house.begin(Start("visit", contact, OURS))
    hand_off(house, contact=ANA)

    assert [house.conversation(each).status for each in (ANA, BEN)] == ["handed_off", "live"]
