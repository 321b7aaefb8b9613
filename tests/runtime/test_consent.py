"""STOP, START and HELP: one answer each, silence after a STOP, and a ledger that nobody can change."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from convo.flow.session import Phase
from convo.keywords import ANSWERS, KeywordKind
from convo.messages import Kind, Reason, SendError, Status, Trouble
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, BEN, OURS, VISIT, House

STOPPED = ANSWERS[KeywordKind.STOP]
STARTED = ANSWERS[KeywordKind.START]
OTHER = "+15550008888"


def test_stop_ends_the_conversation_withdraws_its_texts_and_is_confirmed(house: House) -> None:
    house.take(house.text("visit"), house.text("hm"))
    house.take(house.text("STOP"))

    stored = house.conversation()
    assert (stored.status, stored.outcome, stored.wake_at) == (Phase.ENDED, "stopped", None)
    assert [(m.text, m.status, m.reason) for m in house.outgoing()] == [
        ("Can you come?", Status.WITHDRAWN, Reason.STOPPED),
        ("YES or NO?", Status.WITHDRAWN, Reason.STOPPED),
        (STOPPED["en"], Status.QUEUED, None),
    ]
    assert house.leaves() == [STOPPED["en"]]
    assert house.leaves() == []


def test_texts_of_one_batch_around_a_stop_do_not_leave_either(house: House) -> None:
    house.take(house.text("visit"), house.text("stop"), house.text("visit"), house.text("yes please"))

    assert house.leaves() == [STOPPED["en"]]
    assert house.leaves() == []
    assert len(house.conversations(ANA)) == 1


def test_a_stop_that_is_repeated_is_confirmed_once(house: House) -> None:
    again = house.text("stop")
    house.take(again, again)
    house.take(again, house.text("STOP!"), house.text("unsubscribe"))

    assert house.answers(Kind.STOP_CONFIRMATION) == [STOPPED["en"]]
    assert [entry.wording is not None for entry in house.ledger()] == [True, False, False]


def test_a_stop_closes_a_conversation_that_a_person_has(house: House) -> None:
    house.take(house.text("visit"), house.text("person"))
    house.take(house.text("stop"))

    stored = house.conversation()
    assert (stored.status, stored.outcome, stored.queue) == (Phase.ENDED, "stopped", None)


def test_who_is_opted_out_is_heard_but_starts_nothing(house: House) -> None:
    ana = house.phone()
    ana.text("stop")
    ana.reads(STOPPED["en"])
    ana.text("visit")

    assert ana.unread() == []
    assert house.history(ANA)[-1].text == "visit"
    assert house.conversations(ANA) == []


def test_start_brings_back_and_is_confirmed_once(house: House) -> None:
    ana = house.phone()
    for words in ("stop", "start", "start", "visit"):
        ana.text(words)

    assert ana.unread() == [STOPPED["en"], STARTED["en"], "Can you come?"]


def test_yes_brings_back_only_who_is_out(house: House) -> None:
    ana = house.phone()
    for words in ("stop", "yes", "visit", "yes"):
        ana.text(words)

    assert ana.unread() == [STOPPED["en"], STARTED["en"], "Can you come?", "See you!"]


def test_a_start_that_a_stop_follows_at_once_is_not_confirmed_any_more(house: House) -> None:
    ana = house.phone()
    ana.text("stop")
    ana.reads(STOPPED["en"])
    house.take(house.text("start"), house.text("help"), house.text("stop"))

    assert [house.leaves(), house.leaves(), house.leaves()] == [
        [ANSWERS[KeywordKind.HELP]["en"]], [STOPPED["en"]], [],
    ]  # fmt: skip
    welcome = house.message(STARTED["en"])
    assert (welcome.status, welcome.reason) == (Status.WITHDRAWN, Reason.STOPPED)


@pytest.mark.parametrize(
    ("trouble", "fate"), [(Trouble.LATER, Status.WITHDRAWN), (Trouble.RETRY, Status.UNCERTAIN)]
)
def test_nor_is_one_whose_confirmation_was_under_way_tried_again(
    house: House, trouble: Trouble, fate: Status
) -> None:
    house.take(house.text("stop"))
    house.leaves()
    house.take(house.text("start"))
    (welcome,) = house.claim()
    house.take(house.text("stop"))
    house.settle(house.result(welcome, SendError(trouble)))
    house.later(minutes=1)

    assert house.leaves() == [STOPPED["en"]]
    assert house.leaves() == []
    assert house.message(STARTED["en"]).status is fate


def test_start_from_someone_who_never_stopped_is_on_record_and_unanswered(house: House) -> None:
    house.take(house.text("start"))

    assert house.outgoing() == []
    assert [entry.action for entry in house.ledger()] == [KeywordKind.START]


def test_help_is_answered_by_the_numbers_own_text_to_people_who_are_out_too(build: Build) -> None:
    house = build(numbers={OURS: Number(help="Elm Street: call 555 0100.")})
    ana = house.phone()
    for words in ("help", "stop", "HELP?", "visit"):
        ana.text(words)

    assert ana.unread() == ["Elm Street: call 555 0100.", STOPPED["en"], "Elm Street: call 555 0100."]


def test_help_leaves_the_conversation_where_it_is(house: House) -> None:
    ana = house.phone()
    for words in ("visit", "info", "yes"):
        ana.text(words)

    assert ana.unread() == ["Can you come?", ANSWERS[KeywordKind.HELP]["en"], "See you!"]


@pytest.mark.parametrize(("word", "language"), [("ARRÊT", "fr"), ("désabonner", "fr"), ("baja", "es")])
def test_a_word_is_answered_in_its_language(house: House, word: str, language: str) -> None:
    ana = house.phone()
    ana.text(word)

    ana.reads(STOPPED[language])


def test_a_word_of_every_language_is_answered_in_the_contacts_own(house: House) -> None:
    house.take(house.text("hello"))
    house.rows("UPDATE contact SET language = 'fr-CA' RETURNING id")
    house.take(house.text("stop"), house.text("start"))

    assert house.said() == [STOPPED["fr"], STARTED["fr"]]


def test_a_stop_to_one_brand_leaves_another_brands_number_alone(build: Build) -> None:
    third = "+15550007777"
    house = build(numbers={OURS: Number(brand="Elm"), OTHER: Number(brand="Oak"), third: Number(brand="Elm")})
    for number in (OURS, OTHER, third):
        house.take(house.text("visit", number=number))
    house.take(house.text("stop", number=OURS))
    house.take(house.text("yes", number=OTHER), house.text("visit", number=third))

    assert {stored.number: stored.outcome for stored in house.conversations(ANA)} == {
        OURS: "stopped", third: "stopped", OTHER: "confirmed",
    }  # fmt: skip
    assert {message.number for message in house.outgoing() if message.text == "See you!"} == {OTHER}
    assert house.ledger("Oak") == []
    assert [entry.action for entry in house.ledger("Elm")] == [KeywordKind.STOP]


def test_the_ledger_says_who_did_what_by_which_words_and_what_they_were_told(house: House) -> None:
    house.take(house.text("¡Stop!", name="in-stop"))
    house.later(hours=1)
    house.take(house.text("Yes", name="in-yes"))

    stop, start = house.ledger()
    assert (stop.action, stop.text, stop.normalised, stop.rule, stop.actor, stop.provider_id) == (
        KeywordKind.STOP, "¡Stop!", "stop", "word:stop", "contact", "in-stop",
    )  # fmt: skip
    assert stop.wording == STOPPED["en"]
    assert (start.action, start.rule, start.at) == (KeywordKind.START, "word-when-out:yes", house.clock())


@pytest.mark.parametrize("change", ["UPDATE consent_entry SET action = 'start'", "DELETE FROM consent_entry"])
def test_the_database_itself_refuses_to_change_the_ledger(house: House, change: str) -> None:
    house.take(house.text("stop"))

    with pytest.raises(DBAPIError, match="consent_entry is append-only"):
        house.do(lambda c: c.execute(text(change)))
    assert [entry.action for entry in house.ledger()] == [KeywordKind.STOP]


def test_a_confirmation_that_could_not_leave_within_five_minutes_is_withdrawn(house: House) -> None:
    house.take(house.text("stop"))
    house.later(minutes=5, seconds=1)

    assert house.leaves() == []
    confirmation = house.message(STOPPED["en"])
    assert (confirmation.status, confirmation.reason) == (Status.WITHDRAWN, Reason.OUT_OF_DATE)


def test_a_confirmation_still_leaves_at_the_end_of_its_five_minutes(house: House) -> None:
    house.take(house.text("stop"))
    house.later(minutes=5)

    assert house.leaves() == [STOPPED["en"]]


def test_a_stop_is_answered_in_the_language_of_the_talk(build: Build) -> None:
    house = build(flows={"visite": VISIT.replace("flow: visit", "flow: visite\nlanguage: fr")})
    house.take(house.text("visit"), house.text("STOP"))
    house.take(house.text("STOP", BEN))

    assert house.answers(Kind.STOP_CONFIRMATION) == [STOPPED["fr"]]
    assert house.answers(Kind.STOP_CONFIRMATION, BEN) == [STOPPED["en"]]


def test_a_start_is_answered_in_the_language_of_the_talk_that_was(build: Build) -> None:
    house = build(flows={"visite": VISIT.replace("flow: visit", "flow: visite\nlanguage: fr")})
    house.take(house.text("visit"), house.text("STOP"))
    house.later(days=40)
    house.take(house.text("START"))

    assert house.answers(Kind.START_CONFIRMATION) == [STARTED["fr"]]
