"""A state with the name of a destination.

`again` and `back` on a right side lead to the same state and to the one before. No state can be called so.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import AGAIN, BACK

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: back}
  back: {say: Welcome back, end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: returned}
  returned: {say: Welcome back, end: done}
"""
_LEADS = {AGAIN: "into the same state once more", BACK: "to the state before"}


def find(subject: Subject) -> Iterator[Finding]:
    for state in subject.plan.states:
        if state in _LEADS:
            yield Finding(
                ("states", state),
                f"no state can be called '{state}': on a right side that leads {_LEADS[state]}",
                "Give the state another name.",
                key=True,
            )


RULE = Rule("C050", Severity.ERROR, "a state has the name of a destination", BAD, GOOD, find)
