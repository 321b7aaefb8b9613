"""A filter on a value that it cannot show.

`day` wants a date, `time` a time of day, `day_time` both, `money` an amount, `plural` a number. On anything
else the text fails, and a person is called in instead.
"""

from collections.abc import Iterator

from jinja2 import nodes

from convo.errors import Severity
from convo.flow.checks.base import Finding, Rule, Subject
from convo.flow.usage import Kind, each, kind, kinds

BAD = """\
flow: sample
start: ask
needs: {guests: integer}
states:
  ask: {say: "{{ guests | day }}", end: done}
"""
GOOD = """\
flow: sample
start: ask
needs: {guests: integer}
states:
  ask: {say: "{{ guests }} {{ guests | plural('guest', 'guests') }}", end: done}
"""

_TAKES = {
    "day": {Kind.DATE, Kind.DATETIME},
    "time": {Kind.TIME, Kind.DATETIME},
    "day_time": {Kind.DATETIME},
    "money": {Kind.MONEY, Kind.NUMBER},
    "phone": {Kind.TEXT, Kind.NUMBER},
    "plural": {Kind.NUMBER},
    "round": {Kind.NUMBER},
    "abs": {Kind.NUMBER},
}


def find(subject: Subject) -> Iterator[Finding]:
    sure = kinds(subject.plan)
    for placed in subject.plan.placed:
        known = {} if placed.of_result else sure
        for node in each(placed.used, nodes.Filter):
            assert isinstance(node, nodes.Filter)
            told = _wrong(node, kind(node.node, known) if node.node else None)
            if told:
                own = placed.path[-1] == placed.used.source
                yield Finding(placed.path, told[0], told[1], key=own)


def _wrong(node: nodes.Filter, given: Kind | None) -> tuple[str, str] | None:
    """What is wrong with a filter, and its mend."""
    name, wanted = node.name, _TAKES.get(node.name)
    if given is None or wanted is None:
        return None
    shown = f"'{node.node.name}'" if isinstance(node.node, nodes.Name) else "what stands before it"
    if given not in wanted:
        needed = " or ".join(sorted(wanted))
        return f"`| {name}` wants {needed}, and {shown} is {given}", f"Take `| {name}` out, or use another."
    if name == "money" and given is Kind.NUMBER and not (node.args or node.kwargs):
        return (
            f"`| money` does not know the currency of {shown}",
            "Write it like `| money('EUR')`, or give the variable the type `money EUR`.",
        )
    return None


RULE = Rule("C034", Severity.ERROR, "a filter on a value of the wrong type", BAD, GOOD, find)
