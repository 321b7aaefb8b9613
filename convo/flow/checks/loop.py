"""States that pass on to one another and never wait."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.plan import DONE, FAILED, PASSED, RETURNED, SAVED, UNDELIVERED, Arrow
from convo.flow.steps.split import Split

BAD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: tell}
  tell: {say: Hello again, then: ask}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: Hello, then: tell}
  tell: {say: Bye, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for arrows in round_trips(subject):
        shown = " → ".join([*(arrow.source for arrow in arrows), arrows[0].source])
        triggers = {arrow.trigger for arrow in arrows}
        if UNDELIVERED in triggers:
            said = f"as long as no text arrives this goes round and sends more: {shown}"
            yield Finding(arrows[0].path, said, "Let `undelivered` lead to a person, or to an end.")
        elif FAILED in triggers:
            said = f"as long as the call fails this goes round and calls again: {shown}"
            yield Finding(arrows[0].path, said, "Let `failed` lead to a person, or to an end.")
        else:
            said = f"this goes round without waiting: {shown}"
            hint = "Wait for a reply or a clock in one of these states, or end."
            yield Finding(arrows[0].path, said, hint)


def round_trips(subject: Subject) -> Iterator[list[Arrow]]:
    """States that pass on to one another, and nobody gets out of: of each round trip its first arrows."""
    reported: set[str] = set()
    # Calls that are done, and calls that fail as long as whoever is asked is away.
    for called in (DONE, FAILED):
        onward = _onward(subject, called)
        # What is left has no way out: from each of these states every way leads to another of them.
        while out := {name for name, arrows in onward.items() if _leads_out(arrows, onward)}:
            onward = {name: arrows for name, arrows in onward.items() if name not in out}
        for start in onward:
            way = _round_trip(start, onward)
            if way and not reported.intersection(way):
                reported.update(way)
                yield [onward[state][0] for state in way]


def _leads_out(arrows: list[Arrow], onward: dict[str, list[Arrow]]) -> bool:
    """Whether everybody who passes here gets out; of a split the same contact always takes the same side."""
    leaves = [arrow.dest not in onward for arrow in arrows]
    return all(leaves) if arrows[0].path[-2:-1] == (Split.KEY,) else any(leaves)


def _onward(subject: Subject, called: str) -> dict[str, list[Arrow]]:
    """The ways on that nobody is waited for.

    Passing on, sub-flows that never wait, a text that fails, and calls that come out as `called`.
    """
    found: dict[str, list[Arrow]] = {}
    for name, state in subject.plan.states.items():
        by = called if state.calls else UNDELIVERED if state.waits and state.asked else PASSED
        if state.runs and not _may_wait(subject, state.runs, set()):
            by = RETURNED
        arrows = [arrow for arrow in subject.arrows_from[name] if arrow.trigger == by]
        if state.calls and any(arrow.dest is None for arrow in arrows):  # on by `choose` or `split`
            arrows = [arrow for arrow in subject.arrows_from[name] if arrow.trigger == SAVED]
        if arrows := [arrow for arrow in arrows if arrow.dest]:
            found[name] = arrows
    return found


def _may_wait(subject: Subject, flow: str, seen: set[str]) -> bool:
    """Whether a sub-flow, or one that it runs, has a state that waits; one that is not known may."""
    other = (subject.subflows or {}).get(flow)
    if other is None:
        return True
    seen.add(flow)
    states = other.plan.states.values()
    return any(
        (state.runs not in seen and _may_wait(subject, state.runs, seen)) if state.runs else state.waits
        for state in states
    )


def _round_trip(start: str, onward: dict[str, list[Arrow]]) -> list[str]:
    """The states passed on the way from `start` back to it; none where it does not come back."""
    way, ahead = {start: ""}, [start]
    for state in ahead:
        for arrow in onward[state]:
            to = str(arrow.dest)
            if to == start:
                back = [state]
                while way[back[-1]]:
                    back.append(way[back[-1]])
                return back[::-1]
            if to not in way and to in onward:
                way[to] = state
                ahead.append(to)
    return []


RULE = Rule("C014", Severity.ERROR, "states go round without waiting", BAD, GOOD, find)
