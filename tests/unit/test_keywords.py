"""Every word of the consent list is taken, however it is typed; a text that merely holds one is not."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.keywords import ANSWERS, DEFAULT, KeywordKind, answer, check_answer, classify, normalise
from convo.keywords.words import LEAVABLE, ROWS

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
    ("stopp", STOP, "de"), ("abmelden", STOP, "de"), ("disiscrivimi", STOP, "it"), ("sair", STOP, "pt"),
    ("afmelden", STOP, "nl"), ("hilfe", HELP, "de"), ("aiuto", HELP, "it"), ("ajuda", HELP, "pt"),
    ("hulp", HELP, "nl"),
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
        "start at 9", "restart", "my resume", "yes please", "yes!no", "no", "ok", "sto p", "s top", "h.e.l.p",
        "arrêtez-vous ici", "une aide", "alto ahí", "bajar", "no mas tarde", "", " ", "...", "🛑", "👍",
        "🛑" * 10, "Bitte stoppen Sie vor dem Tor", "saír mañana", "haha stop", "Can I stop?",
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


def test_a_text_longer_than_any_that_a_phone_sends_is_none_and_costs_nothing() -> None:
    assert classify("stop " * 50_000, opted_out=False) is None


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Please stop texting me", "phrase:en:texting"), ("ne m’écrivez plus", "phrase:fr:no-more-writing"),
        ("no me escriban más", "phrase:es:no-more"), ("STOP\n\nSent from my phone", "phrase:en:bare"),
        ("Wrong number. Stop.", "phrase:en:bare"), ("Who told you that? STOP", "phrase:en:bare"),
        ("stop " * 320, "phrase:en:stop-to-end"),
    ],
)  # fmt: skip
def test_a_phrase_is_a_stop_for_review_by_its_rule(text: str, rule: str) -> None:
    found = classify(text, opted_out=False)

    assert found is not None
    assert (found.kind, found.rule, found.for_review) == (STOP, rule, True)
    assert found.language == rule.split(":")[1]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("S.T.O.P", "stop"), ("s t o p!", "stop"), ("S-T-O-P.", "stop"), ("s. t. o. p.", "stop"),
        ("U N S U B S C R I B E", "unsubscribe"), ("STОP", "stop"), ("ѕtop", "stop"), ("ЅTOP.", "stop"),
        ("A L T O", "alto"),
    ],
)  # fmt: skip
def test_a_stop_in_disguise_is_one(text: str, word: str) -> None:
    found = classify(text, opted_out=False)

    assert found is not None
    assert (found.kind, found.rule) == (STOP, f"word:{word}")
    assert found.normalised == normalise(text), "a carrier has not answered what it does not know"


@pytest.mark.parametrize(
    "text", ["s.t.a.r.t", "h e l p", "ѕtаrt", "стор", "y e s", "a b c", "s t", "x. stop. y"]
)
def test_what_is_no_stop_is_nothing_in_disguise(text: str) -> None:
    assert classify(text, opted_out=True) is None


@pytest.mark.parametrize(
    "text",
    [
        "STOP - John", "Stop, John", "stop – Maria Lopez 🙏", "STOP from J. Smith", "Stop, Dr. Miller.",
        "stop. thanks, Maria", "Arrêtez - Élodie", "paren, Juan", "STOP - María López", "Stop, Jean",
        "stop - john", "STOP - JOHN", "Stop, John S.", "stop merci Nathalie", "stop - Jean-Pierre Dupont",
        "Stop - Mary O’Brien",
    ],
)  # fmt: skip
def test_a_signed_stop_is_one_for_review(text: str) -> None:
    found = classify(text, opted_out=False)

    assert found is not None
    assert (found.kind, found.rule.rpartition(":")[2], found.for_review) == (STOP, "signed", True)


@pytest.mark.parametrize(
    "text",
    [
        "Stop, I mean yes", "Stop, Wait", "stop by, Anna", "Next stop, Boston", "Don't stop - Maria",
        "STOP - Elm Street", "Stop. Hammer", "stop john", "Thanks, Maria", "haha stop, John", "Cancel, John",
        "Stop, Oops", "stop - Bus", "Stop - John Street", "stop, john called", "STOP, JOHN CALLED",
        "Stop, N. Main", "Stop, Hope", "Stop, Pierre", "Paren, Rosa", "stop, Dolores", "Stop - Victoria",
        "Alto, Juan", "Arrêt, Jean", "Stop - Dr. Appointment", "Stop, Doctor",
        "Stop - Wendy's", "Stop, thanks Doctor",
    ],
)  # fmt: skip
def test_what_is_no_name_behind_a_stop_signs_nothing(text: str) -> None:
    assert classify(text, opted_out=False) is None


@pytest.mark.parametrize("text", ["stop", "yes", "HELP", "cancel"])
def test_a_word_is_not_for_review(text: str) -> None:
    found = classify(text, opted_out=True)

    assert found is not None
    assert not found.for_review


def test_a_word_of_several_languages_has_them_all() -> None:
    found = classify("cancelar", opted_out=False)

    assert found is not None
    assert found.languages == ("es", "pt")


def test_a_reaction_is_no_keyword_whatever_it_quotes() -> None:
    words = DEFAULT.adding({STOP: ["liked an image"]})

    assert classify("Liked “STOP”", opted_out=False) is None
    assert classify("Liked an image", opted_out=False, words=words) is None


def test_a_number_adds_words_of_its_own() -> None:
    words = DEFAULT.adding({STOP: ["¡Fin!"], HELP: ["sos"]})
    found = classify("fin", opted_out=False, words=words)

    assert classify("fin", opted_out=False) is None
    assert found is not None
    assert (found.kind, found.rule, found.languages) == (STOP, "own:fin", ())
    assert classify("SOS!", opted_out=False, words=words) is not None


@pytest.mark.parametrize(
    ("kind", "word", "said"),
    [
        (HELP, "stop", "means STOP"), (STOP, "help", "means HELP"), (START, "yes", "opted out alone"),
        (STOP, "yes", "means START"), (STOP, "!!!", "no word"), (STOP, "", "no word"),
        (STOP, "a" * 41, "longer than 40"), (START, "opt me out", "asks for no more texts"),
        (HELP, "Please stop texting me!", "asks for no more texts"),
    ],
)  # fmt: skip
def test_a_word_that_cannot_be_added_says_why(kind: KeywordKind, word: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DEFAULT.adding({kind: [word]})


@pytest.mark.parametrize("word", sorted(LEAVABLE))
def test_a_word_that_is_left_to_flows_is_none(word: str) -> None:
    words = DEFAULT.without({word})

    assert classify(word, opted_out=True) is not None
    assert classify(word, opted_out=True, words=words) is None
    assert classify("stop", opted_out=False, words=words) is not None


def test_a_phrase_that_leans_on_a_word_goes_to_flows_with_it() -> None:
    left = DEFAULT.without({"remove", "cancel"})

    assert classify("please remove", opted_out=False) is not None
    assert classify("please remove", opted_out=False, words=left) is None
    for text in ("please remove me from your list", "cancel these texts"):
        assert classify(text, opted_out=False, words=left) is not None


def test_what_is_never_left_to_flows_is_not_among_what_can_be() -> None:
    never = {"stop", "stopall", "unsubscribe", "revoke", "opt out", "optout", "start"}

    assert never.isdisjoint(LEAVABLE)
    assert {"cancel", "end", "quit", "remove", "info", "yes"} == LEAVABLE


def test_no_word_means_two_things() -> None:
    rows = [(word, kind) for row in ROWS for kind in KeywordKind for word in getattr(row, kind).split(", ")]

    for word in {word for word, _ in rows if word}:
        assert len({kind for other, kind in rows if other == word}) == 1, word


def test_every_language_with_words_has_its_answers_and_they_keep_the_rules() -> None:
    languages = {row.language for row in ROWS if row.language}

    for kind, texts in ANSWERS.items():
        assert set(texts) == languages
        assert all(check_answer(kind, text) for text in texts.values())


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (STOP, "You are out.", "how to come back"), (STOP, " ", "says nothing"),
        (START, "You are in.", "how to stop"), (HELP, "Call 555 0100.", "how to stop"),
        (STOP, "Reply START. " * 50, "segments long"),
        (STOP, "You are out. Reply START for 20% off!", "'20%' is marketing"),
        (STOP, "Bye. START brings you back, and a coupon.", "'coupon' is marketing"),
        (STOP, "Désabonné. START pour revenir : 5 € offerts.", "marketing"),
    ],
)  # fmt: skip
def test_an_answer_against_the_rules_says_why(kind: KeywordKind, text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_answer(kind, text)


def test_a_brands_own_answer_goes_before_the_default_of_its_language() -> None:
    own = {"en": "Elm: you are out. Reply START.", "fr-ca": "Elm : c'est fait. START pour revenir."}

    assert answer(STOP, "en-GB", own) == own["en"]
    assert answer(STOP, "fr-CA", own) == own["fr-ca"]
    assert answer(STOP, "fr-FR", own) == ANSWERS[STOP]["fr"]
    assert answer(STOP, "ja", own) == own["en"]


def test_a_brands_help_is_said_before_any_default() -> None:
    own = {"fr": "Elm : appelez le 555. STOP pour arrêter."}

    assert answer(HELP, "es", own) == own["fr"]


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
        (STOP, "de-AT", "Sie erhalten keine Nachrichten mehr"),
        (START, "it", "Riceve di nuovo"),
        (HELP, "pt-BR", "Este número envia mensagens"),
        (STOP, "nl", "U ontvangt geen berichten meer"),
        (STOP, "ja", "You have successfully been unsubscribed"),
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
