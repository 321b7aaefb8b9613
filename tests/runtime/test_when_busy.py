"""A contact has one running conversation with a number: others wait their turn, or are skipped."""

from datetime import datetime, timedelta

import pytest

from convo.errors import StartError
from convo.flow.advance import advance
from convo.flow.compile import Bundle
from convo.flow.session import Event, Phase, Session, Turn
from convo.messages import Reason, Trouble
from convo.runtime import inbox, turns
from tests.runtime.conftest import Build
from tests.runtime.flows import LINE
from tests.runtime.house import ANA, BEN, NOW, House
from tests.runtime.line import begin, close, each, lost, standing, told


@pytest.fixture
def line(build: Build) -> House:
    return build(flows=LINE)


# Queue.


def test_a_flow_waits_for_the_end_of_the_running_one(line: House) -> None:
    assert each(line, "visit", "survey") == ["Can you come?"]
    assert standing(line) == {"visit": "live", "survey": "waiting"}

    assert each(line, "yes") == ["See you!", "How was it?"]
    assert standing(line) == {"visit": "confirmed", "survey": "live"}
    assert each(line, "good") == ["Noted."]


def test_what_waits_has_said_nothing_and_counts_from_its_own_beginning(line: House) -> None:
    each(line, "visit")
    waiting = begin(line, "survey")
    assert (waiting.status, waiting.state, waiting.clock_from) == (Phase.WAITING, "", None)

    line.later(minutes=59)
    each(line, "yes")
    survey = line.conversation()
    assert (survey.status, survey.started_at) == (Phase.LIVE, NOW)
    assert survey.status_at == NOW + timedelta(minutes=59)
    line.later(days=6, hours=23, minutes=59)
    line.wake()
    assert line.conversation().status == Phase.LIVE
    line.later(minutes=1)
    line.wake()
    assert line.conversation().outcome == "expired"


def test_it_begins_when_a_clock_ends_the_running_one(line: House) -> None:
    each(line, "visit")
    line.later(hours=19, minutes=30)
    line.wake()
    begin(line, "survey")
    line.later(minutes=30)
    line.wake()

    assert line.said()[-2:] == ["Another time, then.", "How was it?"]
    assert standing(line) == {"visit": "no_answer", "survey": "live"}


@pytest.mark.parametrize("handed_off", [False, True])
def test_it_begins_when_a_person_closes_the_running_one(line: House, handed_off: bool) -> None:
    each(line, "visit", *(["person"] if handed_off else []))
    begin(line, "survey")
    close(line, line.conversations(ANA)[0], "settled")

    assert line.said()[-1] == "How was it?"
    assert standing(line) == {"visit": "settled", "survey": "live"}


def test_it_begins_when_a_person_hands_back_and_the_flow_ends(line: House) -> None:
    each(line, "visit", "person")
    begin(line, "survey")
    back = inbox.HandBack(line.conversations(ANA)[0].id)
    line.do(lambda c: inbox.hand_back(line.line(c), back))

    assert line.said()[-2:] == ["See you!", "How was it?"]


def test_it_begins_when_the_running_one_learns_that_it_cannot_be_delivered(build: Build) -> None:
    ending = LINE["visit"].replace("replies:", "undelivered: no_answer\n    replies:", 1)
    house = build(flows={**LINE, "visit": ending})
    house.take(house.text("visit"), house.text("survey"))
    house.fails(Trouble.PERMANENT, Reason.UNREACHABLE)

    assert standing(house) == {"visit": "no_answer", "survey": "live"}
    assert house.said() == ["Can you come?", "Another time, then.", "How was it?"]


def test_it_does_not_begin_while_a_person_has_the_running_one(line: House) -> None:
    assert each(line, "visit") == ["Can you come?"]
    begin(line, "survey")

    assert each(line, "person", "good") == ["A person will text you."]
    assert standing(line) == {"visit": "handed_off", "survey": "waiting"}


def test_it_lapses_when_it_has_waited_for_too_long(line: House) -> None:
    each(line, "visit", "survey")
    line.later(minutes=59, seconds=59)
    assert line.wake() == 0
    line.later(seconds=1)
    assert line.wake() == 1

    assert standing(line) == {"visit": "live", "survey": "never_started"}
    assert each(line, "yes") == ["See you!"]


def test_how_long_it_waits_its_flow_says(build: Build) -> None:
    house = build(
        flows={**LINE, "survey": LINE["survey"].replace("triggers", "start_within: 3 hours\ntriggers")}
    )
    each(house, "visit", "survey")
    house.later(hours=2, minutes=59)
    house.wake()

    assert each(house, "yes") == ["See you!", "How was it?"]


def test_nobody_begins_too_late_because_everybody_slept(line: House) -> None:
    """The clock was not at work when the time of the waiting one was over."""
    each(line, "visit", "survey")
    line.later(days=3)

    assert each(line, "yes") == ["See you!"]
    assert standing(line) == {"visit": "confirmed", "survey": "never_started"}


