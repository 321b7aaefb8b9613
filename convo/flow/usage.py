"""How texts and expressions use variables: the trees that Jinja2 reads, and the kinds of value in them."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from jinja2 import TemplateError, nodes

from convo.flow.expressions import Expression
from convo.flow.plan import Plan
from convo.flow.render import Text
from convo.flow.slots import SlotType
from convo.flow.trees import nodes_of

N = TypeVar("N", bound=nodes.Node)


class Kind(StrEnum):
    """What values of several types have in common; each is called as an author would call it."""

    TEXT = "a text"
    NUMBER = "a number"
    TRUTH = "a yes or no"
    DATE = "a date"
    TIME = "a time of day"
    DATETIME = "a day and time"
    DURATION = "a duration"
    MONEY = "an amount of money"
    LIST = "a list"


_OF_TYPE = {
    "text": Kind.TEXT,
    "email": Kind.TEXT,
    "phone": Kind.TEXT,
    "one": Kind.TEXT,
    "number": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "yes_no": Kind.TRUTH,
    "date": Kind.DATE,
    "time": Kind.TIME,
    "datetime": Kind.DATETIME,
    "duration": Kind.DURATION,
    "money": Kind.MONEY,
    "list": Kind.LIST,
}
_OF_CONSTANT = {str: Kind.TEXT, bool: Kind.TRUTH, int: Kind.NUMBER, float: Kind.NUMBER}
_GIVEN = {"now": Kind.DATETIME, "here": Kind.DATETIME, "number": Kind.TEXT}
_SAYS = "day time day_time money phone plural upper lower title capitalize trim replace string"
_OF_FILTER = {
    **dict.fromkeys(_SAYS.split(), Kind.TEXT),
    **dict.fromkeys(["length", "count", "int", "float", "round"], Kind.NUMBER),
}


def kind_of(slot: SlotType) -> Kind:
    """The kind of a type's values."""
    return _OF_TYPE[slot.name.split()[0]]


def kinds(plan: Plan) -> dict[str, Kind]:
    """The kinds of those variables that have one for certain: nothing but their type sets them."""
    sure = {name: kind_of(slot) for name, slot in plan.types.items() if name not in plan.assigned}
    given = {name: kind for name, kind in _GIVEN.items() if name not in plan.assigned}
    return {**given, **sure}


def tree(used: Text | Expression) -> nodes.Node | None:
    """What Jinja2 reads in a text or an expression; None where it cannot, or where nothing is used."""
    return next(iter(_nodes(used)), None)


def _nodes(used: Text | Expression) -> Sequence[nodes.Node]:
    if not used.names and "{%" not in used.source:
        return ()
    try:
        return nodes_of(used.source, text=isinstance(used, Text))
    except TemplateError:
        return ()


def kind(node: nodes.Node, known: Mapping[str, Kind]) -> Kind | None:
    """The kind of what `node` comes to, where that is certain."""
    match node:
        case nodes.Name():
            return known.get(node.name)
        case nodes.Const():
            return _OF_CONSTANT.get(type(node.value))
        case nodes.Filter():
            return _OF_FILTER.get(node.name)
        case nodes.Compare() | nodes.Not():
            return Kind.TRUTH
    return None


def each(used: Text | Expression, wanted: type[N]) -> Iterator[N]:
    """The nodes of one type, the outermost too."""
    return (node for node in _nodes(used) if isinstance(node, wanted))


def guarded(used: Text | Expression) -> set[str]:
    """The names that are asked for before they are used: `is defined`, or with a `default`."""
    found: set[str] = set()
    for node in [*each(used, nodes.Test), *each(used, nodes.Filter)]:
        assert isinstance(node, nodes.Test | nodes.Filter)
        if node.name in ("defined", "undefined", "default", "d") and isinstance(node.node, nodes.Name):
            found.add(node.node.name)
    return found
