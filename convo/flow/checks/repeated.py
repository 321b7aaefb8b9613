"""A text that is said twice in a row.

It stands twice in one `say`, or once more in the state that the first passes on to.
"""

from collections.abc import Iterator
from itertools import pairwise

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import PlacedPhrase
from convo.flow.steps.say import Say

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Thank you., then: bye}
  bye: {say: Thank you., end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Thank you., then: bye}
  bye: {say: See you soon!, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    said: dict[str, list[PlacedPhrase]] = {name: [] for name in subject.plan.states}
    for placed in subject.plan.said:
        if placed.path[0] == "states" and placed.path[2] == Say.KEY:
            said[str(placed.path[1])].append(placed)
    for texts in said.values():
        for before, after in pairwise(texts):
            if _words(before) == _words(after):
                yield _finding(after)
    told = set()
    for arrow in subject.plan.arrows:
        follows = said.get(arrow.dest or "", [])
        leads = said[arrow.source]
        if not subject.plan.passes(arrow) or arrow.dest in told or not (follows and leads):
            continue
        if arrow.dest != arrow.source and _words(leads[-1]) == _words(follows[0]):
            told.add(arrow.dest)
            yield _finding(follows[0])


def _words(placed: PlacedPhrase) -> dict[str, str]:
    return {language: " ".join(text.source.split()) for language, text in placed.phrase.texts.items()}


def _finding(placed: PlacedPhrase) -> Finding:
    return Finding(placed.path, "the text before it says the same", "Take one of the two out.")


RULE = Rule("C043", Severity.WARNING, "a text is said twice in a row", BAD, GOOD, find)
