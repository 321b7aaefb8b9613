"""States that pass on to one another and never wait."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import PASSED

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: tell}
  tell: {say: Hello again, then: ask}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: tell}
  tell: {say: Bye, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    passes = {arrow.source: arrow for arrow in subject.plan.arrows if arrow.trigger == PASSED}
    reported: set[str] = set()
    for start, first in passes.items():
        round_trip, state = [start], first.dest
        while state in passes and state not in round_trip:
            round_trip.append(state)
            state = passes[state].dest
        if state == start and start not in reported:
            reported.update(round_trip)
            way = " → ".join([*round_trip, start])
            yield Finding(
                first.path,
                f"this goes round without waiting: {way}",
                "Wait for a reply or a clock in one of these states, or end.",
            )


RULE = Rule("C014", Severity.ERROR, "states go round without waiting", BAD, GOOD, find)
