"""`end`: the conversation is over."""

from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Outcome, Step


class Ending(Step):
    """The outcome, a word that the analytics count: `end: confirmed`"""

    KEY: ClassVar[str] = "end"
    ORDER: ClassVar[int] = 70

    root: Outcome

    def build(self, state: StatePlan) -> None:
        outcome = self.root
        state.ends = True
        state.on_enter.append(lambda run: run.end(outcome))
