"""The first line: what comes is stored once, answered once, in order, and nothing else is lost by it."""

from typing import Any

import pytest

from convo.errors import ConvoError
from convo.flow.advance import advance
from convo.flow.session import Phase, Replied, Session, Turn
from convo.messages import Unread
from convo.runtime import turns
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, CAT, OURS, VISIT, House


def test_a_text_that_is_delivered_twice_is_stored_and_answered_once(house: House) -> None:
    hello = house.text("visit")
    house.take(hello, hello)
    house.take(hello)

    assert [message.text for message in house.history(ANA)] == ["visit", "Can you come?"]
    assert len(house.conversations(ANA)) == 1


def test_the_same_words_under_another_id_are_another_text(house: House) -> None:
    house.take(house.text("visit"))
    house.take(house.text("hm"), house.text("hm"))

    assert house.said() == ["Can you come?", "YES or NO?", "YES or NO?"]


def test_two_texts_of_one_contact_in_one_batch_are_answered_in_order(house: House) -> None:
    house.take(house.text("visit"), house.text("what?"), house.text("yes"))

    assert [message.text for message in house.history(ANA)] == [
        "visit", "Can you come?", "what?", "YES or NO?", "yes", "See you!",
    ]  # fmt: skip
    assert house.conversation().outcome == "confirmed"


def test_many_contacts_in_one_batch_have_conversations_of_their_own(house: House) -> None:
    people = [f"+1555000{place:04d}" for place in range(40)]
    house.take(*(house.text("visit", person) for person in people))
    house.take(*(house.text("yes" if place % 2 else "hm", who) for place, who in enumerate(people)))

    assert all(house.said(who) == ["Can you come?", "See you!"] for who in people[1::2])
    assert all(house.said(who) == ["Can you come?", "YES or NO?"] for who in people[::2])


def test_the_last_answer_and_the_first_text_of_the_next_conversation_in_one_batch(house: House) -> None:
    house.take(house.text("visit"))
    house.take(house.text("yes"), house.text("visit"))

    assert house.said() == ["Can you come?", "See you!", "Can you come?"]
    assert [stored.status for stored in house.conversations(ANA)] == [Phase.ENDED, Phase.LIVE]


def test_texts_to_a_person_are_kept_with_the_conversation_and_unanswered(house: House) -> None:
    ana = house.phone()
    ana.text("visit")
    ana.text("person")
    said = house.said()
    ana.text("are you there?")
    ana.text("yes")

    assert said == house.said() == ["Can you come?", "A person will text you."]
    stored = house.conversation()
    assert (stored.status, stored.queue) == (Phase.HANDED_OFF, "reception")
    belongs = {message.text: message.conversation for message in house.history(ANA)}
    assert belongs["are you there?"] == belongs["yes"] == stored.id


def test_a_text_that_nothing_takes_is_stored_unanswered(house: House) -> None:
    house.take(house.text("good morning"))

    (stored,) = house.history(ANA)
    assert (stored.text, stored.conversation) == ("good morning", None)
    assert house.conversations(ANA) == []


def test_a_text_that_breaks_the_flow_is_kept_with_its_error_while_its_batch_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(flows: Any, session: Session, event: Any, now: Any) -> Turn:
        if event == Replied("boom"):
            raise ZeroDivisionError("a bug of ours")
        return advance(flows, session, event, now)

    house.take(*(house.text("visit", who) for who in (ANA, BEN, CAT)))
    monkeypatch.setattr(turns, "advance", breaks)
    house.take(
        house.text("yes", ANA), house.text("boom", BEN, name="bad"), house.text("yes", BEN),
        house.text("yes", CAT),
    )  # fmt: skip

    assert house.said(ANA) == house.said(CAT) == ["Can you come?", "See you!"]
    assert [message.text for message in house.history(BEN)] == [
        "visit", "Can you come?", "boom", "yes", "See you!",
    ]  # fmt: skip
    assert house.rows("SELECT provider_id, error FROM receipt WHERE error IS NOT NULL") == [
        ("bad", "a bug of ours")
    ]


def test_a_conversation_whose_version_is_unknown_is_given_to_a_person_with_its_text(house: House) -> None:
    house.take(house.text("visit"))
    house.rows("UPDATE conversation SET version = 'gone' RETURNING id")
    house.take(house.text("yes"), house.text("visit", BEN))

    assert house.said(BEN) == ["Can you come?"]
    stored = house.conversation()
    assert (stored.status, stored.queue) == (Phase.HANDED_OFF, "errors")
    assert "the flow version gone is not in the database" in str(stored.trouble)
    assert [m.conversation for m in house.history(ANA) if m.text == "yes"] == [stored.id]


def test_a_conversation_finishes_on_the_version_that_it_began_with(build: Build) -> None:
    house = build(flows={"visit": VISIT})
    house.take(house.text("visit"))
    file = house.settings.flows / "visit.yaml"
    file.write_text(VISIT.replace("See you!", "Until then!"))
    house.library.read()
    house.library.publish()
    house.do(lambda c: house.library.save(c, house.clock()))
    house.take(house.text("yes"), house.text("visit", BEN), house.text("yes", BEN))

    assert house.said(ANA)[-1] == "See you!"
    assert house.said(BEN)[-1] == "Until then!"


def test_what_is_no_text_and_no_report_is_kept_raw_with_the_reason_once(house: House) -> None:
    strange = Unread("simulator", "an unknown event", b'{"type": "balloon"}')
    house.take(strange)
    house.take(strange)

    assert house.rows("SELECT error FROM receipt") == [("an unknown event",)]
    ((raw,),) = house.rows("SELECT raw FROM receipt")
    assert raw == strange.raw


def test_nulls_and_halves_of_emoji_are_stored_as_marks_and_answered(house: House) -> None:
    house.take(house.text("visit"))
    house.take(house.text("what\x00\ud83d", name="odd\x00"))

    assert house.history(ANA)[2].text == "what\ufffd\ufffd"
    assert house.said()[-1] == "YES or NO?"


def test_a_reason_with_a_null_in_it_keeps_nothing_else_from_being_stored(house: House) -> None:
    house.take(Unread("simulator", "status \x00 is unknown", b"raw"), house.text("visit"))

    assert house.said() == ["Can you come?"]
    ((error,),) = house.rows("SELECT error FROM receipt WHERE error IS NOT NULL")
    assert "is unknown" in str(error)


def test_a_number_with_a_flow_answers_what_nothing_else_takes(build: Build) -> None:
    house = build(numbers={OURS: Number(flow="visit")})
    house.take(house.text("anybody there?"))

    assert house.said() == ["Can you come?"]


def test_an_unknown_version_is_named_in_the_error(house: House) -> None:
    with pytest.raises(ConvoError, match="version 0123456789ab is not in the database"):
        house.do(lambda c: house.library.version(c, "0123456789abcdef"))
