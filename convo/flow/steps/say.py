"""`say`: what is sent when a state is entered."""

from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Said, Step


class Say(Step):
    """What is texted on entry: a text, one per language, or a list: `say: Hi {{ name }}, see you soon!`"""

    KEY: ClassVar[str] = "say"
    ORDER: ClassVar[int] = 10

    root: Said

    def build(self, state: StatePlan) -> None:
        phrases = state.phrases(self.root, (self.KEY,))
        state.asked = phrases
        state.on_enter.append(lambda run: run.say(phrases, entry=True))
