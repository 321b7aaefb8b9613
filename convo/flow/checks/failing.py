"""A call whose failure is not provided for.

Whoever is asked may be away for an hour. Without `failed`, and without an `on_error` of the flow, a person is
called in each time.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.call import CallOut

BAD = """\
flow: sample
start: ask
states:
  ask: {call: {action: free_slots, done: bye}}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {call: {action: free_slots, done: bye, failed: sorry}}
  sorry: {say: Please call us., end: failed}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, task in subject.tasks:
        if task.failed is None and subject.flow.on_error is None:
            yield Finding(
                ("states", name, CallOut.KEY),
                f"nothing is said of what happens when {task.name} fails",
                "Add `failed: …`, or an `on_error` at the top of the file.",
                key=True,
            )


RULE = Rule("C102", Severity.WARNING, "a failed call is not provided for", BAD, GOOD, find)
