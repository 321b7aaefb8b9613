"""The sandbox in which texts and expressions run: strict about names, and never asked for the impossible."""

from collections.abc import Mapping, Sized
from decimal import Decimal
from typing import Any

from jinja2 import StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST = 10_000  # characters of a text that is repeated, and digits of a power


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's own, in which nobody can fill the memory: `'*' * reply.value`, where a contact says so."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "**"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False)
        self.globals.clear()  # `range` and the like: a text has the names of its flow alone

    def getattr(self, obj: Any, attribute: str) -> Any:
        # `order.items` is what a call brought under that name, and no method of a mapping.
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        # `slots[reply.value - 1]`: the number that a contact typed is a Decimal, and whole.
        whole = isinstance(argument, Decimal) and argument == argument.to_integral_value()
        return super().getitem(obj, int(argument) if whole else argument)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        # A number that a contact typed is a Decimal, one that an author typed with a point a float.
        if isinstance(left, Decimal) and isinstance(right, float):
            right = Decimal(str(right))
        elif isinstance(right, Decimal) and isinstance(left, float):
            left = Decimal(str(left))
        if operator == "**":
            if abs(right) > MOST or len(str(left)) * abs(right) > MOST:
                raise SecurityError(f"{left} ** {right} is too much to work out")
        elif operator == "*" and any(
            isinstance(one, Sized) and len(one) * other > MOST for one, other in _pairs(left, right)
        ):
            raise SecurityError(f"this comes to more than {MOST} characters")
        return super().call_binop(context, operator, left, right)


def _pairs(left: Any, right: Any) -> list[tuple[Any, int]]:
    return [(one, other) for one, other in ((left, right), (right, left)) if isinstance(other, int)]
