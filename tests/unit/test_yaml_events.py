"""The fast reader and the slow one tell the same: the same data, places, findings, and the same errors."""

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convo.errors import FlowError
from convo.flow import yaml_events
from convo.flow.source import read

FLOWS = Path(__file__).parents[2] / "flows"
FILES = sorted(FLOWS.glob("*.yaml"))
TEXTS = [file.read_text() for file in FILES]
# What makes YAML another one.
SIGNS = [
    *"{}[]:,#&*!|>'\"%@`-? \n\t~<=\\/",
    ": ",
    " #",
    "- ",
    "\n  ",
    "\n---\n",
    "é",
    "👍",
    "“",
    "{{",
    "\r\n",
    "<<",
]


def told(text: str) -> object:
    try:
        source = read(text, "f.yaml")
    except FlowError as error:
        return [str(problem) for problem in error.problems]
    return source.data, source.positions, [str(problem) for problem in source.findings]


def slowly(text: str) -> object:
    with patch.object(yaml_events, "_FAST", None):
        return told(text)


def test_the_fast_reader_is_there() -> None:
    assert yaml_events._FAST is not None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_flow_and_its_tests_are_read_alike(file: Path) -> None:
    assert told(file.read_text()) == slowly(file.read_text())


def broken() -> Iterator[st.SearchStrategy[str]]:
    """Some lines of a flow, with signs put in or taken out anywhere."""
    text = st.sampled_from(TEXTS).map(lambda text: text.splitlines(keepends=True))
    lines = text.flatmap(
        lambda all_: st.integers(0, len(all_) - 1).map(lambda at: "".join(all_[at : at + 12]))
    )
    yield st.tuples(
        lines, st.lists(st.tuples(st.integers(0, 2000), st.sampled_from([*SIGNS, None])), max_size=4)
    ).map(lambda drawn: changed(*drawn))
    yield st.lists(st.sampled_from([*SIGNS, "a", "say", "yes", "1"]), max_size=25).map("".join)


def changed(text: str, changes: list[tuple[int, str | None]]) -> str:
    for place, sign in changes:
        at = place % (len(text) + 1)
        text = text[:at] + (text[at + 1 :] if sign is None else sign + text[at:])
    return text


@given(st.one_of(*broken()))
@settings(deadline=None, max_examples=500)
def test_what_is_broken_is_read_alike(text: str) -> None:
    assert told(text) == slowly(text)
