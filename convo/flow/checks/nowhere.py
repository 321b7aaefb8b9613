"""An `anywhere` in a flow that never waits for a reply.

It is understood in states with `replies`, `save` or `otherwise`.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
anywhere: {menu: ask}
states:
  ask: {say: Hello, end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
anywhere: {menu: ask}
states:
  ask:
    say: Are you coming?
    replies: {yes: bye}
    otherwise: {say: YES or MENU?, then: bye}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.anywhere and not any(state.listens for state in subject.plan.states.values()):
        yield Finding(
            ("anywhere",),
            "no state waits for a reply, so nothing here is ever understood",
            "Take it out, or give a state `replies`.",
            key=True,
        )


RULE = Rule("C063", Severity.WARNING, "`anywhere` in a flow that never listens", BAD, GOOD, find)
