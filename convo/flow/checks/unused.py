"""A variable that no text and no expression uses."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: Hi, end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    used = {name for placed in subject.plan.placed for name in placed.used.names}
    for key, variables in (("needs", subject.flow.needs), ("vars", subject.flow.vars)):
        for variable in variables:
            if variable not in used:
                yield Finding(
                    (key, variable),
                    f"nothing uses the variable '{variable}'",
                    "Use it, or take it out.",
                    key=True,
                )


RULE = Rule("C031", Severity.WARNING, "a variable is never used", BAD, GOOD, find)
