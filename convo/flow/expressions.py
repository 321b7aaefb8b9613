"""Expressions of a flow, `n + 1` or `wanted > now`: Jinja2's own, in the sandbox of the texts."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from jinja2 import TemplateError, Undefined, nodes
from jinja2.environment import Environment

from convo.errors import ConvoError
from convo.flow.complaints import in_words
from convo.flow.trees import compiled_names, expression_tree, looked_through, nodes_of
from convo.flow.values import Money, Value, shown
from convo.messages import storable

LONGEST_TEXT = 10_000  # characters that one variable may hold
LARGEST_NUMBER = 10**18


class ExpressionError(ConvoError):
    """An expression failed, or came to something that no variable can hold."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression: the names that it uses, and how to work it out."""

    source: str
    names: frozenset[str]
    result: Callable[[Mapping[str, object]], object]

    def value(self, names: Mapping[str, object]) -> Value:
        """What a variable is set to; raises ExpressionError for what is no value of the language."""
        found = self.result(names)
        try:
            return as_value(found)
        except ValueError as error:
            raise ExpressionError(f"the expression '{self.source}' came to {error}") from None

    def holds(self, names: Mapping[str, object]) -> bool:
        """Whether a branch is taken."""
        return bool(self.result(names))


def as_value(found: object) -> Value:
    """`found` as a value of the language; raises ValueError, which says what it is instead."""
    match found:
        case str() if len(found) <= LONGEST_TEXT:
            return storable(found)
        case int() if abs(found) <= LARGEST_NUMBER:
            return found
        case Decimal() if found.is_finite() and abs(found) <= LARGEST_NUMBER:
            return found
        case float() if math.isfinite(found):
            return as_value(Decimal(str(found)))
        case datetime() if found.tzinfo is None:
            pass  # nobody knows when that is
        case date() | time() | timedelta() | Money():
            return found
        case list() | tuple() if all(isinstance(each, str | date | time) for each in found):
            return tuple(str(shown(as_value(each))) for each in found)  # moments as programs write them
    raise ValueError(f"{str(found)[:60]!r}, which no variable can hold; texts, numbers and moments can")


def compile_expression(jinja: Environment, source: str) -> Expression:
    """Raises ValueError, in an author's words, for an expression that does not parse."""

    @cache
    def compiled() -> Callable[[Mapping[str, object]], object]:
        return jinja.compile_expression(source, undefined_to_none=False)

    try:
        tree = expression_tree(source)
        names = looked_through(nodes_of(source, text=False), jinja)
        if names is None:
            template = nodes.Template([nodes.Output([tree], lineno=1)], lineno=1)
            template.set_environment(jinja)
            names = compiled_names(template)
            compiled()  # what is wrong with it is told now
    except TemplateError as error:
        why = in_words(error.message, source, jinja.filters)
        raise ValueError(f"this expression cannot be read: {why}; write it like count + 1") from None

    def result(values: Mapping[str, object]) -> object:
        try:
            found = compiled()(values)
            if isinstance(found, Undefined):
                str(found)  # raises, and says which name it is that nobody has defined
        except Exception as error:
            raise ExpressionError(f"the expression '{source}' failed: {error}") from error
        return found

    return Expression(source, names, result)
