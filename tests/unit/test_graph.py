"""A flow as a drawing."""

import re

import pytest

from convo.flow.compile import plan
from convo.flow.graph import dot, mermaid
from convo.flow.model import parse
from convo.flow.source import read

FLOW = """\
flow: sample
start: ask
states:
  ask:
    say: Coming?
    replies:
      yes, y: end
      /[A-Z]{2};\\d+#:/: pick-time
    otherwise: {say: YES?, tries: 1, then: desk}
    after:
      4 hours: {say: Still coming?}
      1 day: desk
  pick-time: {say: OK, then: end}
  desk: {hand_off: desk, then: end}
  end: {end: done}
"""


def drawn(counts: dict[str, int] | None = None) -> str:
    flow = parse(read(FLOW, "sample.yaml"))
    return mermaid(flow, plan(flow), counts)


def arrows() -> dict[tuple[str, str], str]:
    found = re.findall(r"^\s*(\S+) --> (\S+?)(?:: (.*))?$", drawn(), re.MULTILINE)
    return {(source, dest): label for source, dest, label in found}


def test_the_authors_words_stand_on_the_arrows() -> None:
    assert arrows()["s_ask", "s_end"] == "“yes, y”"
    assert arrows()["s_pick__time", "s_end"] == "then"
    assert arrows()["s_desk", "s_end"] == "handed back"
    assert set(arrows()["s_ask", "s_desk"].split(" | ")) == {"otherwise", "after 1 day"}


def test_what_stays_leads_back_to_itself() -> None:
    assert {"otherwise", "after 4 hours"} <= set(arrows()["s_ask", "s_ask"].split(" | "))


def test_signs_that_mean_something_to_mermaid_are_written_by_their_number() -> None:
    assert arrows()["s_ask", "s_pick__time"] == r"“/[A-Z]{2}#59;\d+#35;#58;/”"


def test_it_begins_and_ends() -> None:
    text = drawn()

    assert text.startswith("---\ntitle: sample\n---\nstateDiagram-v2\n")
    assert ("[*]", "s_ask") in arrows()
    assert ("s_end", "[*]") in arrows()
    assert "s_active" not in re.findall(r"Class \S+ (\S+)", text)


def test_states_tell_who_is_in_them_now() -> None:
    assert 'state "ask · 3 now" as s_ask' in drawn({"ask": 3, "gone": 1})
    assert 'state "desk · hands off" as s_desk' in drawn({"ask": 3})


@pytest.mark.parametrize("words", ["“yes, y”", "pick-time", "after 1 day"])
def test_graphviz_has_the_same_words(words: str) -> None:
    flow = parse(read(FLOW, "sample.yaml"))

    assert words in dot(flow, plan(flow))


def test_what_stands_on_one_arrow_stands_below_each_other() -> None:
    """Beside each other the words of a flow in three languages make a drawing of six thousand dots."""
    flow = parse(read(FLOW, "sample.yaml"))
    source = dot(flow, plan(flow))

    assert "rankdir=TB" in source
    assert re.search(r"s_ask -> s_desk \[label=\"(otherwise\\nafter 1 day|after 1 day\\notherwise)\"", source)
