"""A variable that need not have a value yet where it is used.

What a pattern's group, a `save` or a `set` gives is there only on the ways that lead through it. Where
another way leads to the text, it fails, and a person is called in.
"""

from collections.abc import Iterator

from convo.errors import Severity
from convo.flow.assigning import Assigning
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.render import RETURNED
from convo.flow.usage import guarded

BAD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Which order? Two letters and four digits.
    replies:
      help me, /(?P<order>[A-Z]{2}\\d{4})/: found
    otherwise: {say: "Like AB1234.", then: bye}
  found: {say: "Order {{ order }}, thanks.", end: found}
  bye: {end: done}
"""
GOOD = """\
flow: sample
start: ask
expires: 1 day
states:
  ask:
    say: Which order? Two letters and four digits.
    replies:
      /(?P<order>[A-Z]{2}\\d{4})/: found
      help me: bye
    otherwise: {say: "Like AB1234.", then: bye}
  found: {say: "Order {{ order }}, thanks.", end: found}
  bye: {end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    if subject.flow.start not in subject.plan.states:
        return
    known = Assigning(subject.flow, subject.plan)
    for placed in subject.plan.placed:
        there = known.before(placed.path)
        if there is None or placed.of_result:
            continue
        for name in sorted((placed.used.names & known.watched) - there - guarded(placed.used)):
            asked = f"{{% if {name} is defined %}}…{{% endif %}}"
            mend = f"Give '{name}' a default under `vars`, or ask: {asked}."
            if name == RETURNED:
                mend = "It is known in the lines of `outcomes`; keep what you need there, with `set`."
            yield Finding(
                placed.path,
                f"'{name}' need not have a value here: not every way to this leads past what sets it",
                mend,
                key=placed.path[-1] == placed.used.source,
            )


RULE = Rule("C036", Severity.WARNING, "a variable that need not be set yet", BAD, GOOD, find)
