"""A state that nothing leads to.

Where a right side names a state that does not exist, or a reply cannot be read, that alone is told.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, end: done}
  other: {say: Nobody reads this, end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: other}
  other: {say: Bye, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.start not in subject.plan.states or subject.misses_ways:
        return
    flow = subject.flow
    first = (flow.start, flow.on_error, flow.afterwards)
    reached = {state for state in first if state in subject.plan.states}
    ahead = list(reached)
    while ahead:
        new = subject.leads_to(ahead.pop()) - reached
        reached |= new
        ahead += new
    for state in subject.plan.states:
        if state not in reached:
            yield Finding(
                ("states", state),
                f"nothing leads to the state '{state}'",
                "Name it on a right side, or take it out.",
                key=True,
            )


RULE = Rule("C012", Severity.WARNING, "nothing leads to a state", BAD, GOOD, find)
