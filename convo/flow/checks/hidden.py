"""A reply that an earlier one takes first."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.match import Reply

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
    for name, state in subject.plan.states.items():
        for place, (key, patterns) in enumerate(state.patterns):
            for pattern in patterns:
                for earlier, others in state.patterns[:place]:
                    reply = Reply.of(pattern.plain if pattern.anywhere else pattern.source)
                    if any(other.takes(reply) for other in others):
                        yield Finding(
                            ("states", name, "replies", key),
                            f"'{pattern.source}' is never reached: '{earlier}' above takes it",
                            "Move it above, or take it out.",
                            key=True,
                        )
                        break


RULE = Rule("C020", Severity.WARNING, "a reply is never reached", BAD, GOOD, find)
