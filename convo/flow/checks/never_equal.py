"""A comparison that is never true.

A number never equals a text, even `'5'`, and a variable of the type `one of red | blue` is nothing else.
"""

from collections.abc import Iterator

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.slots.choices import OneOf
from convo.flow.usage import Kind, each, kind, kinds

BAD = """\
flow: sample
start: ask
needs: {size: one of small | large}
states:
  ask:
    choose:
      size == 'big': heavy
      else: light
  heavy: {end: heavy}
  light: {end: light}
"""
GOOD = """\
flow: sample
start: ask
needs: {size: one of small | large}
states:
  ask:
    choose:
      size == 'large': heavy
      else: light
  heavy: {end: heavy}
  light: {end: light}
"""

_NUMBERS = {Kind.NUMBER, Kind.TRUTH}


def find(subject: Subject) -> Iterator[Finding]:
    sure = kinds(subject.plan)
    for placed in subject.plan.placed:
        known = {} if placed.of_result else sure
        for node in each(placed.used, nodes.Compare):
            assert isinstance(node, nodes.Compare)
            if len(node.ops) != 1 or node.ops[0].op != "eq":
                continue
            left, right = node.expr, node.ops[0].expr
            one, two = kind(left, known), kind(right, known)
            message = ""
            if one and two and one is not two and not {one, two} <= _NUMBERS:
                message = f"this is never true: {one} is never equal to {two}"
            elif isinstance(left, nodes.Name) and left.name in known and isinstance(right, nodes.Const):
                message = _no_option(subject, left.name, right.value)
            if message:
                own = placed.path[-1] == placed.used.source
                yield Finding(placed.path, message, "Compare it with what it can be.", key=own)


def _no_option(subject: Subject, name: str, value: object) -> str:
    slot = subject.plan.types.get(name)
    if not isinstance(slot, OneOf) or value in slot.options.values():
        return ""
    return f"this is never true: '{name}' is {' or '.join(slot.options.values())}, never '{value}'"


RULE = Rule("C039", Severity.WARNING, "a comparison that is never true", BAD, GOOD, find)
