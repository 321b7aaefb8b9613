"""An outcome or a queue that is written in two ways. The analytics count them apart, and two inboxes show."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.alike import folded
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.end import Ending
from convo.flow.steps.hand_off import HandOffTo

BAD = """\
flow: sample
start: ask
states:
  ask:
    say: Hello
    replies:
      yes: early
      no: late
  early: {end: no_answer}
  late: {end: no-answer}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask:
    say: Hello
    replies:
      yes: early
      no: late
  early: {end: no_answer}
  late: {end: no_answer}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for kind in (Ending, HandOffTo):
        first: dict[str, tuple[str, str]] = {}
        for name, state in subject.flow.states.items():
            step = state.step(kind)
            if step is None or not isinstance(step.root, str):
                continue
            other, where = first.setdefault(folded(step.root), (step.root, name))
            if other != step.root:
                yield Finding(
                    ("states", name, kind.KEY),
                    f"'{step.root}' is written '{other}' in '{where}'",
                    "Write both the same way.",
                )


RULE = Rule("C061", Severity.WARNING, "a word is written in two ways", BAD, GOOD, find)
