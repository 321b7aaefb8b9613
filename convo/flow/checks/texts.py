"""A text, an expression, or a pattern, that does not parse."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for path, message in subject.plan.faults.items():
        sentence, _, mend = message.partition("; ")
        yield Finding(path, sentence, mend[:1].upper() + mend[1:] + ("." if mend else ""))


RULE = Rule("C005", Severity.ERROR, "a text, expression or pattern cannot be read", BAD, GOOD, find)
