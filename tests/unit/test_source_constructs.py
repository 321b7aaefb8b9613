"""What an author writes for the constructs is read as it was typed, and its traps have their mends."""

import pytest

from convo.errors import FlowError
from convo.flow.source import Path, read


def at(path: Path, text: str) -> object:
    """What stands at `path` in a file that has nothing wrong with it."""
    source = read(text, "sample.yaml")
    assert source.findings == ()
    return source.value_at(path)


@pytest.mark.parametrize(
    "key",
    ["<number 1-5>", "<number>, <date>", r"/[A-Z]{2}\d{4}/", r"/(?P<order>[A-Z]{2}-?\d{4,6})/, order",
     r"/#\d+/", r"/a|b/", "👍, 👌, yes", "1-5", "1", "+1, 2", "starts refund, <media>", "has l'après-midi",
     "¿sí?, si", "<anything>"],
)  # fmt: skip
def test_a_pattern_is_read_as_it_was_typed(key: str) -> None:
    assert at(("states", "a", "replies"), f"states:\n  a:\n    replies:\n      {key}: b\n") == {key: "b"}
    assert at(("anywhere",), f"anywhere:\n  {key}: b\n") == {key: "b"}


@pytest.mark.parametrize(
    "expression",
    ["n > 3", "n == 3", "name == 'x' and n >= 2", "not paid", "name[0] == 'x'", "(n + 1) * 2 > 2",
     "n in [1, 2]", "visits('ask') > 2", "wanted.hour >= 17", "name | length > 3", "n != 1", "n % 2",
     "-1 < n", "else",
     "name ~ '!' == x"],
)  # fmt: skip
def test_an_expression_is_read_as_it_was_typed(expression: str) -> None:
    chosen = at(("states", "a", "choose"), f"states:\n  a:\n    choose:\n      {expression}: b\n")
    assert chosen == {expression: "b"}
    assert at(("set", "n"), f"set:\n  n: {expression}\n") == expression


def test_texts_are_lists_and_languages() -> None:
    text = """\
say:
  - One, {{ name }}.
  - {en: Two, fr: Deux}
  - en: "Three: {{ name }}"
    fr: Trois, voilà
"""
    assert at(("say",), text) == [
        "One, {{ name }}.",
        {"en": "Two", "fr": "Deux"},
        {"en": "Three: {{ name }}", "fr": "Trois, voilà"},
    ]
    assert at(("say",), "say: [One., Two.]\n") == ["One.", "Two."]


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("'x' in name: b", "\"'x' in name\": b"),
        ("'x' not in name: b", "\"'x' not in name\": b"),
        ('"x" == name: b', "'\"x\" == name': b"),
        ("'x' ~ name != n: b", "\"'x' ~ name != n\": b"),
        ('"yes", y: b', "yes, y: b"),  # in a pattern quotes do not count
    ],
)
def test_a_key_that_begins_with_a_quoted_word_keeps_what_counts_of_its_quotes(line: str, mend: str) -> None:
    with pytest.raises(FlowError) as error:
        read(f"choose:\n  {line}\n", "sample.yaml")

    (problem,) = error.value.problems
    assert (problem.code, problem.hint) == ("R020", f"Write: {mend}")


def test_a_mapping_of_languages_with_a_comma_in_it_is_mended() -> None:
    with pytest.raises(FlowError) as error:
        read("say: {en: Hi, you, fr: Salut}\n", "sample.yaml")

    assert 'Write: say: {en: "Hi, you", fr: Salut}' in str(error.value)


def test_several_replies_for_anywhere_want_lines_of_their_own() -> None:
    (problem,) = read("anywhere: {agent: desk, menu: a}\n", "sample.yaml").findings

    assert (problem.code, problem.line) == ("R031", 1)
