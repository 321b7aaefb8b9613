"""A state from which no way leads to an end or a person."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.loop import round_trips

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, after: {1 day: repeat}}
  repeat: {say: Hello again, after: {1 day: ask}}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, after: {1 day: repeat}}
  repeat: {say: Hello again, after: {1 day: bye}}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.misses_ways:
        return
    before: dict[str, set[str]] = {name: set() for name in subject.plan.states}
    for name in subject.plan.states:
        for follower in subject.leads_to(name):
            before[follower].add(name)
    safe = {name for name, state in subject.plan.states.items() if state.ends or state.hands_off}
    ahead = list(safe)
    while ahead:
        new = before[ahead.pop()] - safe
        safe |= new
        ahead += new
    going_round = {arrow.source for arrows in round_trips(subject) for arrow in arrows}
    for name in subject.plan.states:
        # States that lead nowhere at all (C015), or go round (C014), have a finding of their own.
        if name not in safe and name not in going_round and subject.arrows_from[name]:
            yield Finding(
                ("states", name),
                f"from '{name}' no way leads to an end or a person",
                "Add a way out, such as `after: {1 day: no_answer}` to a state with an `end`.",
                key=True,
            )


RULE = Rule("C013", Severity.ERROR, "a state never gets to an end or a person", BAD, GOOD, find)
