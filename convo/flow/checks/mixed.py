"""An expression that works with values that do not go together.

A number is not smaller than a text, a date has no number added to it, and amounts of money are not compared.
Such an expression fails when it is needed, and a person is called in.
"""

from collections.abc import Iterator, Mapping

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.usage import Kind, each, kind, kinds

BAD = """\
flow: sample
start: ask
needs: {visit: datetime}
states:
  ask:
    choose:
      visit < 5: soon
      else: later
  soon: {end: soon}
  later: {end: later}
"""
GOOD = """\
flow: sample
start: ask
needs: {visit: datetime}
states:
  ask:
    choose:
      visit < now: soon
      else: later
  soon: {end: soon}
  later: {end: later}
"""

_MOMENTS = {Kind.DATE, Kind.TIME, Kind.DATETIME}
_NUMBERS = {Kind.NUMBER, Kind.TRUTH}
_SUMS = {
    (Kind.TEXT, Kind.TEXT),
    (Kind.LIST, Kind.LIST),
    (Kind.DATE, Kind.DURATION),
    (Kind.DURATION, Kind.DATE),
    (Kind.DATETIME, Kind.DURATION),
    (Kind.DURATION, Kind.DATETIME),
    (Kind.DURATION, Kind.DURATION),
}
_DIFFERENCES = {
    (Kind.DATE, Kind.DATE),
    (Kind.DATE, Kind.DURATION),
    (Kind.DATETIME, Kind.DATETIME),
    (Kind.DATETIME, Kind.DURATION),
    (Kind.DURATION, Kind.DURATION),
}


def find(subject: Subject) -> Iterator[Finding]:
    sure = kinds(subject.plan)
    for placed in subject.plan.placed:
        known = {} if placed.of_result else sure
        own = placed.path[-1] == placed.used.source
        for node in [*each(placed.used, nodes.Compare), *each(placed.used, nodes.BinExpr)]:
            told = _compared(node, known) if isinstance(node, nodes.Compare) else _counted(node, known)
            if told:
                yield Finding(
                    placed.path, told, "Use values of one type; a text in quotes is a text.", key=own
                )


def _compared(node: nodes.Compare, known: Mapping[str, Kind]) -> str | None:
    left = kind(node.expr, known)
    for operand in node.ops:
        right = kind(operand.expr, known)
        if left and right and operand.op in ("lt", "gt", "lteq", "gteq"):
            numbers = {left, right} <= _NUMBERS
            if (left is not right and not numbers) or Kind.MONEY in (left, right):
                return f"{left} cannot be smaller or larger than {_other(left, right)}"
        left = right
    return None


def _counted(node: nodes.Node, known: Mapping[str, Kind]) -> str | None:
    if not isinstance(node, nodes.Add | nodes.Sub):
        return None
    left, right = kind(node.left, known), kind(node.right, known)
    if left is None or right is None or {left, right} <= _NUMBERS:
        return None
    if isinstance(node, nodes.Add):
        return None if (left, right) in _SUMS else f"{_other(right, left)} cannot be added to {right}"
    return None if (left, right) in _DIFFERENCES else f"{_other(left, right)} cannot be taken from {left}"


def _other(one: Kind, two: Kind) -> str:
    return f"another {one.partition(' ')[2]}" if one is two else str(two)


RULE = Rule("C035", Severity.ERROR, "values of different types in one expression", BAD, GOOD, find)
