"""Keys of a state that contradict one another."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.save import Save

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, end: done, after: {1 day: bye}}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, after: {1 day: bye}}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.plan.states.items():
        path = ("states", name)
        saves = subject.flow.states[name].step(Save) is not None
        if state.ends and (state.waits or state.then):
            yield Finding(
                (*path, "end"),
                f"'{name}' ends, so nothing can follow in it",
                "Move `end` to a state of its own.",
                key=True,
            )
        elif state.hands_off and state.listens:
            yield Finding(
                (*path, "hand_off"),
                f"'{name}' hands over to a person, who reads the replies from then on",
                "Move `hand_off` to a state of its own.",
                key=True,
            )
        elif state.then and state.waits and not (saves or state.hands_off):
            yield Finding(
                (*path, "then"),
                f"'{name}' waits, so its `then` is never taken",
                "Take `then` out, or lead there from a reply or a clock.",
                key=True,
            )
        elif saves and not state.then:
            yield Finding(
                (*path, "save"),
                f"'{name}' saves a reply and then stays where it is",
                "Add `then: …`.",
                key=True,
            )


RULE = Rule("C016", Severity.ERROR, "two keys of a state contradict each other", BAD, GOOD, find)
