"""Two states whose names differ only by capitals, `_` or `-`. One is easily taken for the other."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject

BAD = """\
flow: sample
start: pick_time
states:
  pick_time: {say: Hello, then: pick-time}
  pick-time: {say: Bye, end: done}
"""
GOOD = """\
flow: sample
start: pick_time
states:
  pick_time: {say: Hello, then: bye}
  bye: {say: Bye, end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in subject.plan.states:
        other = first.setdefault(folded(name), name)
        if other != name:
            yield Finding(
                ("states", name), f"'{name}' is easily taken for '{other}'", "Give it another name.", key=True
            )


def folded(name: str) -> str:
    """A name without what is easily overlooked."""
    return name.lower().replace("_", "").replace("-", "")


RULE = Rule("C060", Severity.WARNING, "two states have nearly one name", BAD, GOOD, find)
