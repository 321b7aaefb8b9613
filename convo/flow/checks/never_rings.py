"""A clock that never goes off.

An earlier clock of the state leads away from it, and then the state's other clocks are over.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES, please.", then: bye}
    after:
      4 hours: bye
      1 day: late
  bye: {end: done}
  late: {end: late}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES, please.", then: bye}
    after:
      4 hours: {say: Still coming?}
      1 day: late
  bye: {end: done}
  late: {end: late}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        away = {arrow.trigger for arrow in subject.arrows_from[name] if arrow.dest is not None}
        first = None
        for timer in sorted(state.timers, key=lambda each: each.delay):
            if first is not None:
                yield Finding(
                    timer.path,
                    f"this clock never goes off: the one at {first} leads away before",
                    "Let the first one only say something, or take one of the two out.",
                    key=True,
                )
            elif timer.trigger in away:
                first = timer.path[-1]


RULE = Rule("C062", Severity.WARNING, "a clock never goes off", BAD, GOOD, find)
