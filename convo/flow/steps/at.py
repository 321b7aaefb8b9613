"""`at`: moments at which something happens in a state."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, field_validator

from convo.flow.moment import parse_moment
from convo.flow.plan import Alarm, StatePlan
from convo.flow.steps.base import Goto, Step


class Late(StrEnum):
    SKIP = "skip"  # a moment that is past already when the state is entered


def _moment(text: str) -> str:
    parse_moment(text)
    return text


class AtGoto(Goto):
    """The right side of `at`: with `late: skip` a moment that is past on entry is left out."""

    late: Late | None = Field(
        None, description="What becomes of a moment that is past on entry; without it, it goes off at once."
    )


class At(Step):
    """Moment → where to, once a visit: `visit - 1 day, 09:00: remind`, in the contact's time zone.

    One that is past on entry goes off at once, or never where its right side says `late: skip`.
    """

    KEY: ClassVar[str] = "at"
    ORDER: ClassVar[int] = 45

    root: dict[Annotated[str, AfterValidator(_moment)], AtGoto]

    @field_validator("root")
    @classmethod
    def _different(cls, value: dict[str, AtGoto]) -> dict[str, AtGoto]:
        moments = [parse_moment(moment) for moment in value]
        if not moments:
            raise ValueError("there is no moment here; write one like `visit - 1 day, 09:00: remind`")
        if len({(one.variable, one.day, one.shift, one.clock) for one in moments}) < len(moments):
            raise ValueError("two moments of a state are the same; keep one of them")
        return value

    def build(self, state: StatePlan) -> None:
        state.waits = True
        for written, goto in self.root.items():
            path, trigger, moment = (self.KEY, written), f"at {written}", parse_moment(written)
            if moment.variable is not None:  # known to the checks as a name that is used here
                state.plan.expression(moment.variable, state.path + path)
            skips = goto.late is Late.SKIP
            state.alarms.append(Alarm(trigger, moment, skips, state.path + path))
            state.arrow(
                trigger, goto.then, goto.path(path), trigger, do=goto.action(state, path, lapses=True)
            )
