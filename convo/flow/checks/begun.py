"""A `begin` that cannot succeed.

The flow must be one of the project's, and `with` must give what it needs and nothing that it does not know.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.model import Flow
from convo.flow.names import did_you_mean, only_near
from convo.flow.source import Path
from convo.flow.steps.begin import BeginFlow, Opening

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
            hint, meant = (
                did_you_mean(step.root.flow, subject.flows),
                only_near(step.root.flow, subject.flows),
            )
            at = (*path, "flow") if (*path, "flow") in subject.source.positions else path
            yield Finding(at, f"there is no flow '{step.root.flow}'", hint, meant=meant)
        else:
            yield from _about(path, step.root, flow)


def _about(path: Path, wanted: Opening, flow: Flow) -> Iterator[Finding]:
    given, known = wanted.given or {}, [*flow.needs, *flow.vars]
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) if known else "It takes none."
            place = (*path, "with", name)
            yield Finding(place, f"{flow.flow} has no variable '{name}' to set", hint, key=True)
    missing = [name for name in flow.needs if name not in given]
    if missing:
        shown = ", ".join(f"{name}: …" for name in missing)
        yield Finding(
            path,
            f"{flow.flow} needs {', '.join(missing)}, which nobody gives it here",
            f"Give it: `begin: {{flow: {flow.flow}, with: {{{shown}}}}}`.",
        )


RULE = Rule("C053", Severity.ERROR, "`begin` cannot succeed", BAD, GOOD, find, beside=BESIDE)
