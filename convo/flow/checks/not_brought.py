"""A value that the sub-flow does not have.

What `returned.` brings in the lines of `outcomes` are the variables of the flow that has returned.
"""

from collections.abc import Iterator

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.unhandled import subflows
from convo.flow.checks.unrunnable import BESIDE
from convo.flow.checks.unrunnable import GOOD as VERIFIED
from convo.flow.names import did_you_mean
from convo.flow.render import RETURNED
from convo.flow.steps.run import RunFlow
from convo.flow.usage import each

GOOD = VERIFIED.replace("approved: bye", "approved: {set: {proved: returned.mobile}, then: bye}").replace(
    '"Bye!"', '"Bye, {{ proved | default(mobile) }}!"'
)
BAD = GOOD.replace("returned.mobile", "returned.mobil")


def find(subject: Subject) -> Iterator[Finding]:
    for state, wanted, other in subflows(subject):
        known = sorted({*other.plan.types, *other.plan.assigned})
        for placed in subject.plan.placed:
            if placed.path[:4] != ("states", state, RunFlow.KEY, "outcomes"):
                continue
            for node in each(placed.used, nodes.Getattr):
                assert isinstance(node, nodes.Getattr)
                brought = isinstance(node.node, nodes.Name) and node.node.name == RETURNED
                if brought and node.attr not in known:
                    hint = did_you_mean(node.attr, known) if known else "It has none."
                    yield Finding(placed.path, f"{wanted.flow} has no variable '{node.attr}'", hint)


RULE = Rule("C095", Severity.ERROR, "a value that the sub-flow does not have", BAD, GOOD, find, BESIDE)
