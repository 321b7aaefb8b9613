"""`consent`: the reply that led here is the contact's consent to marketing."""

from typing import ClassVar, Literal

from convo.flow.plan import StatePlan
from convo.flow.steps.base import Step


class Consent(Step):
    """What the contact agrees to by the reply that led here: `consent: marketing`"""

    KEY: ClassVar[str] = "consent"
    ORDER: ClassVar[int] = 8

    root: Literal["marketing"]

    def build(self, state: StatePlan) -> None:
        state.on_enter.append(lambda run: run.agree())
