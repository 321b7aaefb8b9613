"""An outcome of a sub-flow that nothing takes.

When the sub-flow ends so, nobody knows how to go on: `on_error` does, or a person is called in.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.checks.unrunnable import BESIDE as VERIFY
from convo.flow.steps.choose import ELSE
from convo.flow.steps.end import Ending
from convo.flow.steps.run import RunFlow, Running

BAD = """\
flow: sample
start: ask
needs: {mobile: phone}
states:
  ask:
    run:
      flow: verify
      with: {mobile: mobile}
      outcomes:
        approved: bye
        expired: bye
  bye: {end: done}
"""
GOOD = BAD.replace("        expired: bye\n", "        refused: bye\n        else: bye\n")
BESIDE = VERIFY.replace("yes: good}", "yes: good, no: bad}") + "  bad: {end: refused}\n"


def find(subject: Subject) -> Iterator[Finding]:
    for state, wanted, other in subflows(subject):
        if ELSE in wanted.outcomes:
            continue
        for outcome in outcomes(other):
            if outcome not in wanted.outcomes:
                yield Finding(
                    ("states", state, RunFlow.KEY, "outcomes"),
                    f"nothing says where it goes on when {wanted.flow} ends as '{outcome}'",
                    f"Add `{outcome}: …`, or `else: …` as the last line.",
                    key=True,
                )


def subflows(subject: Subject) -> Iterator[tuple[str, Running, Subject]]:
    """The states that run a flow which is known, what they say of it, and that flow."""
    for name, state in subject.flow.states.items():
        step = state.step(RunFlow)
        other = (subject.subflows or {}).get(step.root.flow) if step else None
        if step is not None and other is not None:
            yield name, step.root, other


def outcomes(subject: Subject) -> list[str]:
    """The words with which a flow ends by itself, each once."""
    ends = (state.step(Ending) for state in subject.flow.states.values())
    return list(dict.fromkeys(end.root for end in ends if end is not None))


RULE = Rule("C092", Severity.ERROR, "an outcome of a sub-flow is not handled", BAD, GOOD, find, BESIDE)
