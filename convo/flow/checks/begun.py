"""A `begin` that cannot succeed.

The flow must be one of the project's, and `with` must give what it needs and nothing that it does not know.
"""

from collections.abc import Iterable, Iterator, Mapping

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.model import Flow
from convo.flow.names import did_you_mean, only_near
from convo.flow.source import Path
from convo.flow.steps.begin import BeginFlow

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Bye, {{ name }}!", begin: {flow: other, with: {nmae: name}}, end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Bye, {{ name }}!", begin: {flow: other, with: {name: name}}, end: done}
"""
BESIDE = """\
flow: other
start: ask
needs: {name: text}
states:
  ask: {say: "Hi again, {{ name }}!", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for name, state in subject.flow.states.items():
        step = state.step(BeginFlow)
        if step is None or subject.flows is None:
            continue
        path: Path = ("states", name, BeginFlow.KEY)
        flow = subject.flows.get(step.root.flow)
        if flow is None:
            at = (*path, "flow") if (*path, "flow") in subject.source.positions else path
            yield no_flow(at, step.root.flow, subject.flows)
        else:
            yield from given_wrongly(path, step.root.flow, step.root.given or {}, flow)


def no_flow(path: Path, name: str, flows: Iterable[str]) -> Finding:
    """The flow `name`, which is not there."""
    known = list(flows)
    return Finding(
        path, f"there is no flow '{name}'", did_you_mean(name, known), meant=only_near(name, known)
    )


def given_wrongly(path: Path, name: str, given: Mapping[str, str], flow: Flow) -> Iterator[Finding]:
    """What `with`, below `path`, gives and should not, and what it should."""
    known = [*flow.needs, *flow.vars]
    for variable in given:
        if variable not in known:
            hint = did_you_mean(variable, known) if known else "It takes none."
            place = (*path, "with", variable)
            yield Finding(place, f"{name} has no variable '{variable}' to set", hint, key=True)
    missing = [variable for variable in flow.needs if variable not in given]
    if missing:
        shown = ", ".join(f"{variable}: …" for variable in missing)
        yield Finding(
            path,
            f"{name} needs {', '.join(missing)}, which nobody gives it here",
            f"Give it: `{path[-1]}: {{flow: {name}, with: {{{shown}}}}}`.",
        )


RULE = Rule("C053", Severity.ERROR, "`begin` cannot succeed", BAD, GOOD, find, beside=BESIDE)
