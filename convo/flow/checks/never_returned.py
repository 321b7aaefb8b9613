"""An outcome that the sub-flow never has.

It returns with the words of its `end`s, as `expired` where nobody answers, and as `failed` where a text or an
expression of it fails. A STOP ends the whole conversation.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.advance import EXPIRES_AS
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.unhandled import outcomes, subflows
from convo.flow.checks.unrunnable import BESIDE
from convo.flow.checks.unrunnable import GOOD as VERIFIED
from convo.flow.names import did_you_mean, only_near
from convo.flow.stack import FAILS_AS
from convo.flow.steps.choose import ELSE
from convo.flow.steps.run import RunFlow

BAD = VERIFIED.replace("approved: bye", "approved: bye, aproved: bye")
GOOD = VERIFIED


def find(subject: Subject) -> Iterator[Finding]:
    for state, wanted, other in subflows(subject):
        known = [*outcomes(other), EXPIRES_AS, FAILS_AS]
        for outcome in wanted.outcomes:
            if outcome not in (*known, ELSE):
                near = only_near(outcome, known)
                yield Finding(
                    ("states", state, RunFlow.KEY, "outcomes", outcome),
                    f"{wanted.flow} never ends as '{outcome}'",
                    did_you_mean(outcome, known),
                    key=True,
                    meant=near if near not in wanted.outcomes else None,
                )


RULE = Rule("C093", Severity.WARNING, "an outcome that the sub-flow never has", BAD, GOOD, find, BESIDE)
