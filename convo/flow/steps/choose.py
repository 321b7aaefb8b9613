"""`choose`: the next state depends on what is known."""

from typing import ClassVar

from pydantic import field_validator

from convo.flow.expressions import Expression, ExpressionError
from convo.flow.plan import Guard, StatePlan
from convo.flow.steps.base import Name, Step, Words

ELSE = "else"


class Choose(Step):
    """Expression → state, top to bottom, with `else`; it stands where `then` would."""

    KEY: ClassVar[str] = "choose"
    ORDER: ClassVar[int] = 96

    root: dict[Words, Name]

    @field_validator("root")
    @classmethod
    def _in_order(cls, value: dict[str, str]) -> dict[str, str]:
        if not [expression for expression in value if expression != ELSE]:
            raise ValueError("there is nothing to choose by; write a line like `age >= 18: grown_up`")
        if ELSE in value and list(value)[-1] != ELSE:
            raise ValueError("what stands below `else` is never reached; move `else` to the end")
        return value

    def build(self, state: StatePlan) -> None:
        branches = [
            (source, to, None if source == ELSE else state.plan.expression(source, self._at(state, source)))
            for source, to in self.root.items()
        ]
        for trigger in state.onward:
            for source, to, expression in branches:
                when = _holds(expression) if expression else None
                state.arrow(trigger, to, (self.KEY, source), source, when=when)
            if ELSE not in self.root:
                state.arrow(trigger, None, (self.KEY,), ELSE, when=_fails(state.name))

    def _at(self, state: StatePlan, source: str) -> tuple[str | int, ...]:
        return (*state.path, self.KEY, source)


def _holds(expression: Expression) -> Guard:
    return lambda run: run.holds(expression)


def _fails(state: str) -> Guard:
    def fail(run: object) -> bool:
        del run
        raise ExpressionError(f"nothing that '{state}' can choose fits, and it has no `else`")

    return fail
