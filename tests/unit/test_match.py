"""Patterns: what each takes, what of a reply does not count, and that nothing matches by luck."""

import time
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convo.flow.dates import Reading
from convo.flow.match import Reply, Taken, hides, match, parse_patterns, samples
from convo.flow.values import Value

LONDON = ZoneInfo("Europe/London")


def reading(language: str = "en") -> Reading:
    return Reading(datetime(2026, 11, 30, 9, 0, tzinfo=LONDON), LONDON, language)


def taken(pattern: str, text: str, media: tuple[str, ...] = ()) -> Taken | None:
    return match(parse_patterns(pattern), Reply.of(text, media), reading)


def takes(pattern: str, text: str) -> bool:
    return taken(pattern, text) is not None


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yes, y, ok", "YES"), ("yes, y, ok", "y"), ("yes, y, ok", "  Ok. "), ("yes", "Yes!!! 🎉"),
        ("yes", '"yes"'), ("yes", "¿yes?"), ("YES", "yes"), ("oui", "Ouí"), ("été", "ETE"), ("ete", "Été"),
        ("next week", "next   week"), ("next week", "Next\nweek."), ("don't", "Don’t"),
        ("has move", "can we move it?"), ("has move", "MOVE!"), ("has another day", "Another   day, please"),
        ("has another day", "maybe, another-day?"), ("has déjà", "c'est deja fait"), ("has 9", "at 9 or 10"),
        ("👍, 👌, yes", "👍"), ("👍, 👌, yes", "👌"), ("👍", " 👍 "), ("❤️", "❤"), ("❤", "❤️"),
        ("1", "1"), ("1", "1."), ("1", "#1"), ("has", "has"), ("starts", "starts"),
        ("starts refund", "Refund, please"), ("starts refund", "refund"), ("starts my order", "My order: 12"),
        ("starts été", "ETE prochain"), ("yes, starts no", "no way"),
        ("no thanks", "No, thanks!"), ("no thanks", "no... thanks"), ("sí gracias", "¡Sí, gracias!"),
    ],
)  # fmt: skip
def test_what_words_take(pattern: str, text: str) -> None:
    assert taken(pattern, text) == Taken(None, {})


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("yes, y, ok", "yes please"), ("yes", "yesterday"), ("yes", "no yes"), ("yes", "ye s"), ("yes", ""),
        ("yes", "👍"), ("yes", "..."), ("no", "know"), ("1", "10"), ("1", "1 2"), ("1", "-1 or so"),
        ("has move", "removed"), ("has move", "moved"), ("has move", "mo ve"), ("has move", ""),
        ("has another day", "another fine day"), ("has another day", "day another"), ("has can", "can't"),
        ("👍", "👎"), ("👍", "👍👍"), ("👍", "👍🏽"), ("👍", "yes"), ("👍", ""), ("has 9", "19"),
        ("starts refund", "a refund"), ("starts refund", "refunded"), ("starts refund", ""),
        ("no thanks", "nothanks"), ("no thanks", "no, no thanks"), ("👍", "?!"), ("its", "it's"),
    ],
)  # fmt: skip
def test_what_words_leave(pattern: str, text: str) -> None:
    assert not takes(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        ("<number>", "12.50", Decimal("12.5")), ("<number>", "seven", Decimal(7)),
        ("<number 1-5>", "4", Decimal(4)), ("<number 1-5>", "5 please", Decimal(5)),
        ("<date>", "tomorrow", date(2026, 12, 1)), ("<time>", "half past 3", clock(15, 30)),
        ("<email>", "Ana@Example.org", "Ana@example.org"), ("<phone>", "+44 7700 900123", "+447700900123"),
        ("<anything>", "Hm, well", "Hm, well"), ("yes, <anything>", "Hm", "Hm"),
        (r"/[A-Z]{2}\d{4}/", "ab1234", "ab1234"), (r"/[A-Z]{2}\d{4}/", " AB1234! ", "AB1234"),
        (r"/\d+,\d+, no/", "1,2, no", "1,2, no"), (r"/a\/b/", "a/b", "a/b"), ("/(?-i)AB/", "AB", "AB"),
    ],
)  # fmt: skip
def test_what_was_read_is_the_value(pattern: str, text: str, value: Value) -> None:
    assert taken(pattern, text) == Taken(value, {})


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("<number>", "many"), ("<number>", "1 or 2"), ("<number 1-5>", "6"), ("<number 1-5>", "0"),
        ("<date>", "3pm"), ("<date>", "yesterday"), ("<time>", "tomorrow"), ("<email>", "ana@example"),
        ("<phone>", "call me"), ("<phone>", "07700 900123"), ("<media>", "a picture"),
        (r"/[A-Z]{2}\d{4}/", "AB12345"), (r"/[A-Z]{2}\d{4}/", "my AB1234"), ("/(?-i)AB/", "ab"),
        ("/a.c/", "abbc"),
    ],
)  # fmt: skip
def test_what_a_kind_or_an_expression_leaves(pattern: str, text: str) -> None:
    assert not takes(pattern, text)


def test_named_groups_become_variables() -> None:
    pattern = r"/(?P<shop>[a-z]{2})-?(?P<order>\d{3,5})(?: (?P<note>.*))?/"

    assert parse_patterns(pattern)[0].names == ("shop", "order", "note")
    assert taken(pattern, "AB-1234") == Taken("AB-1234", {"shop": "AB", "order": "1234", "note": ""})


def test_a_picture_is_taken_with_or_without_words() -> None:
    assert taken("<media>", "", ("image/jpeg",)) == Taken(("image/jpeg",), {})
    assert taken("<media>", "look", ("image/jpeg", "audio/amr")) == Taken(("image/jpeg", "audio/amr"), {})
    assert taken("<anything>", "", ("image/jpeg",)) == Taken("", {})


