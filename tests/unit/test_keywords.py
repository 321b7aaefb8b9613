"""Every word of the consent list is taken, however it is typed; a text that merely holds one is not."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.keywords import ANSWERS, KeywordKind, answer, classify, normalise

STOP, START, HELP = KeywordKind.STOP, KeywordKind.START, KeywordKind.HELP

# CONSENT.md, word by word: what it is, and the language of its answer (None: the contact's own).
WORDS: list[tuple[str, KeywordKind, str | None]] = [
    ("stop", STOP, None), ("stopall", STOP, "en"), ("stop all", STOP, "en"), ("unsubscribe", STOP, "en"),
    ("cancel", STOP, "en"), ("end", STOP, "en"), ("quit", STOP, "en"), ("revoke", STOP, "en"),
    ("optout", STOP, "en"), ("opt out", STOP, "en"), ("opt-out", STOP, "en"), ("remove", STOP, "en"),
    ("arret", STOP, "fr"), ("arrêt", STOP, "fr"), ("arrete", STOP, "fr"), ("arrête", STOP, "fr"),
    ("desabonner", STOP, "fr"), ("désabonnement", STOP, "fr"),
    ("alto", STOP, "es"), ("parar", STOP, "es"), ("baja", STOP, "es"), ("cancelar", STOP, "es"),
    ("no mas", STOP, "es"), ("no más", STOP, "es"),
    ("start", START, None), ("unstop", START, "en"), ("subscribe", START, "en"), ("resume", START, "en"),
    ("help", HELP, "en"), ("info", HELP, None), ("aide", HELP, "fr"), ("ayuda", HELP, "es"),
]  # fmt: skip


def _full_width(word: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in word)


VARIANTS: dict[str, Callable[[str], str]] = {
    "as it is": lambda word: word,
    "upper case": str.upper,
    "a capital": str.capitalize,
    "a full stop": lambda word: f"{word}.",
    "quotes": lambda word: f'"{word.upper()}"',
    "curly quotes": lambda word: f"“{word}”",
    "guillemets": lambda word: f"« {word} »",
    "exclamation marks": lambda word: f"¡{word}!!!",
    "blanks": lambda word: f"  \t{word}\r\n",
    "more blanks inside": lambda word: word.replace(" ", "  \u00a0 "),
    "an emoji behind": lambda word: f"{word} 🙏🏽",
    "an emoji in front": lambda word: f"🛑{word}",
    "a family of emoji": lambda word: f"{word}👩‍👩‍👧",
    "full width": _full_width,
    "zero-width characters": lambda word: "\u200b".join(word) + "\ufeff",
    "accents apart": lambda word: word.replace("e", "e\u0301"),
    "right-to-left marks": lambda word: f"\u202a{word}\u202c",
}


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(("word", "kind", "language"), WORDS, ids=[word for word, _, _ in WORDS])
def test_every_word_is_taken_however_it_is_typed(
    word: str, kind: KeywordKind, language: str | None, variant: str
) -> None:
    found = classify(VARIANTS[variant](word), opted_out=False)

    assert found is not None
    assert (found.kind, found.language) == (kind, language)
    assert found.rule == f"word:{found.normalised}"


@pytest.mark.parametrize("opted_out", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "I can't stop laughing", "the bus stop", "cancel my appointment", "STOP 12345", "stop it", "non stop",
        "please don't stop", "the end", "weekend", "in the end", "I quit smoking", "removed", "opt outside",
        "can you help me?", "more info please", "need help", "help!me", "informations", "starting",
        "start at 9", "restart", "my resume", "yes please", "yes!no", "no", "ok", "stopp", "sto p", "s.t.o.p",
        "arrêtez-vous ici", "une aide", "alto ahí", "bajar", "no mas tarde", "", " ", "...", "🛑", "👍",
        "STOP\n\nSent from my phone",
    ],
)  # fmt: skip
def test_a_text_that_merely_holds_a_word_is_none(text: str, opted_out: bool) -> None:
    assert classify(text, opted_out=opted_out) is None


@pytest.mark.parametrize("text", ["yes", "Yes!", "YES 👍", "“yes”"])
def test_yes_brings_back_only_who_is_opted_out(text: str) -> None:
    assert classify(text, opted_out=False) is None

    back = classify(text, opted_out=True)
    assert back is not None
    assert (back.kind, back.rule) == (START, "word-when-out:yes")


@pytest.mark.parametrize(("word", "kind", "language"), WORDS, ids=[word for word, _, _ in WORDS])
def test_words_count_for_who_is_opted_out_as_well(word: str, kind: KeywordKind, language: str | None) -> None:
    found = classify(word, opted_out=True)

    assert found is not None
    assert found.kind is kind


def test_a_long_text_is_none_and_costs_nothing() -> None:
    assert classify("stop " * 50_000, opted_out=False) is None


@pytest.mark.parametrize("padding", [" ", "\n", "\u200b", "🙏", "!"])
def test_a_word_with_a_lot_of_nothing_behind_it_is_the_word(padding: str) -> None:
    found = classify("STOP" + padding * 300, opted_out=False)

    assert found is not None
    assert found.kind is STOP


@pytest.mark.parametrize(
    ("kind", "language", "starts"),
    [
        (STOP, "en", "You have successfully been unsubscribed"),
        (STOP, "fr-CA", "Vous avez été correctement désabonné"),
        (START, "EN-us", "You have successfully been re-subscribed"),
        (START, "fr", "Vous avez été correctement réabonné"),
        (HELP, "es-MX", "Este número envía mensajes automáticos"),
        (STOP, "de", "You have successfully been unsubscribed"),
    ],
)
def test_an_answer_is_in_the_language_or_in_english(kind: KeywordKind, language: str, starts: str) -> None:
    assert answer(kind, language).startswith(starts)


def test_every_answer_to_stop_says_how_to_come_back_and_every_other_how_to_stop() -> None:
    for kind, texts in ANSWERS.items():
        word = "START" if kind is STOP else "STOP"
        assert all(word in text for text in texts.values())


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(max_size=60))
def test_what_is_taken_does_not_depend_on_case_or_edges(text: str) -> None:
    found, framed = (classify(each, opted_out=False) for each in (text, f' "{text.upper()}"! 🙏'))

    if found is not None:
        assert framed is not None
        assert framed.kind is found.kind
