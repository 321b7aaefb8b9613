"""`start` names a state that does not exist."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.names import did_you_mean, only_near

BAD = """\
flow: sample
start: asks
states:
  ask: {say: Hello, end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    start = subject.flow.start
    if start not in subject.plan.states:
        states = subject.plan.states
        hint, meant = did_you_mean(start, states), only_near(start, states)
        yield Finding(("start",), f"there is no state '{start}'", hint, meant=meant)


RULE = Rule("C010", Severity.ERROR, "the first state does not exist", BAD, GOOD, find)
