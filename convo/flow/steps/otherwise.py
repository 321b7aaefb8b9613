"""`otherwise`: what happens to a reply that nothing took."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from convo.flow.codes import Verdict
from convo.flow.plan import REPLIED, StatePlan, checked
from convo.flow.steps.base import Name, Said, Section, Step

TRIES = 2


def _count(value: object) -> object:
    if isinstance(value, str) and not value.isdecimal():
        raise ValueError(f"'{value}' is not a number of tries; write one from 1 to 20")
    return value


class Answer(Section):
    """What is said to a reply that nothing took, how often, and where the next one leads."""

    say: Said | None = Field(None, description="The text: short, with what can be replied.")
    tries: Annotated[int, BeforeValidator(_count), Field(ge=1, le=20)] = Field(
        TRIES, description="How often it is said in one visit, 1 to 20."
    )
    then: Name | None = Field(None, description="The state for the miss after the last try; else silence.")

    @model_validator(mode="after")
    def _does_something(self) -> "Answer":
        if self.say is None and self.then is None:
            raise ValueError("this does nothing; write {say: …, tries: 2, then: …}")
        return self


class Otherwise(Step):
    """For a reply that nothing took: `{say, tries, then}`; the miss after the last try goes to `then`."""

    KEY: ClassVar[str] = "otherwise"
    ORDER: ClassVar[int] = 90
    LISTENS: ClassVar[bool] = True

    root: Answer

    def build(self, state: StatePlan) -> None:
        answer, path = self.root, (self.KEY,)
        state.waits = state.listens = state.answers = True
        if answer.say is not None:
            phrases = state.phrases(answer.say, (*path, "say"))
            state.arrow(
                REPLIED,
                None,
                (*path, "say"),
                "otherwise",
                when=lambda run: run.misses < answer.tries,
                do=lambda run: run.miss(phrases),
            )
            if state.verifies:  # which counts wrong codes by itself
                state.arrow(
                    checked(Verdict.WRONG),
                    None,
                    (*path, "say"),
                    "wrong code",
                    do=lambda run: run.say(phrases, lapses=True),
                )
        if answer.then is not None:
            state.arrow(REPLIED, answer.then, (*path, "then"), "otherwise")
