"""`set`: variables that get a value when a state is entered."""

from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Assigned, Step


class Assign(Step):
    """Variable → expression, before anything is said: `set: {asked: asked + 1}`"""

    KEY: ClassVar[str] = "set"
    ORDER: ClassVar[int] = 5

    root: Assigned

    def build(self, state: StatePlan) -> None:
        assigned = state.assignments(self.root, (self.KEY,))
        state.on_enter.append(lambda run: run.assign(assigned))
