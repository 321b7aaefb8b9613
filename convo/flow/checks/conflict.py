"""Keys of a state that contradict one another."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import UNDELIVERED, StatePlan
from convo.flow.steps.call import CallOut
from convo.flow.steps.choose import Choose
from convo.flow.steps.run import RunFlow
from convo.flow.steps.split import Split

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
        told = _contradiction(subject, state)
        if told:
            key, message, hint = told
            yield Finding(("states", name, key), message, hint, key=True)


def _contradiction(subject: Subject, state: StatePlan) -> tuple[str, str, str] | None:
    """The key that is wrong, why, and its mend."""
    name = state.name
    ways = [step.KEY for step in (Choose, Split) if subject.flow.states[name].step(step) is not None]
    onward = "then" if state.then else (*ways, "then")[0]
    may_fail = any(arrow.trigger == UNDELIVERED for arrow in subject.arrows_from[name])
    waits_in_vain = state.waits and not (state.reads or state.hands_off)
    own_clock = state.listens or state.timers or state.alarms or may_fail
    found = [
        (
            state.runs is not None and bool(own_clock or state.hands_off or state.ends),
            RunFlow.KEY,
            f"'{name}' runs another flow, which has the replies, the clocks and the texts meanwhile",
            "Move `run` to a state of its own.",
        ),
        (
            state.runs is not None and state.goes_on,
            onward,
            f"'{name}' goes on by its `outcomes`, so its `{onward}` is never taken",
            f"Take `{onward}` out, or write where it leads into `outcomes`.",
        ),
        (
            state.ends and (state.waits or state.goes_on),
            "end",
            f"'{name}' ends, so nothing can follow in it",
            "Move `end` to a state of its own.",
        ),
        (
            bool(state.calls) and (state.waits or state.ends),
            CallOut.KEY,
            f"'{name}' goes on with the result of its call, and does nothing else meanwhile",
            "Move `call` to a state of its own.",
        ),
        (
            state.hands_off and state.listens,
            "hand_off",
            f"'{name}' hands over to a person, who reads the replies from then on",
            "Move `hand_off` to a state of its own.",
        ),
        (
            state.then is not None and ways == [Choose.KEY],
            "then",
            f"'{name}' has a `then` beside its `choose`, which leads on already",
            f"Write `else: {state.then}` as the last line of `choose`.",
        ),
        (
            Split.KEY in ways and (state.then is not None or len(ways) > 1),
            Split.KEY,
            f"'{name}' has two keys that lead on, and takes one of them alone",
            "Move `split` to a state of its own.",
        ),
        (
            state.goes_on and waits_in_vain,
            onward,
            f"'{name}' waits, so its `{onward}` is never taken",
            f"Take `{onward}` out, or lead there from a reply or a clock.",
        ),
        (
            state.reads is not None and not state.goes_on,
            "save",
            f"'{name}' saves a reply and then stays where it is",
            "Add `then: …`.",
        ),
        (
            may_fail and (state.ends or not state.waits),
            UNDELIVERED,
            f"'{name}' does not wait, so it is over before a text can fail",
            "Move `undelivered` to the state that waits, or add `after` here.",
        ),
    ]
    return next(((key, said, mend) for wrong, key, said, mend in found if wrong), None)


RULE = Rule("C016", Severity.ERROR, "two keys of a state contradict each other", BAD, GOOD, find)
