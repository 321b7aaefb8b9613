"""A right side names a state that does not exist."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.names import did_you_mean

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: confirmd}
    otherwise: {say: YES please., then: confirmed}
  confirmed: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: confirmed}
    otherwise: {say: YES please., then: confirmed}
  confirmed: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for key in ("on_error", "afterwards"):
        state = getattr(subject.flow, key)
        if state is not None and state not in subject.plan.states:
            yield Finding((key,), f"there is no state '{state}'", did_you_mean(state, subject.plan.states))
    seen = set()
    for arrow in subject.plan.arrows:
        if arrow.dest is None or arrow.dest in subject.plan.states or arrow.path in seen:
            continue
        seen.add(arrow.path)
        hint = did_you_mean(arrow.dest, subject.plan.states)
        yield Finding(arrow.path, f"there is no state '{arrow.dest}'", hint)


RULE = Rule("C011", Severity.ERROR, "a destination does not exist", BAD, GOOD, find)
