"""Patterns: what of a reply does not count, and that nothing matches by luck."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.flow.match import Reply, parse_patterns


def takes(pattern: str, text: str) -> bool:
    return any(each.takes(Reply.of(text)) for each in parse_patterns(pattern))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yes, y, ok", "YES"), ("yes, y, ok", "y"), ("yes, y, ok", "  Ok. "), ("yes", "Yes!!! 🎉"),
        ("yes", '"yes"'), ("yes", "¿yes?"), ("YES", "yes"), ("oui", "Ouí"), ("été", "ETE"), ("ete", "Été"),
        ("next week", "next   week"), ("next week", "Next\nweek."), ("don't", "Don’t"),
        ("has move", "can we move it?"), ("has move", "MOVE!"), ("has another day", "Another   day, please"),
        ("has another day", "maybe, another-day?"), ("has déjà", "c'est deja fait"), ("has 9", "at 9 or 10"),
        ("👍, 👌, yes", "👍"), ("👍, 👌, yes", "👌"), ("👍", " 👍 "), ("❤️", "❤"), ("❤", "❤️"),
        ("1", "1"), ("1", "1."), ("1", "#1"), ("has", "has"),
    ],
)  # fmt: skip
def test_what_a_pattern_takes(pattern: str, text: str) -> None:
    assert takes(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yes, y, ok", "yes please"), ("yes", "yesterday"), ("yes", "no yes"), ("yes", "ye s"), ("yes", ""),
        ("yes", "👍"), ("yes", "..."), ("no", "know"), ("1", "10"), ("1", "1 2"), ("1", "-1 or so"),
        ("has move", "removed"), ("has move", "moved"), ("has move", "mo ve"), ("has move", ""),
        ("has another day", "another fine day"), ("has another day", "day another"), ("has can", "can't"),
        ("👍", "👎"), ("👍", "👍👍"), ("👍", "👍🏽"), ("👍", "yes"), ("👍", ""), ("has 9", "19"),
    ],
)  # fmt: skip
def test_what_a_pattern_leaves(pattern: str, text: str) -> None:
    assert not takes(pattern, text)


@pytest.mark.parametrize("key", ["yes,,no", "yes,", ",", "", " ", "has ...", "yes, has !"])
def test_an_empty_word_is_refused_with_its_mend(key: str) -> None:
    with pytest.raises(ValueError, match="take one comma away"):
        parse_patterns(key)


@pytest.mark.parametrize("key", ["<number>", "/[A-Z]+/", "yes, <date>"])
def test_a_pattern_that_comes_later_is_refused_in_an_authors_words(key: str) -> None:
    with pytest.raises(ValueError, match="write words, or 'has' words"):
        parse_patterns(key)


words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(words)
def test_a_word_takes_itself_in_whatever_frame(word: str) -> None:
    assert takes(word, word)
    assert takes(word, f' "{word}"! ')


@given(words, st.text(max_size=30))
def test_a_word_takes_nothing_longer(word: str, other: str) -> None:
    assert not takes(word, f"{word} and {other} x")
