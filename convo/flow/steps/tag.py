"""`tag`: marks that a contact gets, and keeps beyond the conversation."""

from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Step, Tags, listed


class TagWith(Step):
    """One tag or a list of them, before anything is said: `tag: vip`; they are `contact.tags`."""

    KEY: ClassVar[str] = "tag"
    ORDER: ClassVar[int] = 6

    root: Tags

    def build(self, state: StatePlan) -> None:
        tags = listed(self.root)
        state.on_enter.append(lambda run: run.tag(tags))
