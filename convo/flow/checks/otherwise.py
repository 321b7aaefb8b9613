"""A wait for replies that says nothing to a reply it does not understand."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.patterns import Anything
from convo.flow.steps.otherwise import Otherwise
from convo.flow.steps.replies import Replies
from convo.flow.steps.save import Save

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: bye}
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
    otherwise: {say: "YES, please.", tries: 2, then: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.flow.states.items():
        takes_all = any(
            isinstance(pattern, Anything)
            for line in subject.plan.states[name].understood
            for pattern in line.patterns
        )
        if takes_all or state.step(Otherwise):
            continue
        for step in (Replies, Save):
            if state.step(step):
                yield Finding(
                    ("states", name, step.KEY),
                    f"'{name}' says nothing to a reply that it does not understand",
                    "Add `otherwise: {say: …, tries: 2, then: …}`.",
                    key=True,
                )
                break


RULE = Rule("C022", Severity.WARNING, "a reply that is not understood goes unanswered", BAD, GOOD, find)
