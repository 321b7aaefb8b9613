"""`split`: contacts are divided among states, for comparing one with another."""

import re
from decimal import Decimal
from typing import ClassVar

from pydantic import field_validator

from convo.flow.plan import Guard, StatePlan
from convo.flow.steps.base import Name, Step

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)\s*%", re.ASCII)
_PARTS = re.compile(r"\d{1,6}", re.ASCII)


class Split(Step):
    """State → share; the same contact always falls on the same side: `split: {short: 50%, long: 50%}`"""

    KEY: ClassVar[str] = "split"
    ORDER: ClassVar[int] = 97

    root: dict[Name, str]

    @field_validator("root")
    @classmethod
    def _shares(cls, value: dict[str, str]) -> dict[str, str]:
        if len(value) < 2:
            raise ValueError("there is nothing to split; write two states at least, like {short: 1, long: 1}")
        percent = [share.endswith("%") for share in value.values()]
        if any(percent) and not all(percent):
            raise ValueError("some shares are percentages and some are not; write all of them in one way")
        whole = sum(_share(share) for share in value.values())
        if any(percent) and whole != 100:
            raise ValueError(f"these shares come to {whole}%; change them, so that they come to 100%")
        return value

    def build(self, state: StatePlan) -> None:
        shares = [_share(share) for share in self.root.values()]
        whole, below = sum(shares), Decimal()
        for (name, written), share in zip(self.root.items(), shares, strict=True):
            below += share
            # The last one takes what is left, whatever rounding does.
            when = _within(state.name, float(below / whole)) if name != list(self.root)[-1] else None
            for trigger in state.onward:
                state.arrow(trigger, name, (self.KEY, name), f"{written} of all", when=when)

    def taken(self, side: float) -> str:
        """The state to which a contact is led who falls on this side."""
        shares = [_share(share) for share in self.root.values()]
        whole, below = sum(shares), Decimal()
        for name, share in zip(self.root, shares, strict=True):
            below += share
            if side < float(below / whole):
                return name
        return list(self.root)[-1]


def _share(written: str) -> Decimal:
    found = _PERCENT.fullmatch(written) or _PARTS.fullmatch(written)
    if found is None:
        raise ValueError(f"'{written}' is not a share; write one like 50% or 1")
    share = Decimal(written.removesuffix("%").strip())
    if not share:
        raise ValueError("a share of nothing leads nobody there; take the line out")
    return share


def _within(state: str, below: float) -> Guard:
    return lambda run: run.side(state) < below
