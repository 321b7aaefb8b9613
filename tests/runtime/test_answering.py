"""Who answers STOP: nobody gets two answers, and a brand says it in its own words."""

import pytest

from convo.keywords import ANSWERS, KeywordKind
from convo.keywords.settings import AnsweredBy, Brand
from convo.messages import Kind
from convo.settings import Number
from tests.runtime.conftest import Build
from tests.runtime.house import ANA, OURS, House

STOP, START, HELP = KeywordKind.STOP, KeywordKind.START, KeywordKind.HELP
TOLL_FREE = "+18005550100"


@pytest.fixture
def silent(build: Build) -> House:
    """A house whose provider answers STOP and START itself."""
    return build(numbers={OURS: Number(stop_is_answered_by=AnsweredBy.PROVIDER)})


def test_what_the_provider_has_answered_is_recorded_in_silence(silent: House) -> None:
    silent.take(silent.text("visit"))
    for words in ("STOP", "stop", "visit", "START", "visit"):
        silent.take(silent.text(words))

    assert [entry.action for entry in silent.ledger()] == ["stop", "stop", "start"]
    assert [entry.wording for entry in silent.ledger()] == [None, None, None]
    assert [message.kind for message in silent.outgoing()] == [Kind.TEXT, Kind.TEXT]
    assert [stored.outcome for stored in silent.conversations(ANA)] == ["stopped", None]


def test_what_no_provider_acts_on_we_confirm_ourselves(silent: House) -> None:
    """They know single words: a phrase, or a word of another language, nobody else would confirm."""
    silent.take(silent.text("please stop texting me"))
    silent.take(silent.text("start"), silent.text("arrêt"))

    assert silent.answers(Kind.STOP_CONFIRMATION) == [ANSWERS[STOP]["en"], ANSWERS[STOP]["fr"]]


def test_help_is_ours_to_answer_where_only_stop_is_theirs(silent: House) -> None:
    silent.take(silent.text("help"))

    assert silent.answers(Kind.HELP_ANSWER) == [ANSWERS[HELP]["en"]]


def test_a_simulated_toll_free_number_is_answered_by_the_app(build: Build) -> None:
    house = build(numbers={TOLL_FREE: Number()})
    house.take(house.text("stop", number=TOLL_FREE))

    assert house.answers(Kind.STOP_CONFIRMATION) == [ANSWERS[STOP]["en"]]


@pytest.mark.parametrize("kind", [STOP, HELP])
def test_what_a_provider_took_for_a_keyword_is_one(house: House, kind: KeywordKind) -> None:
    """Whoever configured words at the provider, like `fin`, told nobody but the provider."""
    house.take(house.text("fin", answered=kind))

    (entry,) = house.ledger()
    assert (entry.action, entry.rule, entry.wording) == (kind, f"provider:{kind}", None)
    assert house.outgoing() == []


def test_a_yes_that_a_provider_takes_for_start_stays_the_answer_to_a_flow(house: House) -> None:
    house.take(house.text("visit"), house.text("yes", answered=START))

    assert house.said() == ["Can you come?", "See you!"]
    assert house.ledger() == []


def test_a_start_of_the_providers_making_brings_back_who_is_out(house: House) -> None:
    house.take(house.text("stop"), house.text("unmute", answered=START), house.text("visit"))

    assert house.said() == [ANSWERS[STOP]["en"], "Can you come?"]


def test_a_stop_of_ours_counts_whatever_the_provider_took_it_for(house: House) -> None:
    house.take(house.text("stop", answered=HELP), house.text("visit"))

    assert [entry.action for entry in house.ledger()] == [STOP]
    assert house.said() == [ANSWERS[STOP]["en"]]


def test_a_brand_answers_in_its_own_words_by_language(build: Build) -> None:
    brand = Brand(
        stop={
            "en": "Elm: you are out. START brings you back.",
            "fr": "Elm : c'est fait. START pour revenir.",
        },
        start={"en": "Elm: welcome back. STOP to leave."},
        help={"en": "Elm, 555 0100. STOP to leave.", "es": "Elm, 555 0100. STOP para salir."},
    )
    house = build(numbers={OURS: Number(brand="Elm")}, brands={"Elm": brand})
    house.take(house.text("stop"), house.text("start"))
    assert [*house.leaves(), *house.leaves()] == house.said()  # else the next stop takes the second back

    house.take(house.text("arrêt"), house.text("start"))
    house.take(house.text("help"), house.text("ayuda"), house.text("aide"))
    assert house.said() == [
        brand.stop["en"], brand.start["en"], brand.stop["fr"], brand.start["en"],
        brand.help["en"], brand.help["es"], brand.help["en"],
    ]  # fmt: skip


def test_a_number_says_its_help_by_language(build: Build) -> None:
    own = {"en": "Elm, visits. STOP to leave.", "fr": "Elm, visites. STOP pour arrêter."}
    house = build(numbers={OURS: Number(help=own)})
    house.take(house.text("help"), house.text("aide"), house.text("ayuda"))

    assert house.said() == [own["en"], own["fr"], own["en"]]


def test_a_word_of_two_languages_is_answered_in_the_contacts_own(house: House) -> None:
    house.take(house.text("hello"))
    house.rows("UPDATE contact SET language = 'pt-BR' RETURNING id")
    house.take(house.text("cancelar"))

    assert house.said() == [ANSWERS[STOP]["pt"]]
