"""A variable that no text and no expression uses.

Where one is written with a slip, or in a text that cannot be read, that alone is told.
"""

import re
from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.braces import lookalikes
from convo.flow.names import only_near
from convo.flow.render import GIVEN_NAMES, Text

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
    meant = set(_meant(subject, used))
    for key, variables in (("needs", subject.flow.needs), ("vars", subject.flow.vars)):
        for variable in variables:
            if variable not in used and variable not in meant:
                yield Finding(
                    (key, variable),
                    f"nothing uses the variable '{variable}'",
                    "Use it, or take it out.",
                    key=True,
                )


def _meant(subject: Subject, used: set[str]) -> Iterator[str]:
    """The variables that something stands for which another rule tells of."""
    variables = [*subject.flow.needs, *subject.flow.vars]
    for name in used - {*variables, *GIVEN_NAMES}:
        yield from (each for each in variables if only_near(name.lower(), [each]) or name.lower() == each)
    for placed in subject.plan.placed:
        if placed.path in subject.plan.faults:
            yield from re.findall(r"\w+", placed.used.source)
        elif isinstance(placed.used, Text):
            yield from (name for _, name in lookalikes(placed.used.source))


RULE = Rule("C031", Severity.WARNING, "a variable is never used", BAD, GOOD, find)
