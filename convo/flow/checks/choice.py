"""A choice that may find nothing to choose."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.choose import ELSE, Choose

BAD = """\
flow: sample
start: ask
needs: {age: integer}
states:
  ask:
    choose:
      age >= 18: grown_up
      age < 18: child
  grown_up: {end: grown_up}
  child: {end: child}
"""
GOOD = """\
flow: sample
start: ask
needs: {age: integer}
states:
  ask:
    choose:
      age >= 18: grown_up
      else: child
  grown_up: {end: grown_up}
  child: {end: child}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.flow.states.items():
        choose = state.step(Choose)
        if choose is not None and ELSE not in choose.root:
            yield Finding(
                ("states", name, Choose.KEY),
                f"'{name}' has nothing to choose where none of these is true",
                "Add a last line, `else: …`.",
                key=True,
            )


RULE = Rule("C025", Severity.WARNING, "a choice has no `else`", BAD, GOOD, find)
