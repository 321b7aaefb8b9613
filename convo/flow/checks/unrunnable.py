"""A `run` that cannot succeed.

The flow must be one of the project's, and `with` must give what it needs, of a type that it takes, and
nothing that it does not know.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.begun import given_wrongly, no_flow
from convo.flow.expressions import Expression
from convo.flow.model import Flow
from convo.flow.slots import parse_type
from convo.flow.source import Path
from convo.flow.steps.run import RunFlow
from convo.flow.usage import Kind, kind, kind_of, kinds, tree

BAD = """\
flow: sample
start: ask
needs: {mobile: phone}
states:
  ask: {run: {flow: verify, with: {mobil: mobile}, outcomes: {approved: bye, expired: bye}}}
  bye: {say: "Bye!", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {mobile: phone}
states:
  ask: {run: {flow: verify, with: {mobile: mobile}, outcomes: {approved: bye, expired: bye}}}
  bye: {say: "Bye!", end: done}
"""
BESIDE = """\
flow: verify
start: ask
needs: {mobile: phone}
states:
  ask:
    say: Is {{ mobile | phone }} yours? Reply YES.
    replies: {yes: good}
    otherwise: {say: YES?}
  good: {end: approved}
"""

# The types whose variables take a value of this kind; a text may be written so that any type takes it.
_TAKEN_BY = {
    Kind.NUMBER: {Kind.NUMBER, Kind.TEXT, Kind.MONEY},
    Kind.TRUTH: {Kind.TRUTH},
    Kind.DATE: {Kind.DATE, Kind.DATETIME, Kind.TEXT},
    Kind.TIME: {Kind.TIME, Kind.TEXT},
    Kind.DATETIME: {Kind.DATETIME, Kind.TEXT},
    Kind.DURATION: {Kind.DURATION, Kind.TEXT},
    Kind.MONEY: {Kind.MONEY},
    Kind.LIST: {Kind.LIST},
}


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.flow.states.items():
        step = state.step(RunFlow)
        if step is None or subject.subflows is None:
            continue
        path: Path = ("states", name, RunFlow.KEY)
        wanted = step.root
        if wanted.flow not in subject.subflows:
            yield no_flow((*path, "flow"), wanted.flow, subject.subflows)
        elif other := subject.subflows[wanted.flow]:
            yield from given_wrongly(path, wanted.flow, wanted.given or {}, other.flow)
            yield from _of_wrong_type(subject, (*path, "with"), other.flow)


def _of_wrong_type(subject: Subject, path: Path, flow: Flow) -> Iterator[Finding]:
    known = kinds(subject.plan)
    types = {**flow.needs, **{name: declared.type for name, declared in flow.vars.items()}}
    for placed in subject.plan.placed:
        name = str(placed.path[-1])
        if placed.path[:-1] != path or name not in types or not isinstance(placed.used, Expression):
            continue
        node = tree(placed.used)
        given = kind(node, known) if node is not None else None
        if given in _TAKEN_BY and kind_of(parse_type(types[name])) not in _TAKEN_BY[given]:
            said = f"'{name}' is {types[name]} there, and this is {given}"
            yield Finding(placed.path, said, f"Give it a value of the type {types[name]}.")


RULE = Rule("C090", Severity.ERROR, "`run` cannot succeed", BAD, GOOD, find, beside=BESIDE)
