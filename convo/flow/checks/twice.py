"""A reply that stands twice on its line. Capitals, accents and punctuation at the edges do not count."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.patterns import Whole

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies:
      yes, y, Yes!: bye
    otherwise: {say: YES?, then: bye}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies:
      yes, y: bye
    otherwise: {say: YES?, then: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for lines in subject.understood.values():
        for line in lines:
            first: dict[object, str] = {}
            for pattern in line.patterns:
                same = pattern.plain if isinstance(pattern, Whole) else pattern.source
                other = first.setdefault(same, pattern.source)
                if other is not pattern.source:
                    yield Finding(
                        line.path,
                        f"'{pattern.source}' stands here a second time, as '{other}'",
                        "Take one of the two out.",
                        key=True,
                    )


RULE = Rule("C066", Severity.NOTE, "a reply stands twice on its line", BAD, GOOD, find)
