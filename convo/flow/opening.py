"""The variables with which a flow opens: what it is given, and its defaults."""

from collections.abc import Mapping
from datetime import datetime

from convo.errors import StartError
from convo.flow.dates import Reading
from convo.flow.model import Flow
from convo.flow.slots import parse_type
from convo.flow.values import Value, shown


def opened(flow: Flow, given: Mapping[str, object], reading: Reading) -> dict[str, Value]:
    """`given` by the types of `needs` and `vars`; raises StartError for what does not fit."""
    declared = {**flow.needs, **{name: kind.type for name, kind in flow.vars.items()}}
    for name in given:
        if name not in declared:
            known = ", ".join(declared) or "none"
            raise StartError(
                "unknown_variable", f"{flow.flow} has no variable '{name}' to set; it takes {known}"
            )
    values: dict[str, Value] = {}
    for name, kind in declared.items():
        if name in given:
            value = given[name]
        elif name in flow.vars:
            value = flow.vars[name].default
        else:
            raise StartError(
                "missing_variable", f"{flow.flow} needs '{name}', a {kind}; set it, and start again"
            )
        try:
            values[name] = parse_type(kind).take(value, reading)
        except ValueError as error:
            raise StartError("wrong_variable", f"'{name}': {value!r} will not do; {error}") from None
    return values


def passed_on(flow: Flow, given: Mapping[str, Value], reading: Reading) -> dict[str, Value]:
    """The same for what another flow gives; raises StartError as well."""
    values = opened(flow, {name: shown(value) for name, value in given.items()}, reading)
    # A moment keeps its time zone, which no text of it has.
    same = {name: value for name, value in given.items() if isinstance(value, datetime)}
    return {**values, **{name: value for name, value in same.items() if values[name] == value}}
