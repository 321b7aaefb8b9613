"""A state that neither waits, nor passes on, nor ends."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, end: greeted}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        if not (state.waits or state.ends or state.goes_on or state.calls):
            yield Finding(
                ("states", name),
                f"'{name}' goes nowhere: it has no replies, no clock, no `then` and no `end`",
                "Add `then: …` or `end: …`.",
                key=True,
            )


RULE = Rule("C015", Severity.ERROR, "a state goes nowhere", BAD, GOOD, find)