def test_a_clock_that_ends_the_running_one_late_begins_only_what_is_still_in_time(line: House) -> None:
    each(line, "visit")
    line.later(hours=19, minutes=30)
    line.wake()
    begin(line, "survey")  # would begin at 20 hours, and lapses at 20:30
    line.later(hours=5)
    begin(line, "deaf")
    line.wake()

    assert standing(line) == {"visit": "no_answer", "survey": "never_started", "deaf": "live"}
    assert line.said()[-2:] == ["Another time, then.", "Hold on."]


def test_they_begin_in_the_order_of_asking(line: House) -> None:
    each(line, "visit", "survey", "deaf")
    begin(line, "survey")

    each(line, "yes")
    assert line.said()[-1] == "How was it?"
    each(line, "good")
    assert line.said()[-1] == "Hold on."
    assert [one.status for one in line.conversations(ANA)] == ["ended", "ended", "live", "waiting"]


def test_a_stop_ends_whatever_waits(line: House) -> None:
    each(line, "visit", "survey", "deaf", "stop")

    assert standing(line) == {"visit": "stopped", "survey": "stopped", "deaf": "stopped"}
    assert line.next_wake() is None
    line.later(hours=2)
    assert line.wake() == 0


def test_a_person_may_close_one_that_waits(line: House) -> None:
    each(line, "visit", "survey")
    close(line, line.conversation(), "not_wanted")

    assert standing(line) == {"visit": "live", "survey": "not_wanted"}
    assert each(line, "yes") == ["See you!"]


def test_all_of_it_in_one_transaction(line: House) -> None:
    """Start, ask in line, end, promote, reply, ask again: nothing is read between."""
    said = told(line, "visit", "survey", "deaf", "yes", "good", "visit", "hm")

    assert said == ["Can you come?", "See you!", "How was it?", "Noted.", "Hold on."]
    statuses = [(one.flow, one.status) for one in line.conversations(ANA)]
    assert statuses == [("visit", "ended"), ("survey", "ended"), ("deaf", "live"), ("visit", "waiting")]


def test_a_stop_in_the_middle_of_one_transaction_ends_what_there_was_and_no_more(line: House) -> None:
    said = told(line, "visit", "survey", "code", "stop", "start", "visit", "yes")

    assert [one.outcome for one in line.conversations(ANA)] == ["stopped"] * 3 + ["confirmed"]
    assert said[-2:] == ["Can you come?", "See you!"]


def test_the_line_of_one_contact_is_not_anothers(line: House) -> None:
    line.take(
        line.text("visit", ANA), line.text("survey", BEN), line.text("survey", ANA), line.text("yes", ANA)
    )

    assert line.said(BEN) == ["How was it?"]
    assert line.said(ANA) == ["Can you come?", "See you!", "How was it?"]


def test_one_that_waits_for_a_lost_version_goes_to_a_person_when_its_turn_comes(line: House) -> None:
    each(line, "visit", "survey", "deaf")
    lost(line, "survey")
    each(line, "yes")

    survey = line.conversations(ANA)[1]
    assert (survey.status, survey.queue) == (Phase.HANDED_OFF, "errors")
    assert "version gone" in str(survey.trouble)
    assert standing(line)["deaf"] == "waiting"


def test_one_that_waits_for_a_lost_version_lapses_like_every_other(line: House) -> None:
    """It does not go to a person while another runs, nor keep the other clocks from going off."""
    each(line, "visit", "survey")
    line.take(line.text("visit", BEN))
    line.claim()
    lost(line, "survey")
    line.later(hours=1)

    assert line.wake() == 1
    assert standing(line) == {"visit": "live", "survey": "never_started"}


def test_a_running_one_of_a_lost_version_can_be_closed_and_the_next_begins(line: House) -> None:
    each(line, "visit", "survey")
    lost(line, "visit")
    close(line, line.conversations(ANA)[0], "given_up")

    assert standing(line) == {"visit": "given_up", "survey": "live"}
    assert line.said()[-1] == "How was it?"


def test_one_that_breaks_when_its_turn_comes_leaves_the_ended_one_ended(
    line: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug of ours: the clock that ended the first must not call a person into that."""
    each(line, "visit")
    line.later(hours=19, minutes=30)
    line.wake()
    begin(line, "survey")

    def breaks(flows: Bundle, session: Session, event: Event, now: datetime) -> Turn:
        if flows.name == "survey":
            raise ZeroDivisionError("a bug of ours")
        return advance(flows, session, event, now)

    monkeypatch.setattr(turns, "advance", breaks)
    line.later(minutes=30)
    line.wake()

    assert standing(line) == {"visit": "no_answer", "survey": "handed_off"}
    assert line.conversation().trouble == "a bug of ours"


# Skip.


def test_one_that_is_skipped_is_refused_to_an_application(line: House) -> None:
    each(line, "visit")
    with pytest.raises(StartError, match="another conversation") as error:
        begin(line, "promo")

    assert error.value.code == "busy"
    assert standing(line) == {"visit": "live"}


def test_a_text_that_would_start_a_skipped_one_goes_to_the_live_otherwise(line: House) -> None:
    assert each(line, "visit", "promo") == ["Can you come?", "YES or NO?"]
    assert standing(line) == {"visit": "live"}


def test_one_that_skips_begins_where_nobody_is_busy(line: House) -> None:
    assert each(line, "visit", "yes", "promo")[-1] == "Half off!"
