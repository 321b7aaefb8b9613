"""What segments cost: the table `[prices]` of the settings."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _price_of(value: str) -> str:
    if not re.fullmatch(r"\+\d{0,15}", value, re.ASCII):
        raise ValueError(f"'{value}' is not how numbers begin; write it like +44, or + for all others")
    return value


Begins = Annotated[str, AfterValidator(_price_of)]
Price = Annotated[Decimal, Field(ge=0, le=1000)]


class Prices(BaseModel):
    """What a segment costs, by how the contact's number begins: the longest of them counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = "USD"
    segment: dict[Begins, Price] = Field(default_factory=dict)
    numbers: dict[Begins, Price] = Field(default_factory=dict)  # of ours, whoever gets it; goes before that
    incoming: dict[Begins, Price] = Field(default_factory=dict)  # of a contact's text, by our number

    @property
    def are_set(self) -> bool:
        """Whether anything has a price."""
        return bool(self.segment or self.numbers or self.incoming)

    @property
    def longest(self) -> int:
        """On how many signs of a contact's number its price can depend."""
        return max(map(len, self.segment), default=0)

    def sent(self, number: str, contact: str) -> Decimal | None:
        """What a segment from one of our numbers to this contact costs; None where that is not set."""
        own = _longest(self.numbers, number)
        return _longest(self.segment, contact) if own is None else own

    def received(self, number: str) -> Decimal | None:
        """What a segment to one of our numbers costs; None where that is not set."""
        return _longest(self.incoming, number)


def _longest(prices: dict[str, Decimal], number: str) -> Decimal | None:
    fitting = [begin for begin in prices if number.startswith(begin)]
    return prices[max(fitting, key=len)] if fitting else None
