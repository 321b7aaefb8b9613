"""Insights: what came of texts and conversations, in numbers. What each means is in docs/insights.md."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from convo.resources.base import NumberFilter, Query, Shown


def _moment(given: object) -> object:
    """A number is no moment, though one could be read from it."""
    if isinstance(given, str) and not re.match(r"\d{4}-\d\d-\d\d", given, re.ASCII):
        raise ValueError(f"it is a moment like 2026-11-30T09:00:00Z, not '{given}'")
    return given


Hour = Annotated[datetime, BeforeValidator(_moment)]

By = Literal["day", "hour", "flow", "version", "campaign", "variant", "number", "language", "state"]


class Insight(Shown):
    """The figures of one day, flow, state…, or of everything; null where there is nothing to divide by."""

    key: str | None = Field(description="Which day, flow, state… it is; null for everything.")
    received: int = Field(description="Texts of contacts.")
    segments_in: int = Field(description="Their segments.")
    sent: int = Field(description="Texts that a provider has accepted.")
    segments_out: int = Field(description="Their segments.")
    cost: Decimal | None = Field(description="Of the segments both ways; null where no price is set.")
    unpriced: int = Field(description="Segments sent for which no price is set.")
    delivered: int = Field(description="Reported as delivered.")
    failed: dict[str, int] = Field(description="Failed for good, by reason.")
    uncertain: int = Field(description="That may have gone.")
    withdrawn: dict[str, int] = Field(description="That never left, by reason.")
    started: int = Field(description="Conversations that began.")
    asked: int = Field(description="Of those, the ones a text of which was accepted.")
    answered: int = Field(description="Of those, the ones to which the contact replied.")
    response_rate: float | None = Field(description="answered / asked.")
    answer_median: float | None = Field(description="Seconds from the first text to the first reply.")
    answer_p90: float | None = Field(description="Nine of ten replies came sooner; in seconds.")
    outcomes: dict[str, int] = Field(description="Conversations that ended, by outcome.")
    reached: int | None = Field(description="By state: conversations that reached it.")
    left: int | None = Field(description="By state: conversations that ended in it.")
    dropped: int | None = Field(description="Of those, the ones that their flow did not end.")
    opt_outs: int = Field(description="Contacts who said STOP, or whose provider did.")
    opt_out_rate: float | None = Field(description="opt_outs for every hundred texts delivered.")
    handed: int = Field(description="Conversations that were handed to a person.")
    person_answered: int = Field(description="Of those, the ones in which a person wrote.")
    person_median: float | None = Field(description="Seconds from there to a person's first text.")
    person_p90: float | None = Field(description="Nine of ten came sooner; in seconds.")


class Insights(Shown):
    """Figures, in the order of their keys."""

    currency: str | None = Field(description="Of the costs; null where no price is set.")
    items: list[Insight]


class InsightsQuery(Query):
    """Which figures."""

    by: By | None = Field(None, description="A row for each; unless given, one row for everything.")
    flow: str | None = Field(None, description="Of this flow alone.")
    version: str | None = Field(None, description="Of this version alone, or of those that begin so.")
    number: NumberFilter | None = Field(None, description="Of this number of ours alone.")
    campaign: str | None = Field(None, description="Of this campaign alone.")
    since: Hour | None = Field(None, description="From this hour on, like 2026-11-30T09:00:00Z.")
    until: Hour | None = Field(None, description="Before this hour.")
    timezone: str = Field("UTC", description="Whose days and hours, IANA.")
