"""Tries that are never made.

`tries` counts how often `otherwise` says its text. Without a `say` the first miss leads on at once.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.otherwise import Otherwise

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {tries: 2, then: desk}
  desk: {hand_off: desk, then: bye}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES, please.", tries: 2, then: desk}
  desk: {hand_off: desk, then: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.flow.states.items():
        otherwise = state.step(Otherwise)
        if otherwise and otherwise.root.say is None and "tries" in otherwise.root.model_fields_set:
            yield Finding(
                ("states", name, Otherwise.KEY, "tries"),
                "nothing is said here, so there is nothing to try again",
                "Add `say: …`, or take `tries` out.",
                key=True,
            )


RULE = Rule("C018", Severity.WARNING, "`tries` without a `say` does nothing", BAD, GOOD, find)
