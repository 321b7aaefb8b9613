"""`undelivered`: where to when a text of the state failed for good."""

from typing import ClassVar

from convo.flow.plan import UNDELIVERED, StatePlan, in_order
from convo.flow.steps.base import Goto, Step


class Undeliverable(Step):
    """Where to when a text of the visit failed for good, unless a reply or a clock has led on since; once."""

    KEY: ClassVar[str] = "undelivered"
    ORDER: ClassVar[int] = 50

    root: Goto

    def build(self, state: StatePlan) -> None:
        path = (self.KEY,)
        state.arrow(
            UNDELIVERED,
            self.root.then,
            self.root.path(path),
            UNDELIVERED,
            # Once: what it says may fail as well, and would be said again for ever.
            when=lambda run: not run.has_fired(UNDELIVERED),
            do=in_order(lambda run: run.fire(UNDELIVERED), self.root.action(state, path)),
        )
