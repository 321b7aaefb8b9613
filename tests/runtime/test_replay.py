"""What is on record of a conversation, replayed, gives it as it is stored."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from convo.flow.advance import advance, open_session, reopened_session
from convo.flow.session import (
    Closed,
    Event,
    HandedBack,
    Phase,
    Reopened,
    Replied,
    Resumed,
    Session,
    Started,
    TimedOut,
    Undelivered,
)
from convo.messages import Contact, Reason, Trouble
from convo.runtime import inbox
from convo.runtime.sessions import decode
from convo.runtime.starting import Start
from convo.store import events
from convo.store.conversations import Stored
from tests.runtime.conftest import Build
from tests.runtime.flows import FALLING, LASTING, LINE
from tests.runtime.house import ANA, OURS, House


@pytest.fixture
def line(build: Build) -> House:
    return build(flows={**LINE, "lasting": LASTING, "falling": FALLING})


READ: dict[str, Callable[[str], Event]] = {
    "Started": lambda _: Started(),
    "Replied": Replied,
    "TimedOut": TimedOut,
    "Undelivered": lambda visit: Undelivered(int(visit)),
    "Reopened": Reopened,
    "Resumed": lambda seconds: Resumed(timedelta(seconds=float(seconds))),
    "Closed": Closed,
    "HandedBack": lambda given: HandedBack(**json.loads(given)),
}


def replayed(house: House, stored: Stored, before: Session | None = None) -> Session:
    bundle = house.flow(stored.flow)
    session = open_session(bundle, Contact(ANA), OURS, "UTC", {}, stored.started_at)
    if before is not None:
        session = reopened_session(before, stored.started_at)
    for happened in house.do(lambda c: events.of_conversation(c, stored.id)):
        if happened.kind == "Resumed":
            session = replace(session, phase=Phase.SUSPENDED)
        event = READ[happened.kind](happened.data or "")
        session = advance(bundle, session, event, happened.at).session
    return session


def take(house: House, *words: str) -> None:
    for word in words:
        house.take(house.text(word))
        house.later(minutes=1)


def timeless(session: Session) -> Session:
    """Without what the sends settled: when a text was accepted is on record with the message."""
    return replace(session, clock_from=None, last_text_at=session.started_at)


def test_replies_misses_and_texts_of_one_transaction(line: House) -> None:
    line.take(*map(line.text, ("visit", "what?")))
    line.take(*map(line.text, ("hm", "person")))

    assert replayed(line, line.conversation()) == decode(line.conversation())


def test_a_reaction_is_no_reply(line: House) -> None:
    take(line, "visit", "Liked “Can you come?”", "hm")
    stored = line.conversation()

    assert stored.progress["tries"] == 1
    assert replayed(line, stored) == decode(stored)


def test_clocks(line: House) -> None:
    take(line, "visit")
    line.leaves()
    line.later(hours=4)
    line.wake()
    assert line.conversation().progress["fired"] == ["after 4 hours"]
    assert timeless(replayed(line, line.conversation())) == timeless(decode(line.conversation()))
    line.later(days=1)
    line.wake()

    assert line.conversation().outcome == "no_answer"
    assert timeless(replayed(line, line.conversation())) == timeless(decode(line.conversation()))


def test_an_expiry(line: House) -> None:
    take(line, "survey")
    line.leaves()
    line.later(days=8)
    line.wake()

    assert line.conversation().outcome == "expired"
    assert replayed(line, line.conversation()) == decode(line.conversation())


def test_what_could_not_be_delivered(line: House) -> None:
    take(line, "falling")
    line.fails(Trouble.PERMANENT, Reason.UNREACHABLE)
    take(line, "hm")

    assert line.conversation().state == "second"
    assert replayed(line, line.conversation()) == decode(line.conversation())


@pytest.mark.parametrize("state", [None, "ask"])
def test_a_hand_off_and_back(line: House, state: str | None) -> None:
    take(line, "visit", "person")
    back = inbox.HandBack(line.conversation().id, state)
    line.do(lambda c: inbox.hand_back(line.line(c), back))

    assert replayed(line, line.conversation()) == decode(line.conversation())


def test_a_hand_back_with_variables(build: Build) -> None:
    house = build(
        flows={"lasting": LASTING.replace("then: bye}", "then: desk}\n  desk: {hand_off: desk, then: bye}")}
    )
    take(house, "lasting", "Ana")
    back = inbox.HandBack(house.conversation().id, vars={"name": "Anna"})
    house.do(lambda c: inbox.hand_back(house.line(c), back))

    assert house.said()[-1] == "Bye Anna."
    assert replayed(house, house.conversation()) == decode(house.conversation())


def test_what_came_afterwards(line: House) -> None:
    take(line, "lasting", "Ana", "hello", "hm")
    first, second = line.conversations(ANA)

    assert replayed(line, second, decode(first)) == decode(second)


def test_a_conversation_that_was_closed(line: House) -> None:
    take(line, "visit", "hm")
    number = line.conversation().id
    line.do(lambda c: inbox.close(line.line(c), number, "settled"))

    assert replayed(line, line.conversation()) == decode(line.conversation())


def test_a_stop(line: House) -> None:
    take(line, "visit", "hm", "stop")

    assert replayed(line, line.conversation()) == decode(line.conversation())


def test_one_that_waited_and_one_that_waited_in_vain(line: House) -> None:
    take(line, "visit", "survey")
    line.begin(Start("deaf", ANA, OURS))
    take(line, "yes", "hm")
    line.later(hours=1)
    line.wake()

    _, survey, deaf = line.conversations(ANA)
    assert (survey.progress["tries"], deaf.outcome) == (1, "never_started")
    assert replayed(line, survey) == decode(survey)
    assert replayed(line, deaf) == decode(deaf)


def test_one_that_was_suspended(line: House) -> None:
    take(line, "survey", "hm", "code", "hm")
    line.later(minutes=3)
    take(line, "ok", "hm")
    survey, code = line.conversations(ANA)

    assert survey.progress["tries"] == 2
    assert replayed(line, survey) == decode(survey)
    assert replayed(line, code) == decode(code)


def test_messages_and_events_share_one_row_of_numbers_in_their_order(line: House) -> None:
    line.take(*map(line.text, ("visit", "survey", "yes", "good", "stop", "start", "visit")))
    line.leaves()
    line.take(line.text("yes"))

    numbers = line.rows("SELECT id FROM message UNION ALL SELECT id FROM event ORDER BY id")
    assert len(set(numbers)) == len(numbers)
    order = line.rows(
        "SELECT id, text AS what FROM message WHERE kind <> 'stop_confirmation' UNION ALL "
        "SELECT id, kind FROM event ORDER BY id"
    )
    assert [what for _, what in order][:12] == [
        "visit", "Started", "Can you come?", "survey", "yes", "See you!", "Started", "How was it?",
        "good", "Noted.", "stop", "start",
    ]  # fmt: skip
