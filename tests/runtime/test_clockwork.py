"""Clocks go off at their time, each once, also after everybody slept; a broken flow calls a person."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from convo.flow.advance import advance
from convo.flow.session import Phase, Session, TimedOut, Turn
from convo.messages import Reason, Status, Trouble
from convo.runtime import turns
from convo.runtime.clockwork import Clockwork
from convo.runtime.starting import Start
from convo.store import events
from tests.runtime.house import ANA, BEN, OURS, House


@pytest.fixture
def asked(house: House) -> House:
    """Ana was asked, and her clocks count."""
    house.take(house.text("visit"))
    house.leaves()
    return house


def test_nothing_wakes_before_its_time(asked: House) -> None:
    asked.later(hours=3, minutes=59)
    assert asked.wake() == 0

    asked.later(minutes=1)
    assert asked.wake() == 1
    assert asked.leaves() == ["Still there?"]
    assert asked.wake() == 0


def test_the_nudge_and_the_close_come_at_their_times_and_once(asked: House) -> None:
    asked.wait(timedelta(days=30))
    assert [m.text for m in asked.outgoing()] == ["Can you come?", "Still there?", "Another time, then."]
    assert asked.conversation().outcome == "no_answer"


def test_after_a_long_sleep_the_close_happens_and_the_nudge_that_never_left_is_withdrawn(
    asked: House,
) -> None:
    asked.later(days=3)
    asked.wake()

    assert asked.conversation().outcome == "no_answer"
    nudge = asked.message("Still there?")
    assert (nudge.status, nudge.reason) == (Status.WITHDRAWN, Reason.LEFT_STATE)
    assert asked.leaves() == ["Another time, then."]
    events = asked.rows("SELECT kind, data FROM event ORDER BY id")
    assert events == [("Started", None), ("TimedOut", "after 4 hours"), ("TimedOut", "after 20 hours")]


def test_an_answer_withdraws_the_nudge_that_waits_for_a_retry(asked: House) -> None:
    asked.later(hours=4)
    asked.wake()
    asked.fails(Trouble.RETRY)
    asked.take(asked.text("yes"))

    assert asked.leaves() == ["See you!"]
    asked.later(hours=1)
    assert asked.leaves() == []


def test_everybody_whose_time_has_come_is_woken_at_once(house: House) -> None:
    people = [f"+1555000{place:04d}" for place in range(12)]
    house.take(*(house.text("visit", person) for person in people))
    house.leaves()
    house.later(hours=20)

    assert house.wake() == 12
    assert all(house.conversations(who)[-1].outcome == "no_answer" for who in people)


def test_a_conversation_whose_flow_breaks_goes_to_a_person_and_is_not_woken_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(flows: Any, session: Session, event: Any, now: Any) -> Turn:
        if isinstance(event, TimedOut) and session.contact.number == ANA:
            raise ZeroDivisionError("a bug of ours")
        return advance(flows, session, event, now)

    house.take(house.text("visit", ANA), house.text("visit", BEN))
    house.leaves()
    monkeypatch.setattr(turns, "advance", breaks)
    house.later(hours=4)
    assert house.wake() == 2

    broken = house.conversation(ANA)
    assert (broken.status, broken.queue, broken.trouble) == (Phase.HANDED_OFF, "errors", "a bug of ours")
    assert broken.wake_at is None
    assert house.leaves() == ["Still there?"]
    assert house.said(BEN)[-1] == "Still there?"
    house.later(days=30)
    house.wake()
    assert house.conversation(ANA).status == Phase.HANDED_OFF


def test_a_version_that_is_gone_calls_a_person(asked: House) -> None:
    asked.rows("UPDATE conversation SET version = 'gone' RETURNING id")
    asked.later(hours=4)
    asked.wake()

    stored = asked.conversation()
    assert (stored.status, stored.queue, stored.wake_at) == (Phase.HANDED_OFF, "errors", None)
    assert "version gone" in str(stored.trouble)


def test_a_text_moves_the_expiry(house: House) -> None:
    house.begin(Start("invite", ANA, OURS, {"name": "Ana"}))
    house.take(house.text("person", BEN), house.text("visit", BEN), house.text("person", BEN))
    while house.leaves():
        pass
    house.later(days=6)
    house.take(house.text("still here", BEN))
    house.later(days=2)
    house.wake()
    assert house.conversation(BEN).status == Phase.HANDED_OFF

    house.later(days=5)
    house.wake()
    assert house.conversation(BEN).outcome == "expired"


def test_a_stop_is_on_record_as_what_closed_the_conversation_and_not_as_a_reply(house: House) -> None:
    house.take(house.text("visit"), house.text("what?"), house.text("STOP"))
    stored = house.conversation()
    history = house.do(lambda c: events.of_conversation(c, stored.id))
    assert [(one.kind, one.data) for one in history] == [
        ("Replied", "visit"),  # nobody listened yet
        ("Started", None),
        ("Replied", "what?"),
        ("Closed", "stopped"),
    ]


def test_one_that_is_woken_and_ended_at_once_ends(house: House) -> None:
    """`asyncio.wait_for` of Python 3.11 would go on."""

    async def story() -> None:
        clock = Clockwork(house.store, house.settings, house.library, house.clock, lambda: None)
        for steps in range(4):  # of the event loop in between
            working = asyncio.create_task(clock.run())
            while not clock._wake._waiters:  # noqa: ASYNC110 - it tells nobody that it rests
                await asyncio.sleep(0.001)
            clock.wake()
            for _ in range(steps):
                await asyncio.sleep(0)
            working.cancel()
            await asyncio.wait([working], timeout=30)
            assert working.cancelled(), steps

    asyncio.run(story())
