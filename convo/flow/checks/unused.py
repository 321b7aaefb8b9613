"""A variable that no text and no expression uses: one of the flow's, or what a call saves.

Where one is written with a slip, or in a text that cannot be read, that alone is told.
"""

import re
from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.braces import lookalikes
from convo.flow.names import only_near
from convo.flow.render import GIVEN_NAMES, Text
from convo.flow.source import Path
from convo.flow.steps.call import CallOut

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
    used = set(_used(subject))
    meant = set(_meant(subject, used))
    for place in _variables(subject):
        if place[-1] not in used and place[-1] not in meant:
            said = f"nothing uses the variable '{place[-1]}'"
            yield Finding(place, said, "Use it, or take it out.", key=True)


def _variables(subject: Subject) -> Iterator[Path]:
    """Where every variable stands that may be used."""
    yield from (("needs", name) for name in subject.flow.needs)
    yield from (("vars", name) for name in subject.flow.vars)
    for state, model in subject.flow.states.items():
        call = model.step(CallOut)
        saved = (call.root.save or {}) if call else {}
        yield from (("states", state, CallOut.KEY, "save", name) for name in saved)


def _used(subject: Subject) -> Iterator[str]:
    """The names that are used; what a call saves is not by the very expression that it is saved by."""
    for placed in subject.plan.placed:
        yield from (name for name in placed.used.names if not placed.of_result or name != placed.path[-1])


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
