"""`then`: the next state, when nothing is waited for."""

from typing import ClassVar

from convo.flow.plan import PASSED, StatePlan
from convo.flow.steps.base import Name, Step


class Then(Step):
    """The state that follows; after `save`, `call` and `hand_off` it is where those lead."""

    KEY: ClassVar[str] = "then"
    ORDER: ClassVar[int] = 95

    root: Name

    def build(self, state: StatePlan) -> None:
        if not (state.waits or state.ends or state.calls):
            state.arrow(PASSED, self.root, (self.KEY,), "then")
