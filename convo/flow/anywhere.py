"""`anywhere`: what every state that waits for a reply understands beside its own `replies`."""

from dataclasses import replace
from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.replies import Replies


# Not a construct of a state: `all_steps` takes those that stand directly below `Step`.
class Anywhere(Replies):
    """Pattern → where to, in every state that waits for a reply, after the state's own `replies`."""

    KEY: ClassVar[str] = "anywhere"
    ORDER: ClassVar[int] = 25

    def build(self, state: StatePlan) -> None:
        super().build(replace(state, path=()))  # it is written at the top of the file
