"""`say`: the text that is sent when a state is entered."""

from typing import ClassVar

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Step, Words


class Say(Step):
    """A text, in Jinja2: `say: Hi {{ name }}, see you {{ visit | day_time }}!`"""

    KEY: ClassVar[str] = "say"
    ORDER: ClassVar[int] = 10

    root: Words

    def build(self, state: StatePlan) -> None:
        text = state.text(self.root, (self.KEY,))
        state.on_enter.append(lambda run: run.say(text, entry=True))
