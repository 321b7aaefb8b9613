"""A text, an expression, or a pattern, that does not parse."""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.anywhere import Anywhere
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.steps.choose import Choose
from convo.flow.steps.replies import Replies

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name }}", end: done}
"""


# Below these what is read stands on the left.
_LEFT = (Replies.KEY, Anywhere.KEY, Choose.KEY)


def find(subject: Subject) -> Iterator[Finding]:
    for path, message in subject.plan.faults.items():
        sentence, _, mend = message.partition("; ")
        hint = mend[:1].upper() + mend[1:] + ("." if mend else "")
        yield Finding(path, sentence, hint, key=path[-2] in _LEFT if len(path) > 1 else False)


RULE = Rule("C005", Severity.ERROR, "a text, expression or pattern cannot be read", BAD, GOOD, find)
