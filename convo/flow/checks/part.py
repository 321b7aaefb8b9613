"""A part that `contact`, `reply`, `number`, `now` or `here` does not have.

What these hold is the same in every conversation. A text that asks for more fails, and a person is called in
instead; variables of a flow and what a call brings may have any parts.
"""

from collections.abc import Iterator
from datetime import datetime

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.names import only_near
from convo.flow.usage import each
from convo.messages import Contact

BAD = """\
flow: sample
start: ask
states:
  ask: {say: "We text you at {{ contact.nubmer | phone }}.", end: done}
"""
GOOD = """\
flow: sample
start: ask
states:
  ask: {say: "We text you at {{ contact.number | phone }}.", end: done}
"""

# What each is, and the parts that a flow has a use for; the methods of its type work too.
_GIVEN: dict[str, tuple[type, tuple[str, ...]]] = {
    "contact": (Contact, ("number", "language", "timezone", "tags")),
    "reply": (dict, ("text", "value")),
    "number": (str, ()),
    "now": (datetime, ("year", "month", "day", "hour", "minute", "weekday()")),
    "here": (datetime, ("year", "month", "day", "hour", "minute", "weekday()")),
}


def find(subject: Subject) -> Iterator[Finding]:
    own = {*subject.plan.types, *subject.plan.assigned}
    for placed in subject.plan.placed:
        # A result's own keys, a loop and a variable of that name come first.
        bound = {name.name for name in each(placed.used, nodes.Name) if name.ctx == "store"}
        given = set() if placed.of_result else placed.used.names & _GIVEN.keys() - own - bound
        for name, part in dict.fromkeys(_asked(each(placed.used, nodes.Node))):
            if name not in given:
                continue
            kind, parts = _GIVEN[name]
            if part in parts or hasattr(kind, part):
                continue
            yield Finding(
                placed.path,
                f"'{name}' has no '{part}'",
                _mend(name, part),
                key=placed.path[-1] == placed.used.source,
            )


def _mend(name: str, part: str) -> str:
    _, parts = _GIVEN[name]
    if near := only_near(part, parts):
        return f"Did you mean '{near}'?"
    return f"There is {', '.join(parts)}." if parts else f"It is a text: write `{name}` alone."


def _asked(used: Iterator[nodes.Node]) -> Iterator[tuple[str, str]]:
    """The names that something is asked for behind a dot or in brackets, each with what is asked for."""
    for node in used:
        match node:
            case nodes.Getattr(node=nodes.Name(name=name), attr=str(part)):
                yield name, part
            case nodes.Getitem(node=nodes.Name(name=name), arg=nodes.Const(value=str(part))):
                yield name, part


RULE = Rule("C054", Severity.ERROR, "a part that a given name does not have", BAD, GOOD, find)
