"""Marketing that is run by a flow which is none.

Whether a contact has agreed is asked when a conversation begins, for the purpose of the flow that it begins
with. What that flow runs must not go beyond it.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.run import RunFlow
from convo.messages import Purpose

BAD = """\
flow: sample
start: ask
states:
  ask: {run: {flow: offer, outcomes: {else: bye}}}
  bye: {say: "Bye!", end: done}
"""
GOOD = """\
flow: sample
start: ask
purpose: marketing
states:
  ask: {run: {flow: offer, outcomes: {else: bye}}}
  bye: {say: "Bye!", end: done}
"""
BESIDE = """\
flow: offer
start: tell
purpose: marketing
states:
  tell: {say: Two for one this Friday! Reply STOP to opt out., end: told}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.purpose is Purpose.MARKETING:
        return
    for name, state in subject.flow.states.items():
        step = state.step(RunFlow)
        other = (subject.subflows or {}).get(step.root.flow) if step else None
        if step and other and other.flow.purpose is Purpose.MARKETING:
            yield Finding(
                ("states", name, RunFlow.KEY, "flow"),
                f"'{step.root.flow}' is marketing, and this flow is not",
                "Say `purpose: marketing` here too, or `begin` the other flow.",
            )


RULE = Rule("C072", Severity.ERROR, "marketing in a flow that is none", BAD, GOOD, find, beside=BESIDE)
