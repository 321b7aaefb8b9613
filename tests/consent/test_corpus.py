"""What people text is taken for what it is: words always, phrases nearly always, and nothing innocent."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest

from convo.keywords import KeywordKind, classify
from convo.keywords.phrases import GRAMMARS
from tests.consent.corpus import FOLDER, LANGUAGES, corpus, figures, rows
from tests.consent.ordinary import ordinary

TEXTS = corpus()
LISTED = list(rows(FOLDER / "listed.csv"))
PARTS = {
    "all": TEXTS,
    "held out": [text for text in TEXTS if text.held == "held"],
    "written afterwards": [text for text in TEXTS if text.held.startswith("round")],
}


def without_accents(text: str) -> str:
    apart = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in apart if unicodedata.category(sign) != "Mn")


def test_the_corpus_is_what_it_should_be() -> None:
    assert len(TEXTS) >= 600
    assert len({(text.language, text.text) for text in TEXTS}) == len(TEXTS)
    for language in LANGUAGES:
        texts = [text for text in TEXTS if text.language == language]
        innocent = [text for text in texts if text.label == "none"]
        assert len(texts) >= 200
        assert 0.4 <= len(innocent) / len(texts) <= 0.6
        assert sum(text.held == "held" for text in texts) >= 60


def test_every_whole_word_is_taken_for_what_it_is() -> None:
    found = figures(TEXTS, "word")

    assert (found.recall, found.precision) == (1, 1)


@pytest.mark.parametrize("part", PARTS)
def test_phrases_are_taken(part: str) -> None:
    found = figures(PARTS[part], "phrase")

    assert found.recall >= 0.97, found


def test_no_innocent_text_is_taken() -> None:
    assert [text.text for text in TEXTS if text.label == "none" and text.taken != "none"] == []


def test_every_phrase_of_the_corpus_is_for_review_and_no_word_is() -> None:
    for text in TEXTS:
        found = classify(text.text, opted_out=False)
        if found is not None:
            assert found.for_review is (text.tier == "phrase"), text


@pytest.mark.parametrize("row", LISTED, ids=lambda row: f"{row['text']}-{row['listed by']}")
def test_what_regulators_carriers_and_providers_list_is_taken(row: dict[str, str]) -> None:
    kind, _, when = row["kind"].partition(" ")
    found = classify(row["text"], opted_out=when == "when out")

    assert found is not None
    assert found.kind is KeywordKind(kind)


def test_at_most_two_in_ten_thousand_ordinary_texts_are_taken() -> None:
    texts = ordinary()
    taken = [text for text in texts if classify(text, opted_out=False)]

    assert len(texts) >= 10_000
    assert len(taken) <= 2 * len(texts) / 10_000, taken[:10]


def test_every_rule_has_its_example() -> None:
    """A new rule comes with a text of the corpus that it takes."""
    rules = {found.rule for text in TEXTS if (found := classify(text.text, opted_out=False))}

    for grammar in GRAMMARS:
        for name in (*grammar.anywhere, *grammar.alone, "bare", "signed"):
            assert f"phrase:{grammar.language}:{name}" in rules


HABITS: dict[str, Callable[[str], str]] = {
    "shouted": str.upper,
    "small": str.lower,
    "curly": lambda text: text.replace("'", "’"),
    "an emoji behind": lambda text: f"{text} 🙏",
    "in quotes": lambda text: f"“{text}”",
    "without accents": without_accents,
    "blanks around": lambda text: f"  {text}\n",
    "full width": lambda text: "".join(
        chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text
    ),
}


CAPITALS = ("shouted", "small")
SURNAME = re.compile(r"[A-Z][\w.]*[ -][A-Z][\w.'’]*$")  # only its capital makes a name of it


@pytest.mark.parametrize("habit", HABITS)
def test_how_it_is_typed_changes_nothing(habit: str) -> None:
    with_surname = [text for text in TEXTS if text.rule.endswith(":signed") and SURNAME.search(text.text)]
    texts = [text for text in TEXTS if not (habit in CAPITALS and text in with_surname)]
    typed = [(text, replace(text, text=HABITS[habit](text.text))) for text in texts]

    assert [other.text for text, other in typed if other.taken != text.taken] == []
