"""A text or an expression that reaches for what no flow may have.

The sandbox refuses what begins with `_`, and other files: whoever came to such a text would get a person.
"""

import re
from collections.abc import Iterator

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.expressions import Expression
from convo.flow.render import Text
from convo.flow.usage import each

BAD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name.__class__ }}", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {name: text}
states:
  ask: {say: "Hi {{ name | title }}", end: done}
"""


def find(subject: Subject) -> Iterator[Finding]:
    for placed in subject.plan.placed:
        reached = next(_reached(placed.used), None)
        if reached:
            yield Finding(
                placed.path,
                f"{reached} is nothing that a flow may ask for",
                "Use the flow's variables and its filters, like {{ name | upper }}.",
                key=placed.path[-1] == placed.used.source,
            )


def _reached(used: Text | Expression) -> Iterator[str]:
    for node in each(used, nodes.Node):
        match node:
            case nodes.Getattr(attr=name) if name.startswith("_"):
                yield f"'{name}'"
            case nodes.Const(value=str() as text) if re.search("__[A-Za-z]", text):
                yield f"'{text}'"
            case nodes.Import() | nodes.FromImport() | nodes.Include() | nodes.Extends():
                yield "another file"


RULE = Rule("C049", Severity.ERROR, "a text reaches out of its sandbox", BAD, GOOD, find)
