"""A text of nothing but blanks. It is never sent."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
states:
  ask: {say: "  ", end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Thank you., end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for placed in subject.plan.said:
        if any(not text.source.strip() for text in placed.phrase.texts.values()):
            yield Finding(placed.path, "this text is nothing but blanks", "Write a text, or take it out.")


RULE = Rule("C042", Severity.WARNING, "a text of nothing but blanks", BAD, GOOD, find)
