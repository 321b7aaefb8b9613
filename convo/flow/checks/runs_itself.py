"""A flow that runs itself, by itself or through flows that it runs.

Each round would wait for the next one, and ten flows at most wait for one another in a conversation. What is
meant is nearly always to begin anew, which is `again` or the name of the first state, or to end with an
outcome, with which the flow that runs this one goes on.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.run import RunFlow

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: Whom would you like to bring? Send a name, or NO.
    replies: {no: bye}
    save: {guest: text}
    otherwise: {say: "A name, or NO."}
    after: {1 day: bye}
    then: another
  another: {run: {flow: sample, outcomes: {told: bye, expired: bye}}}
  bye: {end: told}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: Whom would you like to bring? Send a name, or NO.
    replies: {no: bye}
    save: {guest: text}
    otherwise: {say: "A name, or NO."}
    after: {1 day: bye}
    then: another
  another: {say: "Noted.", then: ask}
  bye: {end: told}
"""


def find(subject: Subject) -> Iterator[Finding]:
    own = subject.flow.flow
    for name, state in subject.plan.states.items():
        way = _way_back(subject, state.runs, own) if state.runs else []
        if way:
            through = f", through {', '.join(way[:-1])}" if len(way) > 1 else ""
            yield Finding(
                ("states", name, RunFlow.KEY),
                f"'{own}' runs itself here{through}",
                "Lead to its first state, or end with an outcome that the flow which runs it goes on with.",
                key=True,
            )


def _way_back(subject: Subject, first: str, own: str) -> list[str]:
    """The flows from `first` to `own` that run one another; none where they do not come back."""
    before: dict[str, str] = {first: ""}
    ahead = [first]
    for name in ahead:
        if name == own:
            way = [name]
            while before[way[0]]:
                way.insert(0, before[way[0]])
            return way
        other = (subject.subflows or {}).get(name)
        for each in other.plan.runs if other else ():
            if each not in before:
                before[each] = name
                ahead.append(each)
    return []


RULE = Rule("C091", Severity.ERROR, "a flow runs itself", BAD, GOOD, find)
