"""Actions: functions in Python that the `call` of a flow names, how they are marked and what they take."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., object])

KEY = "idempotency_key"  # an argument that convo gives, to an action that has it
_MARK = "__convo_action__"


@overload
def action(function: F, /) -> F: ...
@overload
def action(name: str | None = None, /) -> Callable[[F], F]: ...
def action(given: Any = None, /) -> Any:
    """Mark a function as an action: `@action`, or `@action("free_slots")` under another name.

    It is called with what the flow gives as keyword arguments, in a thread of its own, and may be
    `async`. What it gives back are mappings, lists, texts, numbers, truths and moments. Raising means
    that it failed and is tried again; `ActionFailed` means that it failed for good.
    """
    if callable(given):
        return action(None)(given)

    def mark(function: F) -> F:
        setattr(function, _MARK, given or getattr(function, "__name__", "action"))
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Action:
    """A marked function, and which arguments it takes by keyword."""

    name: str
    function: Callable[..., object]
    file: str
    line: int
    needs: tuple[str, ...]  # those without a default
    takes: tuple[str, ...] | None  # all of them; None: it takes any

    def arguments(self, given: Mapping[str, object], key: str) -> dict[str, object]:
        """What it is called with: `given`, and the idempotency key where it has an argument for it."""
        wants = KEY in (self.takes or ()) and KEY not in given
        return {**given, KEY: key} if wants else dict(given)


def marked(names: Mapping[str, object]) -> list[Action]:
    """The actions among the names of a module, in its order."""
    found = {id(value): value for value in names.values() if callable(value) and not isinstance(value, type)}
    return [described(value, name) for value in found.values() if (name := getattr(value, _MARK, None))]


def described(function: Callable[..., object], name: str) -> Action:
    """`function` as an action of this name."""
    parameters = inspect.signature(function).parameters.values()
    named = [one for one in parameters if one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)]
    needs = tuple(one.name for one in named if one.default is one.empty and one.name != KEY)
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters)
    code = getattr(inspect.unwrap(function), "__code__", None)
    return Action(
        name,
        function,
        code.co_filename if code else "",
        code.co_firstlineno if code else 1,
        needs,
        None if takes_any else tuple(one.name for one in named),
    )
