"""A `start_within` that does nothing. It limits how long a start is queued, and this flow is never queued."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.model import WhenBusy

BAD = """\
flow: sample
start: ask
when_busy: skip
start_within: 2 hours
states:
  ask: {say: Hello, end: done}
"""
GOOD = """\
flow: sample
start: ask
when_busy: queue
start_within: 2 hours
states:
  ask: {say: Hello, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    flow = subject.flow
    if "start_within" in flow.model_fields_set and flow.busy is not WhenBusy.QUEUE:
        yield Finding(
            ("start_within",),
            f"this does nothing: a flow with `when_busy: {flow.busy}` is never queued",
            "Take it out, or write `when_busy: queue`.",
            key=True,
        )


RULE = Rule("C064", Severity.WARNING, "`start_within` of a flow that never queues", BAD, GOOD, find)
