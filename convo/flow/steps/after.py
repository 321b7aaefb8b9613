"""`after`: clocks of a state."""

from typing import ClassVar

from pydantic import field_validator

from convo.clock import parse_duration
from convo.flow.plan import StatePlan, Timer
from convo.flow.steps.base import Duration, Goto, Step


class After(Step):
    """Duration → where to; each goes off once a visit: `4 hours: {say: "Still coming?"}`

    Counted from when the last text said on entry was accepted by the provider, or failed for good;
    without a text, from entry.
    """

    KEY: ClassVar[str] = "after"
    ORDER: ClassVar[int] = 40

    root: dict[Duration, Goto]

    @field_validator("root")
    @classmethod
    def _different(cls, value: dict[str, Goto]) -> dict[str, Goto]:
        delays = [parse_duration(duration) for duration in value]
        if not delays:
            raise ValueError("there is no clock here; write one like `4 hours: no_answer`")
        if len(set(delays)) < len(delays):
            raise ValueError("two clocks of a state go off at the same time; keep one of them")
        return value

    def build(self, state: StatePlan) -> None:
        state.waits = True
        for duration, goto in self.root.items():
            path, trigger = (self.KEY, duration), f"after {duration}"
            speaks = goto.say is not None
            state.timers.append(Timer(trigger, parse_duration(duration), state.path + path, speaks))
            state.arrow(
                trigger,
                goto.then,
                goto.path(path),
                trigger,
                do=goto.action(state, path, lapses=True),
            )
