"""A sub-flow that may expire, where nothing says what then.

It waits for a reply or a person, and no clock of its own leads on. It returns as `expired` after the time of
its own `expires`, 7 days unless said.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.advance import EXPIRES_AS
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.unhandled import subflows
from convo.flow.checks.unrunnable import BESIDE
from convo.flow.checks.unrunnable import GOOD as VERIFIED
from convo.flow.plan import StatePlan
from convo.flow.steps.choose import ELSE
from convo.flow.steps.run import RunFlow

BAD = VERIFIED.replace(", expired: bye", "")
GOOD = VERIFIED


def find(subject: Subject) -> Iterator[Finding]:
    for state, wanted, other in subflows(subject):
        if ELSE in wanted.outcomes or EXPIRES_AS in wanted.outcomes:
            continue
        waits = [each.name for each in other.plan.states.values() if _may_expire(other, each)]
        if waits:
            yield Finding(
                ("states", state, RunFlow.KEY, "outcomes"),
                f"{wanted.flow} expires where nobody answers in '{waits[0]}', and nothing says what then",
                "Add `expired: …`, or `else: …` as the last line.",
                key=True,
            )


def _may_expire(subject: Subject, state: StatePlan) -> bool:
    """Whether it waits, and only for somebody who may never come."""
    clocks = {timer.trigger for timer in state.timers}
    leads_on = any(
        arrow.trigger in clocks and arrow.dest != state.name and arrow.dest is not None
        for arrow in subject.arrows_from[state.name]
    )
    return state.waits and not (leads_on or state.alarms or state.runs)


RULE = Rule("C094", Severity.WARNING, "a sub-flow that may expire", BAD, GOOD, find, BESIDE)
