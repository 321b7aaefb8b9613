"""One that comes in between suspends the running one, which goes on afterwards as if nothing had been."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from convo.flow.session import Phase
from convo.messages import Status, Trouble
from convo.runtime.starting import Start, start
from tests.runtime.conftest import Build
from tests.runtime.flows import LINE
from tests.runtime.house import ANA, NOW, OURS, House
from tests.runtime.line import begin, close, each, lost, standing, told


@pytest.fixture
def line(build: Build) -> House:
    return build(flows=LINE)


def test_one_that_interrupts_is_answered_first_and_the_other_goes_on_afterwards(line: House) -> None:
    assert each(line, "visit", "code") == ["Can you come?", "Is it you?"]
    assert standing(line) == {"visit": "suspended", "code": "live"}

    assert each(line, "yes", "ok") == ["OK?", "Signed in."]
    assert standing(line) == {"visit": "live", "code": "approved"}
    assert each(line, "yes") == ["See you!"]


def test_the_clocks_of_a_suspended_one_stand_still_and_are_put_off(line: House) -> None:
    each(line, "visit")
    line.later(hours=1)
    each(line, "code")
    assert line.conversations(ANA)[0].wake_at is None
    line.later(minutes=9)
    each(line, "ok")

    visit = line.conversations(ANA)[0]
    assert visit.clock_from == NOW + timedelta(minutes=9)
    assert line.next_wake() == NOW + timedelta(hours=4, minutes=9)


def test_a_clock_that_would_have_gone_off_meanwhile_goes_off_after_its_rest(line: House) -> None:
    each(line, "visit")
    line.later(hours=3, minutes=55)
    each(line, "code")
    line.later(minutes=10)
    line.wake()  # nobody signed in
    assert standing(line) == {"visit": "live", "code": "gone"}

    line.later(minutes=4, seconds=59)
    assert line.wake() == 0
    line.later(seconds=1)
    assert line.wake() == 1
    assert line.said()[-1] == "Still there?"


def test_a_text_accepted_while_it_is_suspended_starts_its_clocks_at_its_return(line: House) -> None:
    line.take(line.text("visit"))
    line.take(line.text("code"))
    line.later(minutes=1)
    while line.leaves():
        pass
    line.later(minutes=1)
    each(line, "ok")

    assert line.conversations(ANA)[0].clock_from == line.clock()
    assert line.next_wake() == line.clock() + timedelta(hours=4)


def test_the_expiry_of_a_suspended_one_stands_still_too(line: House) -> None:
    each(line, "survey")
    line.later(days=6)
    each(line, "code")
    line.later(minutes=10)
    line.wake()

    assert standing(line) == {"survey": "live", "code": "gone"}
    line.later(hours=23, minutes=59)
    line.wake()
    assert line.conversations(ANA)[0].status == Phase.LIVE
    line.later(minutes=1)
    line.wake()
    assert line.conversations(ANA)[0].outcome == "expired"


def test_one_that_is_with_a_person_goes_back_to_the_person(line: House) -> None:
    each(line, "visit", "person")
    begin(line, "code")
    assert standing(line) == {"visit": "suspended", "code": "live"}

    each(line, "ok")
    visit = line.conversations(ANA)[0]
    assert (visit.status, visit.queue) == (Phase.HANDED_OFF, "reception")
    assert each(line, "yes") == []


def test_one_that_interrupts_one_that_interrupts(line: House) -> None:
    each(line, "visit")
    line.later(minutes=1)
    each(line, "code")
    line.later(minutes=2)
    begin(line, "code")
    assert [one.status for one in line.conversations(ANA)] == ["suspended", "suspended", "live"]
    line.later(minutes=4)
    each(line, "ok")
    assert [one.status for one in line.conversations(ANA)] == ["suspended", "live", "ended"]
    line.later(minutes=5)
    each(line, "ok")

    first, second, _ = line.conversations(ANA)
    assert (first.status, first.clock_from) == (Phase.LIVE, NOW + timedelta(minutes=11))
    assert second.outcome == "approved"


def test_two_that_interrupt_within_one_transaction_return_in_their_order(line: House) -> None:
    line.take(line.text("visit"))

    def both(connection: Connection) -> None:
        for _ in range(2):
            start(connection, line.settings, line.library, Start("code", ANA, OURS), line.clock())

    line.do(both)
    assert [one.status for one in line.conversations(ANA)] == ["suspended", "suspended", "live"]
    each(line, "ok")
    assert [one.status for one in line.conversations(ANA)] == ["suspended", "live", "ended"]
    each(line, "ok")
    assert [one.status for one in line.conversations(ANA)] == ["live", "ended", "ended"]


def test_one_that_interrupts_and_ends_at_once_changes_nothing_for_the_other(line: House) -> None:
    each(line, "visit")
    before = line.conversations(ANA)[0]
    line.later(minutes=5)

    assert each(line, "what is new") == ["Nothing new."]
    assert line.conversations(ANA)[0] == before
    assert standing(line) == {"visit": "live", "flash": "told"}


def test_what_was_suspended_goes_before_what_waits(line: House) -> None:
    each(line, "visit", "survey", "code", "ok")

    assert standing(line) == {"visit": "live", "survey": "waiting", "code": "approved"}
    assert each(line, "yes") == ["See you!", "How was it?"]


def test_what_waits_behind_two_lapses_in_its_time(line: House) -> None:
    each(line, "visit", "survey")
    line.later(minutes=55)
    each(line, "code")
    line.later(minutes=5)
    line.wake()
    assert standing(line) == {"visit": "suspended", "survey": "never_started", "code": "live"}


def test_a_stop_ends_what_interrupts_and_what_it_interrupted(line: House) -> None:
    each(line, "visit", "survey", "code", "stop")

    assert set(standing(line).values()) == {"stopped"}
    assert each(line, "start", "ok", "yes") == [line.said()[-1]]


def test_a_suspended_one_of_a_lost_version_goes_to_a_person(line: House) -> None:
    each(line, "visit", "code")
    lost(line, "visit")
    each(line, "ok")

    visit = line.conversations(ANA)[0]
    assert (visit.status, visit.queue) == (Phase.HANDED_OFF, "errors")


def test_a_person_may_close_one_that_is_suspended(line: House) -> None:
    each(line, "visit", "code")
    close(line, line.conversations(ANA)[0], "settled")

    assert each(line, "ok") == ["Signed in."]
    assert standing(line) == {"visit": "settled", "code": "approved"}


def test_interrupted_and_resumed_in_one_transaction(line: House) -> None:
    assert told(line, "visit", "code", "ok", "yes") == [
        "Can you come?",
        "Is it you?",
        "Signed in.",
        "See you!",
    ]
    assert standing(line) == {"visit": "confirmed", "code": "approved"}


def test_what_failed_before_the_interruption_is_sent_again_in_it(line: House) -> None:
    """What waits for a retry still leaves while its conversation is suspended; a code goes first."""
    line.take(line.text("visit"))
    line.fails(Trouble.RETRY)
    line.take(line.text("code"))
    line.later(minutes=1)

    assert line.leaves() == ["Is it you?"]
    assert line.leaves() == ["Can you come?"]
    assert line.message("Can you come?").status is Status.SENT
