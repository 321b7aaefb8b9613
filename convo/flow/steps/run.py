"""`run`: another flow runs in the place of this state, and returns here."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, field_validator

from convo.flow.plan import RETURNED, Guard, StatePlan
from convo.flow.steps.base import Assigned, Goto, Name, Section, Step
from convo.flow.steps.choose import ELSE


def _leads(goto: Goto) -> Goto:
    if goto.then is None:
        raise ValueError("nothing is waited for here; say where it goes on, with then: STATE")
    return goto


class Running(Section):
    """The flow to run, and where this one goes on when it returns."""

    flow: Name = Field(description="Its name.")
    given: Assigned | None = Field(
        None, alias="with", description="What it needs, worked out here: `{variable: expression}`."
    )
    outcomes: dict[Name, Annotated[Goto, AfterValidator(_leads)]] = Field(
        min_length=1, description="The word with which it ends → where to; `else` takes the others."
    )

    @field_validator("outcomes")
    @classmethod
    def _in_order(cls, value: dict[str, Goto]) -> dict[str, Goto]:
        if ELSE in value and list(value)[-1] != ELSE:
            raise ValueError("what stands below `else` is never reached; move `else` to the end")
        return value


class RunFlow(Step):
    """A sub-flow: `run: {flow: verify-phone, with: {phone: mobile}, outcomes: {approved: in, else: out}}`

    The word with which it ends says where this goes on; `expired` and `failed` are such words too.
    """

    KEY: ClassVar[str] = "run"
    ORDER: ClassVar[int] = 68

    root: Running

    def build(self, state: StatePlan) -> None:
        wanted = self.root
        given = state.expressions(wanted.given, (self.KEY, "with"))
        state.waits, state.runs = True, wanted.flow
        state.on_enter.append(lambda run: run.run(wanted.flow, given))
        for outcome, goto in wanted.outcomes.items():
            path = (self.KEY, "outcomes", outcome)
            state.arrow(
                RETURNED,
                goto.then,
                goto.path(path),
                outcome,
                when=None if outcome == ELSE else _returned(outcome),
                do=goto.action(state, path),
            )


def _returned(outcome: str) -> Guard:
    return lambda run: run.returned == outcome
