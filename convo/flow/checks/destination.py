"""A right side names a state that does not exist."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.names import did_you_mean, only_near
from convo.flow.plan import BACK
from convo.flow.source import Path
from convo.flow.steps.end import Ending
from convo.flow.steps.split import Split
from convo.flow.steps.then import Then

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: confirmd}
    otherwise: {say: YES please., then: confirmed}
  confirmed: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Coming?
    replies: {yes: confirmed}
    otherwise: {say: YES please., then: confirmed}
  confirmed: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for key in ("on_error", "afterwards"):
        state = getattr(subject.flow, key)
        if state is not None and state not in subject.plan.states:
            yield _missing((key,), state, subject)
    seen = set()
    for arrow in subject.plan.arrows:
        if arrow.dest in (None, BACK, *subject.plan.states) or arrow.path in seen:
            continue
        seen.add(arrow.path)
        yield _missing(arrow.path, str(arrow.dest), subject)


def _missing(path: Path, state: str, subject: Subject) -> Finding:
    states = subject.plan.states
    hint, meant = did_you_mean(state, states), only_near(state, states)
    if state == Ending.KEY and meant is None:
        hint = (
            "To end the conversation, write `end: done`, or any other word, in a state; lead to that state."
        )
        if path[2:] == (Then.KEY,):
            hint = (
                "To end the conversation here, write `end: done`, or any other word, in place of `then: end`."
            )
    key = path[-2:-1] == (Split.KEY,)  # in a `split` the left side is where it goes
    return Finding(path, f"there is no state '{state}'", hint, key=key, meant=meant)


RULE = Rule("C011", Severity.ERROR, "a destination does not exist", BAD, GOOD, find)
