"""`verify`: a one-time code that the contact texts back."""

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field, model_validator

from convo.clock import parse_duration
from convo.flow.codes import MOST_SENDS, Spec, Verdict
from convo.flow.plan import CODE_EXPIRED, StatePlan, Timer, checked
from convo.flow.run import Run
from convo.flow.steps.base import Duration, Goto, Section, Step

LONGEST = "10 minutes"  # NIST SP 800-63B, 5.1.3.2: a code is valid for ten minutes at most


def _whole(value: object) -> object:
    if isinstance(value, str) and not value.isdecimal():
        raise ValueError(f"'{value}' is not a whole number; write one, like 6")
    return value


def _short(value: str) -> str:
    if not 30 <= parse_duration(value).total_seconds() <= parse_duration(LONGEST).total_seconds():
        raise ValueError(f"'{value}' will not do; a code is valid for 30 seconds to {LONGEST}")
    return value


Count = Annotated[int, BeforeValidator(_whole)]


class Outcomes(Section):
    """Where it leads: `approved`, `failed` (tried too often), `expired`; `else` stands for the rest."""

    approved: Goto = Field(description="Where the right code leads.")
    failed: Goto | None = Field(None, description="Where it leads after too many tries.")
    expired: Goto | None = Field(None, description="Where it leads when the code's time is over.")
    other: Goto | None = Field(None, alias="else", description="Where what is not named leads.")

    @model_validator(mode="after")
    def _all(self) -> "Outcomes":
        missing = [word for word in ("failed", "expired") if getattr(self, word) is None]
        if missing and self.other is None:
            raise ValueError(f"it does not say where '{missing[0]}' leads; add {missing[0]}: …, or else: …")
        return self

    def of(self, verdict: Verdict) -> tuple[str, Goto]:
        """The key under which it stands where a verdict leads, and that."""
        found: Goto | None = getattr(self, verdict)
        return ("else", self.other or self.approved) if found is None else (verdict, found)


class Verification(Section):
    """How long a code is, how long it is good for, how often it may be tried, and where that leads."""

    digits: Annotated[Count, Field(ge=4, le=10)] = Field(6, description="How long the code is, 4 to 10.")
    valid: Annotated[Duration, BeforeValidator(lambda value: _short(str(value)))] = Field(
        LONGEST, description="How long it is good for, 30 seconds to 10 minutes."
    )
    tries: Annotated[Count, Field(ge=1, le=10)] = Field(5, description="How often it may be tried, 1 to 10.")
    outcomes: Outcomes = Field(description="Where each end leads.")


class Verify(Step):
    """A one-time code, `{{ code }}` in `say`, that the contact texts back.

    A wrong one is answered by `otherwise`, without counting there. Entered again, it sends the same code
    while that is valid, five times at most.
    """

    KEY: ClassVar[str] = "verify"
    ORDER: ClassVar[int] = 5
    LISTENS: ClassVar[bool] = True

    root: Verification

    def build(self, state: StatePlan) -> None:
        wanted = self.root
        spec = Spec(wanted.digits, parse_duration(wanted.valid), wanted.tries)
        state.waits = state.listens = True
        state.verifies = spec
        failed = checked(Verdict.FAILED)

        def issue(run: Run) -> None:
            if run.visits_here > MOST_SENDS:
                run.goes_on_by = failed
            else:
                run.issue_code(spec)

        state.on_enter.append(issue)
        speaks = wanted.outcomes.of(Verdict.EXPIRED)[1].say is not None
        state.timers.append(Timer(CODE_EXPIRED, spec.valid, (*state.path, self.KEY, "valid"), speaks))
        for verdict in (Verdict.APPROVED, Verdict.FAILED, Verdict.EXPIRED):
            word, goto = wanted.outcomes.of(verdict)
            path = (self.KEY, "outcomes", word)
            state.arrow(checked(verdict), goto.then, goto.path(path), verdict, do=goto.action(state, path))
