"""An `otherwise` that no reply ever reaches.

`<anything>` takes every reply, so nothing is left over for what `otherwise` says, or for where it leads.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.patterns import Anything
from convo.flow.steps.otherwise import Otherwise

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Any thoughts?
    replies: {<anything>: thanks}
    otherwise: {say: Sorry?, then: thanks}
  thanks: {say: Thank you., end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Any thoughts? Or NO.
    replies: {no: thanks}
    otherwise: {say: "Your thoughts, or NO?", then: thanks}
  thanks: {say: Thank you., end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        takes_all = any(isinstance(each, Anything) for line in state.understood for each in line.patterns)
        if takes_all and subject.flow.states[name].step(Otherwise):
            yield Finding(
                ("states", name, Otherwise.KEY),
                "this is never reached: `<anything>` takes every reply",
                "Take one of the two out.",
                key=True,
            )


RULE = Rule("C017", Severity.WARNING, "an `otherwise` is never reached", BAD, GOOD, find)
