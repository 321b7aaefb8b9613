"""A reply that an earlier one takes first."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.match import hides
from convo.flow.patterns import Anything
from convo.flow.plan import Understood

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies:
      has later: later
      no, maybe later: no
    otherwise: {say: YES or NO?, then: no}
  later: {end: later}
  no: {end: no}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies:
      no, maybe later: no
      has later: later
    otherwise: {say: YES or NO?, then: no}
  later: {end: later}
  no: {end: no}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for lines in subject.understood.values():
        for place, line in enumerate(lines):
            yield from _hidden(line, lines[:place])
    for name, state in subject.plan.states.items():
        greedy = [
            line.key for line in state.understood if any(isinstance(p, Anything) for p in line.patterns)
        ]
        if greedy and state.reads:
            yield Finding(
                ("states", name, "save"),
                f"this `save` is never reached: '{greedy[0]}' takes every reply",
                "Take one of the two out.",
                key=True,
            )


def _hidden(line: Understood, above: list[Understood]) -> Iterator[Finding]:
    for pattern in line.patterns:
        for earlier in above:
            if any(hides(other, pattern) for other in earlier.patterns):
                yield Finding(
                    line.path,
                    f"'{pattern.source}' is never reached: '{earlier.key}' above takes it",
                    "Move it above, or take it out.",
                    key=True,
                )
                break


RULE = Rule("C020", Severity.WARNING, "a reply is never reached", BAD, GOOD, find)
