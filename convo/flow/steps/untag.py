"""`untag`: marks that a contact loses."""

from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Step, Tags, listed


class Untag(Step):
    """One tag or a list of them, after `tag` and before anything is said: `untag: late`"""

    KEY: ClassVar[str] = "untag"
    ORDER: ClassVar[int] = 7

    root: Tags

    def build(self, state: StatePlan) -> None:
        tags = listed(self.root)
        state.on_enter.append(lambda run: run.untag(tags))
