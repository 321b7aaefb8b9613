"""A line of `choose` that can never be taken.

It compares with the same variable as a line above that is true whenever it is, or stands below a line that
is always true. The first line that is true is taken.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.expressions import Expression
from convo.flow.steps.choose import ELSE, Choose
from convo.flow.usage import tree

BAD = """\
flow: sample
start: ask
needs: {age: integer}
states:
  ask:
    choose:
      age >= 18: grown_up
      age >= 65: retired
      else: child
  grown_up: {end: grown_up}
  retired: {end: retired}
  child: {end: child}
"""
GOOD = """\
flow: sample
start: ask
needs: {age: integer}
states:
  ask:
    choose:
      age >= 65: retired
      age >= 18: grown_up
      else: child
  grown_up: {end: grown_up}
  retired: {end: retired}
  child: {end: child}
"""


@dataclass(frozen=True, slots=True)
class _Test:
    """`age >= 18`: a variable compared with a number or a text."""

    name: str
    sign: str
    limit: int | float | str

    def covers(self, other: "_Test") -> bool:
        """Whether this is true wherever `other` is."""
        if self.name != other.name:
            return False
        if self == other:
            return True
        if not (isinstance(self.limit, int | float) and isinstance(other.limit, int | float)):
            return False
        upward, downward = ("gt", "gteq"), ("lt", "lteq")
        if self.sign in upward and other.sign in (*upward, "eq"):
            strict = self.sign == "gt" and other.sign != "gt"
            return other.limit > self.limit if strict else other.limit >= self.limit
        if self.sign in downward and other.sign in (*downward, "eq"):
            strict = self.sign == "lt" and other.sign != "lt"
            return other.limit < self.limit if strict else other.limit <= self.limit
        return False


def find(subject: Subject) -> Iterator[Finding]:
    expressions = {each.path: each.used for each in subject.plan.placed if isinstance(each.used, Expression)}
    for name, state in subject.flow.states.items():
        choose = state.step(Choose)
        above: list[tuple[str, _Test | bool]] = []
        for source in choose.root if choose else ():
            path = ("states", name, Choose.KEY, source)
            test = _read(expressions[path]) if source != ELSE else None
            covered = next((line for line, other in above if _covers(other, test)), None)
            if covered is not None:
                message = f"this is never taken: '{covered}' above is true whenever it is"
                yield Finding(path, message, "Move it above, or take it out.", key=True)
            elif test is False:
                yield Finding(path, "this is never true", "Take the line out.", key=True)
            if test is not None:
                above.append((source, test))


def _covers(above: _Test | bool, test: _Test | bool | None) -> bool:
    if isinstance(above, bool):
        return above
    return isinstance(test, _Test) and above.covers(test)


def _read(used: Expression) -> _Test | bool | None:
    """The comparison that an expression is, or the truth that it always has."""
    if used.source.strip().lower() in ("true", "false"):
        return used.source.strip().lower() == "true"
    match tree(used):
        case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op=sign, expr=limit)]):
            value = limit.value if isinstance(limit, nodes.Const) else None
            if isinstance(value, int | float | str) and not isinstance(value, bool):
                return _Test(name, sign, value)
    return None


RULE = Rule("C026", Severity.WARNING, "a line of `choose` is never taken", BAD, GOOD, find)
