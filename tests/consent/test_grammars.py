"""The one look that most texts are spared the rest by never misses a phrase, and no text takes long."""

import random
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.keywords import classify, normalise, prepare
from convo.keywords.phrases import GRAMMARS, may_hold
from convo.keywords.phrases.grammar import Grammar
from tests.consent.ordinary import ordinary


def spelled(grammar: Grammar) -> list[str]:
    """Every rule of a grammar in one line, as Python's patterns."""
    return [
        grammar.spelled(rule) for rule in (*grammar.anywhere.values(), *grammar.alone.values(), grammar.bare)
    ]


@pytest.mark.parametrize("place", range(len(GRAMMARS)), ids=[grammar.language for grammar in GRAMMARS])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_a_rule_takes_is_looked_at(place: int, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(spelled(GRAMMARS[place])))
    text = data.draw(st.from_regex(re.compile(rule, re.ASCII), fullmatch=True))

    assert place in may_hold(normalise(text)), (rule, text)


def test_grammars_are_asked_in_their_order() -> None:
    """RE2 tells its matches in any order: what a text was taken by would change with any other rule."""
    assert list(may_hold("stop")) == [0, 1, 2]


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text: str) -> None:
    found = classify(text, opted_out=False)

    assert found is None or found.rule


WORDS = (
    "stop",
    "quit",
    "texting",
    "me",
    "please",
    "i",
    "you",
    "want",
    "to",
    "unsubscribe",
    "remove",
    "list",
    "no",
    "more",
)


@pytest.mark.parametrize("seed", range(5))
def test_no_text_takes_long(seed: int) -> None:
    """A pattern that goes back and forth takes minutes for what these take milliseconds for."""
    prepare()
    dice = random.Random(seed)
    ordinary_words = [word for text in ordinary(600) for word in text.split()]
    texts = [" ".join(dice.choices([*WORDS * 40, *ordinary_words], k=400))[:2000] for _ in range(20)]
    texts += ["please " * 280, "stop sending me " * 120, "no thanks no thanks " * 100, "i want you to " * 140]

    started = time.perf_counter()
    for text in texts:
        classify(text, opted_out=False)
    assert time.perf_counter() - started < 10  # seconds, on a machine that is busy
