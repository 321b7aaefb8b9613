"""A flow that a text starts cannot be given variables."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: ask
triggers: {keyword: [book]}
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""
GOOD = """\
flow: sample
start: ask
triggers: {keyword: [book]}
vars: {name: text = there}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.triggers and subject.flow.needs:
        names = ", ".join(subject.flow.needs)
        yield Finding(
            ("needs",),
            f"a text starts this flow, and cannot give it {names}",
            "Move it to `vars` with a default, or ask for it with `save`.",
            key=True,
        )


RULE = Rule("C032", Severity.ERROR, "a text cannot give what the flow needs", BAD, GOOD, find)
