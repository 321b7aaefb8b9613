"""A person who cannot simply hand back.

Where the flow does not say how it goes on after a `hand_off`, whoever hands back has to name a state.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.hand_off import HandOffTo

BAD = """\
flow: sample
start: ask
states:
  ask: {say: A person will text you., hand_off: desk}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: A person will text you., hand_off: desk, then: settled}
  settled: {end: settled}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        if state.hands_off and not state.goes_on:
            yield Finding(
                ("states", name, HandOffTo.KEY),
                "nobody can hand this back without naming a state",
                "Add `then: …` for when the person is done.",
                key=True,
            )


RULE = Rule("C019", Severity.WARNING, "nothing follows a `hand_off`", BAD, GOOD, find)
