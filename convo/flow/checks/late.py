"""A clock that would go off only after the flow has expired."""

from collections.abc import Iterator
from datetime import timedelta

from convo.clock import parse_duration
from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
expires: 3 days
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES, please.", then: bye}
    after: {5 days: bye}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 6 days
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES, please.", then: bye}
    after: {5 days: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    expires = parse_duration(subject.flow.expires)
    for state in subject.plan.states.values():
        if state.hands_off or state.alarms:  # the person's texts, and moments to come, put the expiry off
            continue
        last = timedelta()  # when the state last said something by itself
        for timer in sorted(state.timers, key=lambda timer: timer.delay):
            # At the same moment the expiry comes first: it counts from when the text was said.
            if timer.delay - last > expires or (timer.delay - last == expires and state.asked):
                yield Finding(
                    timer.path,
                    f"this is too late: the flow expires {subject.flow.expires} after the last text",
                    f"Write a longer `expires` at the top, or a time below {subject.flow.expires}.",
                    key=True,
                )
            elif timer.speaks:
                last = timer.delay


RULE = Rule("C024", Severity.WARNING, "a clock is later than the flow's expiry", BAD, GOOD, find)
