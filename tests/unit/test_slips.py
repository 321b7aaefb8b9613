"""A reply that nearly is a choice is answered by the choices; it is never taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.flow.dates import Reading
from convo.flow.match import Reply, match, parse_patterns, restated, slip
from convo.keywords import START_WORDS, STOP_WORDS, classify

KEYS = ("yes, y, ok", "no, n", "move, change, has another day", "starts refund", "<number 1-5>", "/[a-z]\\d/")


def slips(text: str, *keys: str) -> bool:
    patterns = [pattern for key in keys or KEYS for pattern in parse_patterns(key)]
    return slip(Reply.of(text), patterns) is not None


@pytest.mark.parametrize(
    "text",
    ["yse", "eys", "YSE!", "mvoe", "mov", "moves", "mowe", "moce", "chnage",
     "hange", "chanage", "another dya", "refnd", "Refunt."],
)  # fmt: skip
def test_one_typing_slip(text: str) -> None:
    assert slips(text)


@pytest.mark.parametrize(
    "text",
    ["yes", "move", "change", "ye", "yess", "yas", "yet", "on", "o", "kо", "no!", "mvoee",
     "cahgne", "changing", "tomorrow", "6", "", "👍", "m o v e"],
)  # fmt: skip
def test_no_slip_or_more_than_one(text: str) -> None:
    assert not slips(text)


def test_a_slip_from_two_choices_is_nobodys() -> None:
    assert slips("bork", "book")
    assert not slips("bolk", "book", "bolt")
    assert not slips("book", "book", "boot")


letters = st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=9)


@given(letters, st.data())
def test_any_letter_can_be_wrong_missing_doubled_or_swapped(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    for typed in (
        word[:at] + "1" + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ):
        assert slips(typed, word) == (typed != word)


@given(letters, letters)
def test_a_slip_is_never_taken_for_the_choice(word: str, typed: str) -> None:
    if slips(typed, word):
        assert match(parse_patterns(word), Reply.of(typed), _never) is None


def _never() -> Reading:
    raise AssertionError("words are compared without knowing how to read")


@pytest.mark.parametrize(
    ("keys", "english", "french", "spanish"),
    [
        (["yes, y", "no", "move, change"], "Please reply YES, NO or MOVE.",
         "Merci de répondre YES, NO ou MOVE.", "Por favor, responda YES, NO o MOVE."),
        (["sí, s", "otro"], "Please reply SI or OTRO.", "Merci de répondre SI ou OTRO.",
         "Por favor, responda SI u OTRO."),
        (["has another day"], "Please reply ANOTHER DAY.", "Merci de répondre ANOTHER DAY.",
         "Por favor, responda ANOTHER DAY."),
        (["<number 1-5>", "agent"], "Please reply with a number from 1 to 5 or AGENT.",
         "Merci de répondre par un nombre de 1 à 5 ou AGENT.",
         "Por favor, responda con una cifra del 1 al 5 o AGENT."),
        (["👍, yes", "👎"], "Please reply YES or 👎.", "Merci de répondre YES ou 👎.",
         "Por favor, responda YES o 👎."),
        (["/[A-Z]+/", "<anything>"], "Sorry, I did not understand that.", "Désolé, je n'ai pas compris.",
         "Lo siento, no he entendido."),
    ],
)  # fmt: skip
def test_the_choices_are_said_again(keys: list[str], english: str, french: str, spanish: str) -> None:
    assert restated(keys, "en-GB") == restated(keys, "de") == english
    assert restated(keys, "fr-CA") == french
    assert restated(keys, "es-MX") == spanish


@pytest.mark.parametrize(
    ("asked", "near", "said"),
    [
        ("Répondez OUI ou NON.", None, "OUI ou NON"),
        ("{{ name }}, OUI, NON ou RAPPEL ?", "later", "OUI, NON ou RAPPEL"),
        ("OUI ou NON ?", "doctor", "OUI, NON ou DOCTOR"),  # what they nearly wrote is never left out
        ("Reply YES or PEUT-ETRE.", None, "YES ou PEUT-ETRE"),
        ("OUI {{ NON }} {% NON %}", None, "OUI"),
        ("Oui ou non ?", None, "YES, NO, LATER, MAYBE ou DOCTOR"),  # nothing stands there in capitals
        ("Oui ou non ?", "rappel", "YES, NO, RAPPEL, MAYBE ou DOCTOR"),
        ("OUIE, NONNES", None, "YES, NO, LATER, MAYBE ou DOCTOR"),
    ],
)
def test_the_choices_are_those_that_the_text_offers(asked: str, near: str | None, said: str) -> None:
    keys = ["yes, oui", "no, non", "later, rappel", "maybe, peut-être", "has doctor"]

    assert restated(keys, "fr", near, asked) == f"Merci de répondre {said}."


def test_a_kind_is_named_beside_the_words_that_the_text_offers() -> None:
    said = restated(["<number 1-8>", "no", "has question"], "en", None, "How many are you? Or NO.")

    assert said == "Please reply with a number from 1 to 8 or NO."


def test_what_is_said_again_is_no_question_and_no_word_of_the_keyword_layer() -> None:
    for language in ("en", "fr", "es"):
        text = restated(["yes", "no"], language)
        assert "?" not in text
        assert classify(text, opted_out=True) is None
        assert not {word.strip(",.").lower() for word in text.split()} & {*STOP_WORDS, *START_WORDS}
