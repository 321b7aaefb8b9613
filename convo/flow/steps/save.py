"""`save`: the whole reply is read as a type and kept in a variable."""

from typing import ClassVar

from pydantic import field_validator

from convo.flow.plan import REPLIED, StatePlan, in_order
from convo.flow.slots import parse_type
from convo.flow.steps.base import Step, Variable


class Save(Step):
    """Variable → type, then on to `then` or `choose`: `save: {wanted: datetime}`"""

    KEY: ClassVar[str] = "save"
    ORDER: ClassVar[int] = 30
    LISTENS: ClassVar[bool] = True

    root: dict[Variable, str]

    @field_validator("root")
    @classmethod
    def _one(cls, value: dict[str, str]) -> dict[str, str]:
        if len(value) != 1:
            raise ValueError("a reply is read as one variable; write one, like {wanted: datetime}")
        for kind in value.values():
            parse_type(kind)
        return value

    def build(self, state: StatePlan) -> None:
        state.waits = state.listens = True
        ((variable, name),) = self.root.items()
        kind = state.reads = parse_type(name)
        state.plan.types[variable] = kind
        chooses = state.goes_on and state.then is None
        state.arrow(
            REPLIED,
            state.then,
            ("then",) if state.then else (self.KEY,),
            f"<{name}>",
            when=lambda run: run.reads(kind),
            do=in_order(lambda run: run.keep(variable), (lambda run: run.choose()) if chooses else None),
        )
