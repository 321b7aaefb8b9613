"""`begin`: another flow is started, with this contact or with another."""

from typing import ClassVar

from pydantic import Field, model_validator

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Assigned, Name, Section, Step, Words


class Opening(Section):
    """The flow to start: its name alone, or these keys."""

    flow: Name = Field(description="Its name.")
    contact: Words | None = Field(
        None, description="An expression for whose number it is started with; the same contact unless said."
    )
    given: Assigned | None = Field(None, alias="with", description="What it needs: `{variable: expression}`.")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"flow": value} if isinstance(value, str) else value


class BeginFlow(Step):
    """A flow to start, with what it needs: `begin: {flow: invite, contact: friend, with: {name: name}}`

    Without `contact` it is started with the same one. This conversation goes on either way.
    """

    KEY: ClassVar[str] = "begin"
    ORDER: ClassVar[int] = 65

    root: Opening

    def build(self, state: StatePlan) -> None:
        wanted, path = self.root, (*state.path, self.KEY)
        contact = state.plan.expression(wanted.contact, (*path, "contact")) if wanted.contact else None
        given = state.expressions(wanted.given, (self.KEY, "with"))
        state.on_enter.append(lambda run: run.begin(wanted.flow, contact, given))
