"""`emit`: the application is told of something."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Assigned, Section, Step
from convo.kinds import LONGEST_NAME, NAME, OUR_OWN


def _event(text: str) -> str:
    if len(text) > LONGEST_NAME or not NAME.fullmatch(text):
        raise ValueError(
            f"'{text}' is not the name of an event; write small letters and dots, like order.ready"
        )
    if text.partition(".")[0] in OUR_OWN:
        first = text.partition(".")[0]
        raise ValueError(f"events of convo's own begin with '{first}'; write another word, like order.ready")
    return text


class Emitted(Section):
    """The event: its name alone, or these keys."""

    event: Annotated[str, AfterValidator(_event)] = Field(
        description="Its name, of small letters, digits and dots: `order.ready`."
    )
    given: Assigned | None = Field(
        None, alias="with", description="The values that go with it: `{name: expression}`."
    )

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"event": value} if isinstance(value, str) else value


class EmitEvent(Step):
    """An event for the application, with values: `emit: {event: order.ready, with: {count: seats}}`"""

    KEY: ClassVar[str] = "emit"
    ORDER: ClassVar[int] = 55

    root: Emitted

    def build(self, state: StatePlan) -> None:
        event = self.root.event
        given = state.expressions(self.root.given, (self.KEY, "with"))
        state.on_enter.append(lambda run: run.emit(event, given))
