"""Quiet hours move texts: they leave when the window opens, in order, at their number's pace."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from convo.flow.session import Phase
from convo.messages import Purpose, Reason, Status, Trouble
from convo.runtime.inbox import Reply, reply
from convo.runtime.starting import Start
from convo.settings import Number
from convo.testing.world import World
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, OURS, House

NIGHT = datetime(2026, 11, 30, 22, 0, tzinfo=UTC)  # and in London
MORNING = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
TALK = """\
flow: talk
start: ask
triggers: {keyword: [talk]}
expires: 3 hours
states:
  ask:
    say: [Hello., Can you come?]
    replies: {yes: done, person: desk}
    otherwise: {say: "YES or NO?", tries: 3, then: done}
    after:
      1 hour: {say: Still there?}
      2 hours: done
  desk: {say: A person will text you., hand_off: reception, then: done}
  done: {say: Bye., end: done}
"""
ONCE = """\
flow: once
start: ask
needs: {name: text}
expires: 2 hours
states:
  ask:
    say: Hi {{ name }}, all well?
    replies: {yes: done}
    otherwise: {say: "YES?", tries: 3, then: done}
  done: {say: Good., end: done}
"""


@pytest.fixture
def night(build: Build) -> House:
    """It is ten in the evening in London, and quiet until eight."""
    number = Number(timezone="Europe/London", quiet="21:00-08:00")
    house = build({OURS: number}, {"talk": TALK, "once": ONCE})
    house.clock.move_to(NIGHT)
    return house


def start(house: House, contact: str = ANA) -> None:
    house.begin(Start("once", contact, OURS, {"name": "Ana"}))


def test_a_text_at_night_waits_for_the_morning_and_says_why(night: House) -> None:
    start(night)

    assert night.leaves() == []
    waiting = night.message("Hi Ana, all well?")
    assert (waiting.status, waiting.reason, waiting.due_at) == (Status.QUEUED, Reason.QUIET_HOURS, MORNING)
    assert night.next_due() == MORNING
    night.clock.move_to(MORNING - timedelta(microseconds=1))
    assert night.leaves() == []
    night.clock.move_to(MORNING)
    assert night.leaves() == ["Hi Ana, all well?"]
    assert night.message("Hi Ana, all well?").reason is None


def test_whoever_texts_at_night_is_answered_at_once(night: House) -> None:
    night.take(night.text("talk"))
    assert night.leaves() == ["Hello."]
    assert night.leaves() == ["Can you come?"]
    night.take(night.text("hm"))
    assert night.leaves() == ["YES or NO?"]
    night.take(night.text("help"))
    assert len(night.leaves()) == 1


def test_what_a_clock_says_at_night_waits_though_the_contact_has_texted(night: House) -> None:
    night.take(night.text("talk"))
    while night.leaves():
        pass
    night.later(hours=1)
    night.wake()

    assert night.leaves() == []
    assert night.message("Still there?").due_at == MORNING
    # The state is left before: the text has lost its reason, and nobody is woken for it.
    night.later(hours=1)
    night.wake()
    night.clock.move_to(MORNING)
    assert night.leaves() == ["Bye."]
    assert night.message("Still there?").status is Status.WITHDRAWN


def test_an_answer_that_could_not_leave_for_a_quarter_of_an_hour_is_a_text_like_any_other(
    night: House,
) -> None:
    night.take(night.text("talk"))
    night.fails(Trouble.RETRY, after=15 * 60 + 1)
    night.later(minutes=15, seconds=1)

    assert night.leaves() == []
    assert night.message("Hello.").due_at == MORNING
    night.clock.move_to(MORNING)
    assert night.leaves() == ["Hello."]


def test_a_held_text_holds_back_the_later_ones_of_its_conversation(night: House) -> None:
    start(night)
    night.take(night.text("what?"))

    assert night.leaves() == []
    night.clock.move_to(MORNING)
    assert night.leaves() == ["Hi Ana, all well?"]
    assert night.leaves() == ["YES?"]


def test_the_clocks_of_a_state_wait_with_its_text(night: House) -> None:
    night.begin(Start("talk", ANA, OURS))
    night.later(hours=9, minutes=59)
    night.wake()
    assert night.said() == ["Hello.", "Can you come?"]
    night.clock.move_to(MORNING)
    assert [night.leaves(), night.leaves()] == [["Hello."], ["Can you come?"]]
    night.later(minutes=59)
    night.wake()
    assert night.leaves() == []
    night.later(minutes=1)
    night.wake()
    assert night.leaves() == ["Still there?"]


def test_a_conversation_does_not_expire_before_its_text_has_left(night: House) -> None:
    start(night)
    night.later(hours=2, minutes=1)
    night.wake()
    assert night.conversation().status == Phase.LIVE

    night.clock.move_to(MORNING)
    assert night.leaves() == ["Hi Ana, all well?"]
    night.later(hours=1, minutes=59)
    night.wake()
    assert night.conversation().status == Phase.LIVE
    night.later(minutes=2)
    night.wake()
    assert night.conversation().outcome == "expired"


def test_a_held_text_is_tried_for_a_day_from_the_morning_on(build: Build) -> None:
    weekend = Number(timezone="UTC", quiet="Sat-Sun")
    house = build({OURS: weekend}, {"once": ONCE})
    house.clock.move_to(datetime(2026, 12, 5, 0, 0, tzinfo=UTC))  # a Saturday
    start(house)
    house.clock.move_to(datetime(2026, 12, 7, 0, 0, tzinfo=UTC))
    house.fails(Trouble.RETRY)
    assert house.message("Hi Ana, all well?").status is Status.QUEUED
    house.later(hours=23, minutes=59, seconds=59)
    house.fails(Trouble.RETRY)
    assert house.message("Hi Ana, all well?").reason is Reason.GAVE_UP


def test_quiet_hours_between_two_tries_are_no_tries(build: Build) -> None:
    house = build({OURS: Number(timezone="UTC", quiet="Sat-Sun")}, {"once": ONCE})
    friday = datetime(2026, 12, 4, 23, 59, tzinfo=UTC)
    house.clock.move_to(friday)
    start(house)
    house.fails(Trouble.RETRY, after=120)
    house.later(minutes=2)
    assert house.leaves() == []
    house.clock.move_to(datetime(2026, 12, 7, 0, 0, tzinfo=UTC))
    house.fails(Trouble.RETRY)

    assert house.message("Hi Ana, all well?").status is Status.QUEUED


def test_the_time_is_looked_at_again_when_the_text_is_claimed(night: House) -> None:
    """It was queued by day, and its provider was away until the night."""
    night.clock.move_to(MORNING)
    start(night)
    night.fails(Trouble.RETRY, after=14 * 3600)
    night.later(hours=14)

    assert night.leaves() == []
    assert night.message("Hi Ana, all well?").due_at == MORNING + timedelta(days=1)


def test_a_person_answers_at_night_within_the_hour(night: House) -> None:
    night.take(night.text("talk"), night.text("person"))
    while night.leaves():
        pass
    stored = night.conversation()
    night.later(minutes=59)
    night.do(lambda c: reply(night.line(c), Reply(stored.id, "What is it?")))
    assert night.leaves() == ["What is it?"]

    night.later(minutes=2)
    night.do(lambda c: reply(night.line(c), Reply(stored.id, "Are you still up?")))
    assert night.leaves() == []
    assert night.message("Are you still up?").due_at == MORNING


def test_every_contact_has_mornings_of_their_own(night: House) -> None:
    night.begin(Start("once", ANA, OURS, {"name": "Ana"}, timezone="Asia/Tokyo"))  # seven in the morning
    night.begin(
        Start("once", BEN, OURS, {"name": "Ben"}, timezone="America/New_York")
    )  # five in the afternoon
    new_york, france = "+12125550123", "+33612345678"
    night.begin(Start("once", new_york, OURS, {"name": "Cat"}))
    night.begin(Start("once", france, OURS, {"name": "Dan"}))

    assert sorted(night.leaves()) == ["Hi Ben, all well?", "Hi Cat, all well?"]
    night.later(hours=1)
    assert night.leaves() == ["Hi Ana, all well?"]
    night.clock.move_to(MORNING - timedelta(hours=1))
    assert night.leaves() == ["Hi Dan, all well?"]


def test_a_region_with_several_zones_gets_the_hours_that_all_of_them_allow(night: House) -> None:
    australian = "+61412345678"  # a mobile number: anywhere from the Cocos Islands to Lord Howe
    start(night, australian)
    cocos_opens = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)
    assert night.next_due() == cocos_opens


def test_codes_and_talks_of_other_purposes_are_not_held(build: Build) -> None:
    code = "flow: code\npurpose: verification\nstart: tell\nstates:\n  tell: {say: Your code., end: told}\n"
    house = build({OURS: Number(quiet="00:00-23:59")}, {"code": code})
    house.begin(Start("code", ANA, OURS))
    assert house.leaves() == ["Your code."]


def test_a_purpose_without_quiet_hours_is_not_held(build: Build) -> None:
    house = build({OURS: Number.model_validate({"quiet": {"marketing": "00:00-23:59"}})}, {"once": ONCE})
    start(house)
    assert house.leaves() == ["Hi Ana, all well?"]


def test_a_stop_at_night_withdraws_what_is_held(night: House) -> None:
    start(night)
    night.take(night.text("stop"))
    assert len(night.leaves()) == 1  # its confirmation
    night.clock.move_to(MORNING)

    assert night.leaves() == []
    assert night.message("Hi Ana, all well?").reason is Reason.STOPPED


def test_held_texts_leave_at_their_numbers_pace(build: Build) -> None:
    number = Number(timezone="UTC", quiet="21:00-08:00", rate="3/second")
    house = build({OURS: number}, {"once": ONCE})
    house.clock.move_to(NIGHT)
    for place in range(10):
        start(house, f"+1555000{place:04}")
    house.clock.move_to(MORNING)
    left = []
    for _ in range(4):
        left.append(len(house.leaves()))
        house.later(seconds=1)

    assert left == [3, 3, 3, 1]


def test_quiet_hours_that_were_changed_are_looked_at_again_when_convo_starts(night: House) -> None:
    assert not night.reconsider()
    start(night)
    assert not night.reconsider()
    later = Number(timezone="Europe/London", quiet="21:00-10:00")
    night.changes({OURS: later})
    assert night.reconsider()
    assert not night.reconsider()
    night.claim()
    assert night.message("Hi Ana, all well?").due_at == MORNING + timedelta(hours=2)

    night.changes({})
    assert night.reconsider()
    assert night.leaves() == ["Hi Ana, all well?"]
    assert not night.reconsider()


ZONES = (
    "America/New_York", "America/Los_Angeles", "America/Havana", "America/Santiago", "America/St_Johns",
    "Europe/London", "Europe/Paris", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Jerusalem",
    "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham", "Asia/Kolkata",
)  # fmt: skip


@pytest.mark.parametrize("change", ["2026-03-08", "2026-03-28", "2026-04-05", "2026-10-25", "2026-11-01"])
def test_over_a_change_of_the_clocks_every_text_leaves_once_and_by_day(tmp_path: Path, change: str) -> None:
    """Two days around a change somewhere; a text is wanted every hour, in one zone after another."""
    (tmp_path / "once.yaml").write_text(ONCE)
    begin = datetime.fromisoformat(change).replace(tzinfo=UTC) - timedelta(hours=20)
    quiet = Number(timezone="UTC", quiet="20:30-08:30, Sun 00:00-12:00")
    with World(tmp_path, begin, {OURS: quiet}) as world:
        for hour in range(72):
            if hour < 44:
                zone, contact = ZONES[hour % len(ZONES)], f"+1555000{hour:04}"
                world.learn(contact, timezone=zone)
                world.start(Start("once", contact, OURS, {"name": zone}))
            world.wait(timedelta(hours=1))
        left = [(sent.text, sent.first_tried_at) for sent in world.sent]

    assert len(left) == 44
    hours = quiet.quiet.of(Purpose.TRANSACTIONAL)
    assert hours is not None
    for text, moment in left:
        assert moment is not None
        zone = text.removeprefix("Hi ").removesuffix(", all well?")
        assert hours.until(moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) is None, (text, moment)
