"""A wait for replies that only the general expiry ends."""

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
    otherwise: {say: "YES, please.", tries: 2, then: bye}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: Coming?
    replies: {yes: bye}
    otherwise: {say: "YES, please.", tries: 2, then: bye}
    after: {1 day: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if "expires" in subject.flow.model_fields_set:
        return
    for name, state in subject.plan.states.items():
        if state.listens and not state.timers and not state.alarms:
            yield Finding(
                ("states", name),
                f"'{name}' waits for a reply, and nothing happens if none comes",
                "Add `after: {1 day: …}`, or say at the top when the flow `expires:`.",
                key=True,
            )


RULE = Rule("C023", Severity.WARNING, "silence is not provided for", BAD, GOOD, find)
