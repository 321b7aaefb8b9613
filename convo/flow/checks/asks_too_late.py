"""Marketing that asks for consent.

A flow with `purpose: marketing` reaches only those who have agreed already; nobody else would ever get its
question. The flow that asks is not marketing itself.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.consent import Consent
from convo.messages import Purpose

BAD = """\
flow: sample
start: ask
purpose: marketing
states:
  ask:
    say: May we send you offers? YES or NO. Reply STOP to opt out.
    replies:
      yes: joined
      no: bye
    otherwise: {say: "YES or NO?", tries: 1, then: bye}
    after: {1 day: bye}
  joined: {consent: marketing, say: You are in., end: joined}
  bye: {end: declined}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: May we send you offers? YES or NO.
    replies:
      yes: joined
      no: bye
    otherwise: {say: "YES or NO?", tries: 1, then: bye}
    after: {1 day: bye}
  joined: {consent: marketing, say: You are in. Reply STOP to opt out., end: joined}
  bye: {end: declined}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.purpose is not Purpose.MARKETING:
        return
    for name, state in subject.flow.states.items():
        if state.step(Consent):
            yield Finding(
                ("states", name, Consent.KEY),
                "marketing reaches only those who have agreed already, so nobody is ever asked here",
                "Ask in a flow of its own, without `purpose: marketing`.",
                key=True,
            )


RULE = Rule("C071", Severity.ERROR, "marketing that asks for consent", BAD, GOOD, find)
