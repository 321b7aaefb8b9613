"""A call that leads nowhere once its result is there.

A state with `call` does not wait: `done` has to lead to another state, or the state's own `then`, `choose` or
`split`, and so has `failed` where it is written.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.base import Goto
from convo.flow.steps.call import CallOut, Task

BAD = """\
flow: sample
start: ask
states:
  ask: {call: {action: free_slots, done: {say: We have looked.}, failed: bye}}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {call: {action: free_slots, done: {say: We have looked., then: bye}, failed: bye}}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, task in subject.tasks:
        if subject.plan.states[name].goes_on:
            continue
        for key, goto in _outcomes(task):
            if goto is None or goto.then is None:
                path = ("states", name, CallOut.KEY)
                yield Finding(
                    path if goto is None else (*path, key),
                    f"'{name}' goes nowhere once its call {'is done' if key == 'done' else 'has failed'}",
                    f"Add a state: `{key}: …`, or `then: …` for the state as a whole.",
                    key=True,
                )


def _outcomes(task: Task) -> Iterator[tuple[str, Goto | None]]:
    yield "done", task.done
    if task.failed is not None:  # without it a failure is the flow's error, and leads to a person
        yield "failed", task.failed


RULE = Rule("C101", Severity.ERROR, "a call leads nowhere", BAD, GOOD, find)
