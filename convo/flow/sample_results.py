"""Results that a call may bring, made up from what its flow takes of them and does with that."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from jinja2 import nodes

from convo.flow.calling import RESULT, Calling
from convo.flow.plan import Plan
from convo.flow.render import GIVEN_NAMES
from convo.flow.results import Result
from convo.flow.slots import SlotType
from convo.flow.slots.moments import DateTime
from convo.flow.usage import each, tree

WORDS = ("one", "two", "three")
MOST_RESULTS = 12
_OF_MOMENTS = {"day", "time", "day_time"}
_OF_LISTS = {"length", "count", "first", "last", "join", "list", "reverse", "sort", "unique"}
Step = str | int  # into a mapping, or a list
Way = tuple[Step, ...]


def results(
    plan: Plan, calling: Calling, numbers: list[int], read_as: Callable[[SlotType], Iterable[Result]]
) -> list[Result]:
    """Results with everything that `save` asks for; one that brings nothing where it asks for nothing.

    Each value is tried in several ways, one value at a time. `read_as` gives the texts to try for a type.
    """
    wanted: dict[Way, list[Result]] = {}
    for variable, expression in calling.save:
        root = tree(expression)
        known = {*plan.types, *plan.assigned, *GIVEN_NAMES} - {variable}
        ways = dict(_ways(root, known)) if root is not None else {}
        for way, is_list in ways.items():
            whole = len(ways) == 1 and isinstance(root, nodes.Name | nodes.Getattr | nodes.Getitem)
            found = _values(plan, variable, numbers, read_as) if whole else iter(WORDS[:1])
            wanted[way] = [[*WORDS], []] if is_list else [*found]
    if not wanted:
        return [None]
    usual = {way: values[0] for way, values in wanted.items()}
    others = [{**usual, way: value} for way, values in wanted.items() for value in values[1:]]
    built = {repr(result): result for result in map(_built, [usual, *others])}
    return list(built.values())[:MOST_RESULTS]


def _ways(root: nodes.Node, known: set[str]) -> Iterator[tuple[Way, bool]]:
    """The ways into the result that an expression takes, and whether a list stands at the end of each."""
    inner: set[int] = set()
    for node in _all(root):
        if id(node) in inner or not isinstance(
            node, nodes.Name | nodes.Getattr | nodes.Getitem | nodes.Filter
        ):
            continue
        found = _way(node, known, inner)
        if found is not None:
            yield found


def _all(root: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes of a tree, the outer ones first."""
    yield root
    for child in root.iter_child_nodes():
        yield from _all(child)


def _way(node: nodes.Node, known: set[str], inner: set[int]) -> tuple[Way, bool] | None:
    """Where in the result `node` looks; what it looks through is `inner` from now on."""
    steps: list[Step] = []
    is_list = False
    while True:
        inner.add(id(node))
        match node:
            case nodes.Name(name=name):
                if name != RESULT and name in known:
                    return None
                return (*(() if name == RESULT else (name,)), *reversed(steps)), is_list
            case nodes.Getattr(node=below, attr=attribute):
                steps.append(attribute)
            case nodes.Getitem(node=below, arg=nodes.Const(value=str() | int() as step)):
                steps.append(step)
            case nodes.Getitem(node=below):
                steps, is_list = [], True
            case nodes.Filter(node=nodes.Node() as below, name=name) if name in ("first", "last"):
                steps.append(0)
            case nodes.Filter(node=nodes.Node() as below, name=name):
                steps, is_list = [], name in _OF_LISTS
            case _:
                return None
        node = below


def _values(
    plan: Plan, variable: str, numbers: list[int], read_as: Callable[[SlotType], Iterable[Result]]
) -> Iterator[Result]:
    """Values for a variable, by its type, or else by what the flow does with it."""
    kind = plan.types.get(variable)
    if kind is not None:
        yield from read_as(kind)
        return
    uses = set(_uses(plan, variable))
    words = [*WORDS]
    if datetime in uses:
        words = [str(moment) for moment in read_as(DateTime())] * len(WORDS)
    if list in uses:
        for count in (len(WORDS), 1, 0):
            yield [*words[:count]]
    elif int in uses:
        yield from sorted({1, *(each + step for each in numbers for step in (-1, 0, 1))})
    elif bool in uses:
        yield from (True, False)
    else:
        yield words[0]


def _uses(plan: Plan, variable: str) -> Iterator[type]:
    """What the flow takes a variable for."""

    def is_it(node: Any) -> bool:
        return isinstance(node, nodes.Name) and node.name == variable

    for placed in plan.placed:
        if placed.of_result or variable not in placed.used.names:
            continue
        root = tree(placed.used)
        if is_it(root):
            yield bool if "choose" in placed.path else str
        for node in each(placed.used, nodes.Node):
            match node:
                case nodes.For(target=nodes.Name(name=one), iter=loop) if is_it(loop):
                    yield list
                    yield from (datetime for inner in _dated(node) if _named(inner) == one)
                case nodes.Filter() if node in _dated(node) and _named(node) == variable:
                    yield datetime
                case nodes.Filter(node=inside, name=name) if is_it(inside) and name in _OF_LISTS:
                    yield list
                case nodes.Getitem(node=inside) if is_it(inside):
                    yield list
                case nodes.Compare(expr=left, ops=[nodes.Operand(expr=nodes.Const(value=int()))]) if is_it(
                    left
                ):
                    yield int
                case nodes.Not(node=inside) if is_it(inside):
                    yield bool
                case nodes.And(left=left, right=right) | nodes.Or(left=left, right=right):
                    if is_it(left) or is_it(right):
                        yield bool


def _dated(root: nodes.Node) -> list[nodes.Node]:
    """The filters below and at a node that write a day or a time."""
    return [one for one in _all(root) if isinstance(one, nodes.Filter) and one.name in _OF_MOMENTS]


def _named(node: nodes.Node) -> str | None:
    """The variable that a filter writes, itself or one of what it holds."""
    inner = node.node if isinstance(node, nodes.Filter) else None
    while isinstance(inner, nodes.Getitem | nodes.Filter):
        inner = inner.node
    return inner.name if isinstance(inner, nodes.Name) else None


def _built(values: Mapping[Way, Result]) -> Result:
    """A result with these values in their places; a longer way goes first, for it says what stands there."""
    result: Result = None
    for way, value in sorted(values.items(), key=lambda pair: -len(pair[0])):
        result = _put(result, way, value)
    return result


def _put(into: Result, way: Way, value: Result) -> Result:
    if not way:
        return value if into is None else into
    step, rest = way[0], way[1:]
    if isinstance(step, str):
        mapping = into if isinstance(into, dict) else {}
        return {**mapping, step: _put(mapping.get(step), rest, value)}
    place = max(step, 0)
    items = into if isinstance(into, list) else []
    items = [*items, *(None for _ in range(place + 1 - len(items)))]
    items[place] = _put(items[place], rest, value)
    return [items[place] if item is None else item for item in items]
