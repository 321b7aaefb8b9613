"""A reply that the keyword layer takes before any flow sees it."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.keywords import classify

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Keep or cancel?
    replies:
      keep: kept
      cancel: cancelled
    otherwise: {say: KEEP or NO?, then: kept}
  kept: {end: kept}
  cancelled: {end: cancelled}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Keep or drop?
    replies:
      keep: kept
      drop: cancelled
    otherwise: {say: KEEP or DROP?, then: kept}
  kept: {end: kept}
  cancelled: {end: cancelled}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        for key, patterns in state.patterns:
            for pattern in patterns:
                keyword = None if pattern.anywhere else classify(pattern.source, opted_out=False)
                if keyword is not None:
                    yield Finding(
                        ("states", name, "replies", key),
                        f"'{pattern.source}' never gets here: it is taken as {keyword.kind.upper()}",
                        "Ask for another word; STOP, START and HELP words are read before any flow.",
                        key=True,
                    )


RULE = Rule("C021", Severity.WARNING, "the keyword layer takes a reply", BAD, GOOD, find)
