"""`hand_off`: a person takes over."""

from typing import ClassVar

from convo.flow.plan import HANDED_BACK, StatePlan
from convo.flow.steps.base import Name, Step


class HandOffTo(Step):
    """The queue of people who answer; the flow pauses until they hand back, to `then` or `choose`."""

    KEY: ClassVar[str] = "hand_off"
    ORDER: ClassVar[int] = 60

    root: Name

    def build(self, state: StatePlan) -> None:
        queue = self.root
        state.waits = state.hands_off = True
        state.on_enter.append(lambda run: run.hand_off(queue))
        if state.then is not None:
            state.arrow(HANDED_BACK, state.then, ("then",), "handed back")