def test_the_first_pattern_that_takes_a_reply_wins_and_words_ask_for_nothing() -> None:
    def never() -> Reading:
        raise AssertionError("a word needs no language")

    assert match(parse_patterns("yes, <number>"), Reply.of("yes"), never) == Taken(None, {})
    assert match(parse_patterns("/[0-9]/, <number>"), Reply.of("5"), never) == Taken("5", {})


def test_commas_separate_but_not_inside_of_slashes_and_angles() -> None:
    sources = [pattern.source for pattern in parse_patterns(r"yes, /a,b, c\/d/ , <number 1-5>,/[,/]x/, no")]

    assert sources == ["yes", r"/a,b, c\/d/", "<number 1-5>", "/[,/]x/", "no"]


@pytest.mark.parametrize("key", ["yes,,no", "yes,", ",", "", " ", "has ...", "yes, has !", "starts ?"])
def test_an_empty_word_is_refused_with_its_mend(key: str) -> None:
    with pytest.raises(ValueError, match="take one comma away"):
        parse_patterns(key)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("<numbr>", "there are <number>, <date>"), ("<number 5-1>", "write 'number' or 'number 1-5'"),
        ("<date 1-5>", "is not a pattern"), ("<number", "is not a pattern"), ("<3", "is not a pattern"),
        ("/abc", "between slashes"), ("//", "between slashes"), ("/a/b", "between slashes"),
        ("/(a/", r"a \( in \(a is not closed"), ("/(?=a)/", r"\(\?= looks around, which RE2 does not"),
        (r"/(a)\1/", "means nothing there; write the letters"), ("/a{1001}/", "repeats more than RE2 counts"),
        ("/(?P<_x>a)/", "is not a variable"),
        ("/" + "a" * 600 + "/", "longer than 500"),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused_in_an_authors_words(key: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse_patterns(key)


def test_no_expression_takes_long() -> None:
    started = time.perf_counter()
    for _ in range(100):
        takes("/(a|aa|a+)*b/", "a" * 1600)
    assert time.perf_counter() - started < 2  # seconds; where patterns backtrack, more than a lifetime


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("yes", "YES"), ("has later", "maybe later"), ("has later", "has much later"),
        ("starts no", "no way"),
        ("has no", "starts no way"), ("starts no", "starts no way"), ("<anything>", "<date>"),
        ("<number>", "7"),
        ("<number>", "<number 1-5>"), ("<number 0-9>", "<number 1-5>"), ("<number 1-5>", "3"),
        ("<date>", "<date>"),
        ("/y.*/", "yes"), ("<email>", "ana@example.org"), ("<anything>", "has no"),
    ],
)  # fmt: skip
def test_a_pattern_that_an_earlier_one_hides(earlier: str, later: str) -> None:
    assert hides(parse_patterns(earlier)[0], parse_patterns(later)[0])


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("yes", "has yes"), ("yes", "no"), ("starts no", "has no"), ("has no way", "has no"),
        ("<number 1-5>", "7"),
        ("<number 1-5>", "<number>"), ("<number 1-5>", "<number 0-9>"), ("<date>", "<time>"), ("/y.*/", "no"),
        ("yes", "<anything>"), ("<date>", "tomorrow"), ("<media>", "<anything>"),
        ("starts no way", "starts no"),
    ],
)  # fmt: skip
def test_a_pattern_that_an_earlier_one_leaves_something(earlier: str, later: str) -> None:
    assert not hides(parse_patterns(earlier)[0], parse_patterns(later)[0])


PATTERNS = [
    "yes", "next week", "👍", "has move", "has another day", "starts refund", "<number>", "<number 3-9>",
     "<date>",
    "<time>", "<email>", "<phone>", "<anything>", "<media>", r"/[A-Z]{2}\d{4}/", r"/order #?(?P<n>\d{3,5})/",
    "/(red|blue) ?[0-9]*/", r"/#?\d+(?:-[^a-z\s]{2})?/",
    r"/(?i:[[:alpha:]]+) \pL{2,}\.?/", r"/^(\w+ )*[ñ-ú]$/", r"/a{2}|b/",
    r"/[\]x]+\//", "/(?:ab(?P<n>c|d))+?/",
    r"/\w+@\w+/", "/.*x/", "/(?-i)[A-Z]+/",
]  # fmt: skip


@pytest.mark.parametrize("source", PATTERNS)
@pytest.mark.parametrize("language", ["en", "fr", "es", "de"])
def test_the_samples_of_a_pattern_are_taken_by_it(source: str, language: str) -> None:
    (pattern,) = parse_patterns(source)

    assert 1 <= len(samples(pattern)) <= 2
    for sample in samples(pattern):
        assert pattern.take(sample, lambda: reading(language)) is not None


@given(st.sampled_from(PATTERNS), st.text(max_size=200), st.sampled_from(["en", "fr", "es-MX", "zz", ""]))
def test_any_text_is_taken_or_left(source: str, text: str, language: str) -> None:
    match(parse_patterns(source), Reply.of(text), lambda: reading(language))


@given(st.text(max_size=60))
def test_any_key_is_read_or_refused(key: str) -> None:
    try:
        patterns = parse_patterns(key)
    except ValueError:
        return  # with what to write instead
    assert patterns


words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


@given(words)
def test_a_word_takes_itself_in_whatever_frame(word: str) -> None:
    assert takes(word, word)
    assert takes(word, f' "{word}"! ')


@given(words, st.text(max_size=30))
def test_a_word_takes_nothing_longer(word: str, other: str) -> None:
    assert not takes(word, f"{word} and {other} x")
